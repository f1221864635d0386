// An Operation is data: one callable method of one registered service, whatever described it.
import type { Registry } from '@bufbuild/protobuf';
import type { MessageType } from './codec.ts';
import type { HttpOperation } from './http-operation.ts';
import type { Position } from './problem.ts';
import type { RateLimit } from './rate-limit.ts';
import type { RestOptions } from './rest-options.ts';
import type { Upstream } from './upstream.ts';

export type Shape = 'unary' | 'server_stream' | 'client_stream' | 'bidi_stream';

/**
 * What calling does: `read` changes nothing and may be cached, merged and retried; `idempotent` may be retried;
 * `write` is sent at most once. Decided by the order of evidence of the GraphQL reference, section 3.4.
 */
export type Effect = 'read' | 'idempotent' | 'write';

/** One way to reach an operation over HTTP: google.api.HttpRule, one rule or one additional binding. */
export interface HttpBinding {
  /** Upper-case HTTP method, or `*` for any. */
  readonly method: string;
  /** Path template of google/api/http.proto, such as `/v1/{name=shelves/*}:merge`. */
  readonly template: string;
  /** `*`, the name of a top-level request field, or undefined for no body. */
  readonly body: string | undefined;
  /** A top-level response field that becomes the whole answer. */
  readonly responseBody: string | undefined;
  /** True for `POST /{package.Service}/{Method}`, which no one declared. */
  readonly isAutomatic: boolean;
  /** `%2F` in a variable of several segments is decoded as well (google.api.Http). Default: false. */
  readonly fullyDecodeReserved?: boolean;
  /** Told apart from others of its service by what is no part of a path (OpenAPI): the first of them is served. */
  readonly sharesPath?: true;
}

export interface OperationLimits {
  /** Deadline of a unary call when the client names none, and the most it may ask for. Milliseconds. */
  readonly defaultDeadlineMs: number;
  readonly maxDeadlineMs: number;
  /** Longest silence between two messages of a stream. Milliseconds. */
  readonly streamIdleMs: number;
  /** Longest life of a stream, however busy it is. Milliseconds. */
  readonly streamTotalMs: number;
  /** Largest message, uncompressed bytes, each way. */
  readonly maxRequestBytes: number;
  readonly maxReplyBytes: number;
  /** Largest content that is passed on to an HTTP upstream as it arrives. Default: `maxRequestBytes`. */
  readonly maxUploadBytes?: number | undefined;
}

export interface Operation {
  /** Unique in a snapshot: `<service>/<method>`, e.g. `library/library.v1.LibraryService/GetBook`. */
  readonly id: string;
  /** Name under which the service is registered. */
  readonly service: string;
  /** `package.Service/Method`: the gRPC path without its leading slash. */
  readonly method: string;
  /** The last part of `method`. */
  readonly name: string;
  readonly shape: Shape;
  readonly effect: Effect;
  /** What one call counts in the cost of a document, where its service says so (`graphql.overlay`). */
  readonly cost?: number;
  /** Which evidence decided `effect`, for people. */
  readonly effectReason: string;
  readonly input: MessageType;
  readonly output: MessageType;
  /** Declared bindings in order of declaration, then the automatic one unless the service turned it off. */
  readonly bindings: readonly HttpBinding[];
  /** Leading comment, without markers; empty if there is none. */
  readonly description: string;
  readonly isDeprecated: boolean;
  /** Resolves google.protobuf.Any, extensions and error details: the source's own types, then google.rpc. */
  readonly types: Registry;
  readonly upstream: Upstream;
  readonly limits: OperationLimits;
  /** How often it may be called, its service's limits included; absent if its team has set none. */
  readonly rateLimits?: readonly RateLimit[];
  /** Client headers passed on as metadata beside the default ones: lower-case names, or prefixes ending in `*`. */
  readonly forwardHeaders: readonly string[];
  /** Whether a client's bearer token goes on to the upstream. */
  readonly forwardsAuthorization: boolean;
  /** What the service chose for its REST door. */
  readonly rest: RestOptions;
  /** Only on these hosts, in lower case; `*.example.com` is any name below. Absent: on all that no one claims. */
  readonly hosts?: readonly string[];
  /**
   * The upstream speaks HTTP. Then `input` is an object `{path, query, header, cookie, body}` by these places, `output`
   * the body of a success, both JSON; their descriptors say nothing.
   */
  readonly http?: HttpOperation;
  readonly position: Position;
}

/** Source: transcoding reference, section 10 (30 s, ceiling 60 s, streams idle 5 min, 4 MiB each way). */
export const DEFAULT_LIMITS: OperationLimits = Object.freeze({
  defaultDeadlineMs: 30_000,
  maxDeadlineMs: 60_000,
  streamIdleMs: 300_000,
  streamTotalMs: 3_600_000,
  maxRequestBytes: 4 * 1024 * 1024,
  maxReplyBytes: 4 * 1024 * 1024,
});
