// Keeps what was registered through the admin API. Four methods; what is kept is compiled elsewhere.
import type { ServiceDefinition } from '../service-definition.ts';

export interface StoredService {
  readonly definition: ServiceDefinition;
  readonly revision: string;
  /** FileDescriptorSet compiled from the definition, so that a restart need not compile again. */
  readonly descriptorSet: Uint8Array;
  /** RFC 3339 instants. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A save or delete that throws has changed nothing. */
export interface ServiceStore {
  /** In order of first registration. */
  load(): readonly StoredService[];
  /** Inserts, or replaces the service of the same name, which keeps its place in the order. */
  save(service: StoredService): void;
  delete(name: string): void;
  close(): void;
}
