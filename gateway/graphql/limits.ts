// What a document, a request and a subscription of GraphQL may ask for, unless the operator says otherwise
// (graphql reference, sections 9 and 10).

export interface GraphqlLimits {
  /** Bytes of a document. */
  readonly documentBytes: number;
  readonly tokens: number;
  readonly depth: number;
  readonly rootFields: number;
  readonly aliases: number;
  readonly directives: number;
  readonly fragments: number;
  /** How often the fields of a document may have one response name and selections of their own. */
  readonly repeats: number;
  /** Bytes of the JSON of all variables, and how deep they, or a literal, may nest. */
  readonly variablesBytes: number;
  readonly variablesDepth: number;
  /** Bytes of one answer, uncompressed. */
  readonly responseBytes: number;
  /** Planned upstream calls of one operation, as cost.ts counts them. */
  readonly cost: number;
  /** Operations in one request; 1 is no batch. */
  readonly batch: number;
  /** Files of one multipart request, and bytes of all of them; 0 is no uploads. */
  readonly uploadFiles: number;
  readonly uploadBytes: number;
}

export const DEFAULT_GRAPHQL_LIMITS: GraphqlLimits = Object.freeze({
  documentBytes: 64 * 1024,
  tokens: 2000,
  depth: 15,
  rootFields: 20,
  aliases: 30,
  directives: 50,
  fragments: 50,
  // Validation compares them pair by pair.
  repeats: 64,
  variablesBytes: 1024 * 1024,
  variablesDepth: 32,
  responseBytes: 16 * 1024 * 1024,
  cost: 1000,
  batch: 1,
  uploadFiles: 0,
  uploadBytes: 10 * 1024 * 1024,
});

export interface SubscriptionLimits {
  /** Operations at a time on one WebSocket. */
  readonly perConnection: number;
  readonly perCaller: number;
  /** Until a WebSocket has said `connection_init`. */
  readonly initMs: number;
  /** Silence after which a sign of life is sent. */
  readonly keepaliveMs: number;
  /** Silence of the upstream after which a subscription ends, and of all of a WebSocket after which it is closed. */
  readonly idleMs: number;
  /** Events that the client has not taken yet; with as many the upstream is paused. */
  readonly undelivered: number;
  /** How long a client may take nothing at all. */
  readonly blockedMs: number;
  /** Over how long the ends are spread when a change touches many. */
  readonly spreadMs: number;
}

/** Source: graphql reference, section 10. */
export const DEFAULT_SUBSCRIPTION_LIMITS: SubscriptionLimits = Object.freeze({
  perConnection: 20,
  perCaller: 100,
  initMs: 5_000,
  keepaliveMs: 15_000,
  idleMs: 30 * 60_000,
  undelivered: 16,
  blockedMs: 30_000,
  spreadMs: 10_000,
});
