// Everything compiled from what is registered at one moment: immutable, swapped by one assignment.
import type { Graph } from '../core/graph.ts';
import type { Invoker } from '../core/invoker.ts';
import type { Operation } from '../core/operation.ts';
import type { Problem } from '../core/problem.ts';
import type { GraphNames } from '../schema/graphql/name-book.ts';
import type { RouteTable } from '../schema/routes/route-table.ts';
import type { ServiceDefinition } from './service-definition.ts';

/** One registered service as it is served. */
export interface RegisteredService {
  readonly name: string;
  readonly definition: ServiceDefinition;
  /** Hash of sources and settings: publishing the same twice changes nothing. */
  readonly revision: string;
  readonly operations: readonly Operation[];
  /** Warnings and notes of its registration. */
  readonly remarks: readonly Problem[];
  /** Names its types and fields have in the graph: kept with the revision, given again at every change. */
  readonly graphNames?: GraphNames | undefined;
  /** RFC 3339 instants. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Snapshot {
  /** Hash over the revisions of all services. */
  readonly revision: string;
  /** By name, in order of first registration: in a clash of GraphQL names the newcomer yields. */
  readonly services: ReadonlyMap<string, RegisteredService>;
  readonly routes: RouteTable;
  readonly graph: Graph;
  /** Answers a call for any operation of this snapshot, through the whole policy chain. */
  readonly invoke: Invoker;
}

/** A request's hold on the snapshot it started with. `release` is called exactly once, at the last byte. */
export interface PinnedSnapshot {
  readonly snapshot: Snapshot;
  release(): void;
}
