// A store for one process's life: `registry: "memory:"`.
import type { ServiceStore, StoredService } from './service-store.ts';

export function createMemoryStore(): ServiceStore {
  // A Map keeps a replaced key in its place, as the contract asks.
  const services = new Map<string, StoredService>();
  return {
    load: () => [...services.values()],
    save: (service) => {
      services.set(service.definition.name, service);
    },
    delete: (name) => {
      services.delete(name);
    },
    close: () => {},
  };
}
