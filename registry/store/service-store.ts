// Keeps what was registered through the admin API. What is kept is compiled elsewhere.
import type { GraphNames } from '../../schema/graphql/name-book.ts';
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

/** Names that a service has in the graph, and of which of its revisions. */
export interface RecordedNames {
  readonly revision: string;
  readonly names: GraphNames;
}

/** A save or delete that throws has changed nothing. */
export interface ServiceStore {
  /** In order of first registration. */
  load(): readonly StoredService[];
  /** Inserts, or replaces the service of the same name, which keeps its place in the order. */
  save(service: StoredService, names?: GraphNames): void;
  /** By service; also of services that only the configuration file declares. */
  loadNames(): ReadonlyMap<string, RecordedNames>;
  /** Names of other services stay as they are. */
  saveNames(names: ReadonlyMap<string, RecordedNames>): void;
  /** Its names with it. */
  delete(name: string): void;
  close(): void;
}
