// How a service wants to be spoken to over REST: everything that is a choice of its team rather than a rule.
// Each option's default is the rule of the transcoding reference.

export interface OutputOptions {
  /** Write fields without presence even when they hold their default. */
  readonly defaults: boolean;
  /** `display_name` instead of `displayName`. */
  readonly protoNames: boolean;
  readonly enumsAsNumbers: boolean;
  /** 64-bit integers as exact JSON numbers instead of strings. */
  readonly int64AsNumbers: boolean;
}

export interface RestOptions {
  /** `ignore` drops JSON fields that the request message does not have. */
  readonly unknownFields: 'refuse' | 'ignore';
  /** Query parameters that are dropped instead of refused: names, or prefixes ending in `*`. */
  readonly ignoreQuery: readonly string[];
  /** `X-HTTP-Method-Override` on POST. */
  readonly methodOverride: boolean;
  /** google.protobuf.Empty is answered by 204 instead of `{}`. */
  readonly emptyAs204: boolean;
  /** Form of a server stream when the client names none. */
  readonly streamDefault: 'array' | 'ndjson' | 'sse';
  /** `always` wraps each NDJSON line as `{"result": …}`; `auto` only where a message has a field `error`. */
  readonly ndjsonWrapper: 'auto' | 'always';
  /** Body of refusals: RFC 9457 problem details, AIP-193, or google.rpc.Status. */
  readonly errors: 'problem' | 'google' | 'status';
  /** Show what upstreams say of their own failures. For development. */
  readonly exposeUpstreamErrors: boolean;
  /** `reject` refuses a body that gives a field of the path another value; else the path wins. */
  readonly bodyConflict: 'pathWins' | 'reject';
  /** `ignore` drops the query where the body is the whole request. */
  readonly queryWithWholeBody: 'refuse' | 'ignore';
  /** Query parameters may fill what the body fills; repeated values come after those of the body. */
  readonly queryIntoBody: boolean;
  /** Struct, Value and ListValue as JSON text in the query. */
  readonly structInQuery: boolean;
  /** Names of enums in path and query in any letter case. */
  readonly enumCaseInsensitive: boolean;
  /** Every method also answers `POST /{package.Service}/{Method}`. */
  readonly automatic: boolean;
  /** `ignore` also takes a path with one slash more at its end. */
  readonly trailingSlash: 'strict' | 'ignore';
  /** What stays encoded in a path variable of several segments: %2F, every reserved character, or nothing. */
  readonly multiSegmentDecode: 'spec' | 'keepReserved' | 'all';
  /** A route that the service claims twice is refused instead of served by the first claim. */
  readonly strictRoutes: boolean;
  /** Listed metadata is written as `Grpc-Metadata-…`, trailers as `Grpc-Trailer-…`. */
  readonly grpcMetadataPrefix: boolean;
  /** `body` may be a path to a google.api.HttpBody inside of messages. */
  readonly nestedHttpBody: boolean;
  /** Bodies may be protobuf instead of JSON, and so may single answers, by `Accept`. */
  readonly protobuf: boolean;
  /** Streams are also reached over WebSocket. */
  readonly websocket: boolean;
  /** Metadata of the upstream that clients see beside the default names: names, prefixes ending in `*`, or `from=to`. */
  readonly responseHeaders: readonly string[];
  readonly output: OutputOptions;
}

export const DEFAULT_OUTPUT: OutputOptions = Object.freeze({
  defaults: false,
  protoNames: false,
  enumsAsNumbers: false,
  int64AsNumbers: false,
});

export const DEFAULT_REST_OPTIONS: RestOptions = Object.freeze({
  unknownFields: 'refuse',
  ignoreQuery: Object.freeze([]),
  methodOverride: false,
  emptyAs204: false,
  streamDefault: 'array',
  ndjsonWrapper: 'auto',
  errors: 'problem',
  exposeUpstreamErrors: false,
  bodyConflict: 'pathWins',
  queryWithWholeBody: 'refuse',
  queryIntoBody: false,
  structInQuery: false,
  enumCaseInsensitive: false,
  automatic: true,
  trailingSlash: 'strict',
  multiSegmentDecode: 'spec',
  strictRoutes: false,
  grpcMetadataPrefix: false,
  nestedHttpBody: false,
  protobuf: false,
  websocket: true,
  responseHeaders: Object.freeze([]),
  output: DEFAULT_OUTPUT,
});

/** What a registrant may write: any part, the rest is the default. */
export type RestSettings = Partial<Omit<RestOptions, 'output'>> & {
  readonly output?: Partial<OutputOptions>;
};

export function restOptions(settings: RestSettings | undefined): RestOptions {
  if (settings === undefined) return DEFAULT_REST_OPTIONS;
  return { ...DEFAULT_REST_OPTIONS, ...settings, output: { ...DEFAULT_OUTPUT, ...settings.output } };
}
