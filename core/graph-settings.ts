// How a service wants to appear in the graph: what is a choice of its team rather than a rule.
// Each option's default is the rule of the graphql reference, sections 2 and 3.
import type { Effect } from './operation.ts';

export interface GraphOptions {
  /** Goes before every type (`ShopItem`) and root field (`shopItem`) of the service. Empty: none. */
  readonly prefix: string;
  /** `short` drops the enum's own name in front of its values. */
  readonly enumNames: 'short' | 'full';
  /** `qualified` puts the package before every type: `ShopV1Item`. */
  readonly typeNames: 'short' | 'qualified';
  /** What happens if a name belongs to somebody else: take another one, or refuse the registration. */
  readonly onClash: 'yield' | 'refuse';
  /** `json` shows maps as JSON objects, except maps of messages or objects, which have fields to select. */
  readonly maps: 'entries' | 'json';
  /** Lists that have pages (AIP-158) are there a second time, as connections: `booksConnection` beside `books`. */
  readonly connections: boolean;
  /** Messages that others may extend have `_extensions`: what was added to them, by full names. */
  readonly extensions: boolean;
  /** Long-running operations can be subscribed to until they are done (AIP-151). */
  readonly awaitOperations: boolean;
  /** Of OpenAPI documents: properties and parameters in camelCase, however their documents spell them. */
  readonly camelCase: boolean;
  /** Of OpenAPI documents: `lenient` takes no promise that something is there in an answer at its word. */
  readonly outputNullability: 'strict' | 'lenient';
  /** By full proto name: of a message, field, oneof, enum, service or method; of an enum value `pkg.Enum.VALUE`. */
  readonly overlay: ReadonlyMap<string, OverlayEntry>;
}

/** Corrections of one thing. Which of them a kind of thing can have: `OVERLAY_MEMBERS`. */
export interface OverlayEntry {
  /** The GraphQL name, as it stands. */
  readonly rename?: string;
  /** Not in the graph, nor is what is made of it alone. */
  readonly hide?: boolean;
  readonly effect?: OverlayEffect;
  /** Never null in answers. A value that is null all the same takes its parent with it. */
  readonly nonNull?: boolean;
  /** Of a FieldMask in a request: an argument (true), or filled from the selection (false). */
  readonly expose?: boolean;
  /** `fields` shows the members beside each other, each nullable, instead of a union. */
  readonly oneof?: 'union' | 'fields';
  /** What one call counts in the cost of a document. */
  readonly cost?: number;
  /** Of a field that refers to a resource: the name of the joined field, or `off`. */
  readonly join?: string;
  /** Of a method that answers with a stream: `list` makes it a query, whose list has `limit` messages at most. */
  readonly stream?: 'subscription' | 'list';
  readonly limit?: number;
}

export const OVERLAY_EFFECTS = ['query', 'mutation', 'read', 'idempotent', 'write'] as const;
/** `query` and `mutation` are `read` and `write` in GraphQL's words. */
export type OverlayEffect = (typeof OVERLAY_EFFECTS)[number];

export const MAX_OVERLAY_COST = 1_000_000;
/** Messages of one stream that may be gathered into a list. */
export const MAX_STREAM_LIST = 10_000;

export type OverlayKind = 'message' | 'field' | 'oneof' | 'enum' | 'enum value' | 'service' | 'method';

export const OVERLAY_MEMBERS: Readonly<Record<OverlayKind, readonly (keyof OverlayEntry)[]>> = {
  message: ['rename', 'hide'],
  field: ['rename', 'hide', 'nonNull', 'expose', 'join'],
  oneof: ['rename', 'hide', 'nonNull', 'oneof'],
  enum: ['rename', 'hide'],
  'enum value': ['rename', 'hide'],
  service: ['hide'],
  method: ['rename', 'hide', 'effect', 'cost', 'stream', 'limit'],
};

/** What a registrant may write: any part, the rest is the default. */
export type GraphSettings = Partial<Omit<GraphOptions, 'overlay'>> & {
  readonly overlay?: Readonly<Record<string, OverlayEntry>>;
};

export const DEFAULT_GRAPH_OPTIONS: GraphOptions = Object.freeze({
  prefix: '',
  enumNames: 'short',
  typeNames: 'short',
  onClash: 'yield',
  maps: 'entries',
  connections: false,
  extensions: false,
  awaitOperations: false,
  camelCase: false,
  outputNullability: 'strict',
  overlay: new Map<string, OverlayEntry>(),
});

export function graphOptions(settings: GraphSettings | undefined): GraphOptions {
  if (settings === undefined) return DEFAULT_GRAPH_OPTIONS;
  return { ...DEFAULT_GRAPH_OPTIONS, ...settings, overlay: new Map(Object.entries(settings.overlay ?? {})) };
}

export function effectOf(word: OverlayEffect): Effect {
  switch (word) {
    case 'query':
    case 'read':
      return 'read';
    case 'idempotent':
      return 'idempotent';
    case 'mutation':
    case 'write':
      return 'write';
  }
}
