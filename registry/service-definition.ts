// What a team registers: sources and settings, as stored. Compiled into a RegisteredService.

import type { GraphSettings } from '../core/graph-settings.ts';
import type { PolicySettings } from '../core/rate-limit.ts';
import type { RestSettings } from '../core/rest-options.ts';
import type { HttpSettings } from '../core/upstream.ts';
import type { UpstreamCredential } from '../core/upstream-credentials.ts';

/** One file of a source, named as its imports name it: relative, `/`-separated. */
export interface SourceFile {
  readonly path: string;
  readonly content: string;
}

export type ServiceSource =
  | {
      readonly kind: 'proto';
      /** Everything that was sent: entry files and what they import. */
      readonly files: readonly SourceFile[];
      /** Paths whose services are served; the others are imports only. */
      readonly entry: readonly string[];
    }
  | { readonly kind: 'descriptorSet'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'openapi';
      /** The document and the files that it refers to. */
      readonly files: readonly SourceFile[];
      /** Path of the document among them. */
      readonly entry: string;
    }
  /** No descriptor: requests are passed on by prefix and hosts alone. */
  | { readonly kind: 'proxy' };

/** One upstream URL, or targets with settings; as written by the registrant (DESIGN: `upstream`). */
export interface UpstreamDefinition {
  readonly targets: readonly { readonly url: string; readonly weight?: number }[];
  /** Default deadline of unary calls, milliseconds. */
  readonly timeoutMs?: number;
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly serverName?: string;
  };
  /** Of services whose upstream speaks HTTP. */
  readonly http?: HttpSettings;
  /** What the gateway itself shows it, by security scheme of the OpenAPI document. From the configuration alone. */
  readonly credentials?: readonly UpstreamCredential[];
}

export interface OperationSize {
  /** `package.Service/Method`. */
  readonly operation: string;
  /** Bytes. */
  readonly maxMessageBytes: number;
}

export interface OperationPolicies {
  /** `package.Service/Method`, or a route such as `GET /v1/books`, which stands for its operation. */
  readonly operation: string;
  readonly policies: readonly PolicySettings[];
}

/** What is held against the document; of single operations, what is absent is as the service has it. */
export interface ValidationSettings {
  readonly request?: boolean;
  readonly response?: boolean;
}

export interface OperationValidation {
  /** The operation's name, or a route of it. */
  readonly operation: string;
  readonly validate: ValidationSettings;
}

export interface ServiceDefinition {
  /** `[a-z][a-z0-9-]{0,62}` */
  readonly name: string;
  readonly source: ServiceSource;
  readonly upstream: UpstreamDefinition;
  /** Text of a google.api.Service document (YAML or JSON) whose http rules override annotations. */
  readonly rules?: string;
  /** Client headers forwarded as metadata: lower-case names, or prefixes ending in `*`. */
  readonly forwardHeaders?: readonly string[];
  /** Choices for the REST door; what is absent is the default of core/rest-options.ts. */
  readonly rest?: RestSettings;
  /** Choices for the graph; what is absent is the default of core/graph-settings.ts. */
  readonly graphql?: GraphSettings;
  /** Default: true. */
  readonly forwardsAuthorization?: boolean;
  /** Longest silence and longest life of a stream, milliseconds. */
  readonly streamIdleMs?: number;
  readonly streamTotalMs?: number;
  /** Largest message each way, bytes. */
  readonly maxMessageBytes?: number;
  /** Largest content that is passed on to an HTTP upstream as it arrives, bytes. Default: `maxMessageBytes`. */
  readonly maxUploadBytes?: number;
  /** The same for single operations. */
  readonly operationSizes?: readonly OperationSize[];
  /** Counted for each call of the service. */
  readonly policies?: readonly PolicySettings[];
  /** The same for single operations, beside those of the service. */
  readonly operationPolicies?: readonly OperationPolicies[];
  /** Most a client may ask for as deadline, milliseconds. */
  readonly maxDeadlineMs?: number;
  /** Before all paths of the service, such as `/shop`. */
  readonly prefix?: string;
  /** The only hosts it is served on: lower-case names without a port, or `*.example.com`. */
  readonly hosts?: readonly string[];
  /** Whether an HTTP upstream is spared the prefix. Default: true. */
  readonly stripPrefix?: boolean;
  /** What an HTTP upstream gets instead of the prefix. */
  readonly rewrite?: string;
  /** Of services with an OpenAPI document. Default: neither is. */
  readonly validate?: ValidationSettings;
  /** The same for single operations, before that of the service. */
  readonly operationValidation?: readonly OperationValidation[];
}
