// The configuration as the program uses it: every default filled, every path absolute, nothing left to parse.
// How it is written in dragoman.yaml is schema/config/dragoman.schema.json; what reads it is load-config.ts.
import type { Position } from '../../core/problem.ts';
import type { PolicySettings } from '../../core/rate-limit.ts';
import type { RestSettings } from '../../core/rest-options.ts';
import type { Upstream } from '../../core/upstream.ts';
import type {
  OperationPolicies,
  OperationSize,
  ServiceDefinition,
} from '../../registry/service-definition.ts';
import type { AutomaticRoutes } from '../../schema/document/proto-part.ts';
import type { JoinSettings } from '../../schema/graphql/joins/join-settings.ts';
import type { ForwardedHeader } from '../edge/client-address.ts';
import type { AggregateConfig } from '../graphql/documents/aggregate.ts';
import type { GraphqlLimits, SubscriptionLimits } from '../graphql/limits.ts';
import type { WrittenGraphSettings } from './graph-settings.ts';

/** Where a listener binds. Port 0 asks the system for a free one. */
export interface ListenAddress {
  /** An address or a host name; `0.0.0.0` is every IPv4 address, `::` every address. */
  readonly host: string;
  readonly port: number;
}

export type RegistryStore =
  | { readonly kind: 'memory' }
  /** `path` is absolute. */
  | { readonly kind: 'sqlite'; readonly path: string };

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What is not given is the default of gateway/graphql/limits.ts. */
export interface GraphqlConfig {
  readonly path: string;
  readonly graphiql: boolean;
  readonly introspection: boolean;
  readonly suggestions?: boolean;
  /** Nothing but trusted documents runs. */
  readonly trustedOnly?: boolean;
  readonly automaticPersisted?: boolean;
  readonly limits?: Partial<GraphqlLimits>;
  readonly subscriptions?: Partial<SubscriptionLimits>;
}

/** A folder of trusted documents, and the routes that some of them answer. */
export interface DocumentFolder {
  /** Absolute. */
  readonly folder: string;
  /** Where the file declares it. */
  readonly position: Position;
  readonly aggregates: readonly AggregateConfig[];
}

export interface GatewayConfig {
  /** The file that was read, as it was named; undefined when there was none. */
  readonly path: string | undefined;
  readonly listen: {
    readonly http: ListenAddress;
    /** CIDR blocks of the proxies whose forwarding headers are believed. */
    readonly trustedProxies: readonly string[];
    /** Which of these headers are believed. Default: `x-forwarded`. */
    readonly forwardedHeader?: ForwardedHeader;
  };
  readonly admin: {
    readonly listen: ListenAddress;
    /** Bearer token; always present when `listen` is not loopback. */
    readonly token: string | undefined;
  };
  readonly status: { readonly listen: ListenAddress };
  readonly registry: RegistryStore;
  readonly graphql: GraphqlConfig;
  /** For every caller, whatever is called. */
  readonly policies?: readonly PolicySettings[];
  /** Trusted documents, read from disk by read-documents.ts. */
  readonly documents?: readonly DocumentFolder[];
  readonly openapi: {
    /** Whether `/openapi.json` is served. */
    readonly enabled: boolean;
    readonly automaticRoutes: AutomaticRoutes;
  };
  readonly joins: JoinSettings;
  /** Owned by the file: the admin API may not change them. Read from disk by read-services.ts. */
  readonly services: readonly ServiceConfig[];
  readonly log: { readonly level: LogLevel };
  readonly shutdown: {
    /** How long new requests are still accepted while /readyz already says no. */
    readonly delayMs: number;
    /** How long work in flight may take after that. */
    readonly drainMs: number;
  };
}

export type SourceConfig =
  | {
      readonly kind: 'proto';
      /** Entry files and include folders, absolute. */
      readonly files: readonly string[];
      readonly include: readonly string[];
    }
  | { readonly kind: 'descriptorSet'; readonly path: string }
  /** The document; files that it refers to are found from it. */
  | { readonly kind: 'openapi'; readonly path: string }
  | { readonly kind: 'proxy' };

export type PlacementConfig = Pick<
  ServiceDefinition,
  'prefix' | 'hosts' | 'stripPrefix' | 'rewrite' | 'validate' | 'operationValidation'
>;

export interface WrittenPolicies {
  readonly policies: readonly PolicySettings[];
  readonly operations: readonly OperationPolicies[];
  /** Where the file says what, by the place that problems of a registration have. */
  readonly places: ReadonlyMap<string, Position>;
}

/** A service of the file, its sources still on disk. */
export interface ServiceConfig {
  readonly name: string;
  readonly source: SourceConfig;
  /** File of a google.api.Service document, absolute. */
  readonly rulesPath: string | undefined;
  readonly upstream: Upstream;
  /** Where the file has what may mean nothing to the service, by the place that problems of a registration have. */
  readonly settingPlaces?: ReadonlyMap<string, Position>;
  /** Where the file has each credential of the upstream, by the place that problems of a registration have. */
  readonly credentialPlaces?: ReadonlyMap<string, Position>;
  readonly forwardHeaders: readonly string[];
  /** False if the service wants no bearer tokens. */
  readonly forwardsAuthorization?: false | undefined;
  readonly rest: RestSettings;
  /** Where it is found, and what its upstream is told of that. */
  readonly placement?: PlacementConfig;
  readonly graphql?: WrittenGraphSettings | undefined;
  readonly policies?: WrittenPolicies;
  /** Undefined leaves the default of core/operation.ts. */
  readonly limits: {
    readonly messageBytes: number | undefined;
    readonly uploadBytes?: number | undefined;
    readonly operationSizes?: readonly OperationSize[] | undefined;
    readonly defaultDeadlineMs: number | undefined;
    readonly maxDeadlineMs: number | undefined;
    readonly streamIdleMs?: number | undefined;
    readonly streamTotalMs?: number | undefined;
  };
  /** Where the file declares it. */
  readonly position: Position;
}
