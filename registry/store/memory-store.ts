// A store for one process's life: `registry: "memory:"`.
import type { RecordedNames, ServiceStore, StoredService } from './service-store.ts';

/** What it begins with, if not with nothing. */
export interface MemoryStoreContent {
  readonly services: readonly StoredService[];
  readonly names: ReadonlyMap<string, RecordedNames>;
}

export function createMemoryStore(content?: MemoryStoreContent): ServiceStore {
  // A Map keeps a replaced key in its place, as the contract asks.
  const services = new Map(content?.services.map((service) => [service.definition.name, service]));
  const recorded = new Map(content?.names);
  return {
    load: () => [...services.values()],
    save: (service, names) => {
      const { name } = service.definition;
      services.set(name, service);
      if (names !== undefined) recorded.set(name, { revision: service.revision, names });
    },
    loadNames: () => new Map(recorded),
    saveNames: (names) => {
      for (const [name, record] of names) recorded.set(name, record);
    },
    delete: (name) => {
      services.delete(name);
      recorded.delete(name);
    },
    close: () => {},
  };
}
