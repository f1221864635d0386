// What the registry is given, and what it is asked for and answers: its vocabulary beside the snapshot's.
import type { Invoker } from '../core/invoker.ts';
import type { Operation } from '../core/operation.ts';
import type { Problem } from '../core/problem.ts';
import type { Difference } from '../schema/compatible/difference.ts';
import type { JoinSettings } from '../schema/graphql/joins/join-settings.ts';
import type { SnapshotDraft } from './build-snapshot.ts';
import type { CompileOptions } from './compile-service.ts';
import type { RegisteredService, Snapshot } from './snapshot.ts';
import type { ServiceStore } from './store/service-store.ts';
import type { SurfaceDifference } from './surface.ts';

/** What answers the calls of one snapshot. `close` is called once no request holds the snapshot any more. */
export interface Linked {
  readonly invoke: Invoker;
  close(): void;
}

export interface RegistryOptions {
  readonly store: ServiceStore;
  readonly compile: CompileOptions;
  /** Makes the backends and policies of a snapshot. */
  readonly link: (operations: readonly Operation[]) => Linked;
  /** The doors' last word before a swap: what they cannot serve, they say here. */
  readonly prepare: (draft: SnapshotDraft) => readonly Problem[];
  /** Told of every snapshot that comes into force after the first. */
  readonly published?: (snapshot: Snapshot) => void;
  /** Paths of the gateway itself, which no service may take. */
  readonly reservedPaths: readonly string[];
  /** Joins that the operator declares or does not want. */
  readonly joins?: JoinSettings | undefined;
  readonly now: () => Date;
}

export interface PutOptions {
  /** Compile and compare, change nothing. */
  readonly validateOnly?: boolean;
  /** The revision that the registrant believes in force; another one refuses the put. */
  readonly ifMatch?: string;
  /**
   * What becomes of a put that breaks clients: `refuse` it, or `allow` it, trusted documents that break included.
   * Default: only the latter refuse it.
   */
  readonly onBreaking?: OnBreaking | undefined;
}

export const ON_BREAKING = ['refuse', 'allow'] as const;
export type OnBreaking = (typeof ON_BREAKING)[number];

export interface PutOutcome extends SurfaceDifference {
  readonly service: RegisteredService;
  /** Of what was there before for clients, in detail; the gravest first. */
  readonly differences: readonly Difference[];
  /** The candidate, or the snapshot now in force. */
  readonly snapshot: Pick<Snapshot, 'graph' | 'routes' | 'services'>;
}
