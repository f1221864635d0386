// Answers one document twice, from a plan and by graphql-js behind graphql-yoga, over replies that are made up from a
// seed and the request alone: whatever the order of the calls, both are told the same.
import type { Call, Reply } from '../../core/call.ts';
import { CODES } from '../../core/code.ts';
import type { Codec } from '../../core/codec.ts';
import { GatewayError } from '../../core/error.ts';
import type { Graph, GraphType, OutputField, TypeRef } from '../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { NO_METADATA } from '../../core/metadata.ts';
import type { Operation } from '../../core/operation.ts';
import { Payload } from '../../core/payload.ts';
import { createEngine, type GraphqlEngine } from '../../gateway/graphql/engine.ts';
import { DEFAULT_GRAPHQL_LIMITS, type GraphqlLimits } from '../../gateway/graphql/limits.ts';
import type { GraphqlParams } from '../../gateway/graphql/read-params.ts';
import { RequestScope } from '../../gateway/graphql/request-scope.ts';
import { type Executed, resultText, writtenResult } from '../../gateway/graphql/written-result.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { createRandom, randomWire } from '../json/wire-generator.ts';
import type { Random } from './plan-documents.ts';

export interface Asked {
  readonly query: string;
  readonly variables?: JsonObject;
  readonly operationName?: string;
  readonly method?: string;
  readonly accept?: string;
}

/** The results of an operation one after the other, as text, and its calls. */
export interface Streamed {
  readonly results: readonly string[];
  readonly calls: readonly string[];
}

export interface Answered {
  readonly isPlanned: boolean;
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
  /** Operation and request of each call, in order. */
  readonly calls: readonly string[];
}

export interface Pair {
  readonly planned: Answered;
  readonly oracle: Answered;
}

/** With the errors in order of their places: those of joined fields come in the order of the calls behind them. */
export function sortedErrors({ text }: Answered): { errors: unknown; data: unknown } {
  const { errors, data } = JSON.parse(text) as { errors?: JsonObject[]; data?: JsonValue };
  const texts = errors?.map((error) => JSON.stringify(error)).sort();
  return { errors: texts, data: JSON.stringify(data) };
}

export type Answer = (call: Call) => Promise<Reply> | Reply;

/** Far above what generated documents have, so that they are run and not refused. */
export const LIMITS: GraphqlLimits = {
  ...DEFAULT_GRAPHQL_LIMITS,
  tokens: 20_000,
  aliases: 2000,
  directives: 2000,
  fragments: 2000,
  repeats: 2000,
};

export function createPair(graph: Graph, limits = LIMITS): (asked: Asked, answer: Answer) => Promise<Pair> {
  const options = { limits, introspection: true };
  const plans = createEngine(graph, options);
  const oracle = createEngine(graph, { ...options, plans: false });
  return async (asked, answer) => ({
    planned: await ask(plans, asked, answer),
    oracle: await ask(oracle, asked, answer),
  });
}

/** As `createPair`, by the way that every transport but plain HTTP takes. */
export function createStreamedPair(
  graph: Graph,
): (asked: Asked, answer: Answer) => Promise<{ readonly planned: Streamed; readonly oracle: Streamed }> {
  const options = { limits: LIMITS, introspection: true };
  const plans = createEngine(graph, options);
  const oracle = createEngine(graph, { ...options, plans: false });
  return async (asked, answer) => ({
    planned: await run(plans, asked, answer),
    oracle: await run(oracle, asked, answer),
  });
}

async function run(engine: GraphqlEngine, asked: Asked, answer: Answer): Promise<Streamed> {
  const { calls, request } = requestOf(asked, answer);
  const outcome = await engine.run({ ...request, params: paramsOf(asked) });
  const results: string[] = [];
  const take = (one: Executed): unknown =>
    results.push(resultText(writtenResult(one, request.requestId, request.onFault)));
  if (Symbol.asyncIterator in outcome) for await (const one of outcome) take(one);
  else take(outcome);
  return { results, calls };
}

function paramsOf({ query, operationName, variables }: Asked): GraphqlParams {
  return { query, operationName, variables };
}

function requestOf(asked: Asked, answer: Answer) {
  const calls: string[] = [];
  const { signal } = new AbortController();
  const scope = new RequestScope({
    requestId: 'r1',
    invoke: async (call) => {
      if (!(call.input instanceof Payload)) throw new Error('not unary');
      calls.push(`${call.operation.id} ${Buffer.from(call.input.wire()).toString('hex')}`);
      return answer(call);
    },
    metadataFor: () => NO_METADATA,
    timeoutMs: undefined,
    signal,
    ending: signal,
  });
  const method = asked.method ?? 'POST';
  return { calls, request: { scope, requestId: 'r1', method, signal, onFault: () => {} } };
}

async function ask(engine: GraphqlEngine, asked: Asked, answer: Answer): Promise<Answered> {
  const { calls, request } = requestOf(asked, answer);
  const response = await engine.answer({
    ...request,
    accept: asked.accept ?? 'application/json',
    read: async () => paramsOf(asked),
  });
  if ('kind' in response) {
    return {
      isPlanned: true,
      status: 200,
      type: `${response.type}; charset=utf-8`,
      text: response.text,
      calls,
    };
  }
  return {
    isPlanned: false,
    status: response.status,
    type: response.headers.get('content-type'),
    text: await response.text(),
    calls,
  };
}

export interface ReplyOptions {
  readonly seed: number;
  /** Chance that a call fails. */
  readonly failures: number;
  /** Chance that the fields of a reply are in no order, one of them twice, and one unknown. */
  readonly disorder: number;
}

/** The same request has the same reply, also in another run. Some come later than others. */
export function seededReplies({ seed, failures, disorder }: ReplyOptions): Answer {
  return async (call) => {
    if (!(call.input instanceof Payload)) throw new Error('not unary');
    const random = createRandom(
      seed ^ hash(`${call.operation.id} ${Buffer.from(call.input.wire()).toString('hex')}`),
    );
    for (let turns = Math.floor(random() * 3); turns > 0; turns--) await nextTurn();
    if (random() < failures) throw failure(random);
    if (call.operation.shape === 'server_stream') return seededStream(call.operation, random, failures);
    const ordered = replyWire(call.operation, call.input, random);
    const wire = random() < disorder ? disordered(ordered, random) : ordered;
    return {
      kind: 'unary',
      payload: Payload.fromWire(call.operation.output.codec, wire),
      headers: NO_METADATA,
      trailers: NO_METADATA,
    };
  };
}

function seededStream({ output }: Operation, random: Random, failures: number): Reply {
  const wires = Array.from({ length: Math.floor(random() * 4) }, () =>
    readableWire(output.codec, () => randomWire(output.descriptor, random, { oddity: 0 })),
  );
  const end = random() < failures ? failure(random) : undefined;
  return {
    kind: 'stream',
    headers: NO_METADATA,
    trailers: () => NO_METADATA,
    messages: (async function* () {
      for (const wire of wires) yield Payload.fromWire(output.codec, wire);
      if (end !== undefined) throw end;
    })(),
  };
}

/** Of a batch mostly the items that were asked for, some of them twice, missing, or in another place. */
function replyWire(operation: Operation, request: Payload, random: Random): Uint8Array {
  const { codec, descriptor } = operation.output;
  const wire = readableWire(codec, () => randomWire(descriptor, random, { oddity: 0 }));
  const [list] = descriptor.fields;
  const asked = operation.input.codec.wireToValue(request.wire());
  const names = isObject(asked) && Array.isArray(asked.names) ? asked.names : undefined;
  if (names === undefined || list?.fieldKind !== 'list' || list.message === undefined) return wire;
  const { message } = list;
  const itemCodec = createCodec(message, operation.types);
  const items = names.flatMap((name): JsonValue[] => {
    if (random() < 0.15) return [];
    const item = itemCodec.wireToValue(
      readableWire(itemCodec, () => randomWire(message, random, { oddity: 0 })),
    );
    return [{ ...(item as JsonObject), name }];
  });
  if (random() < 0.3) items.reverse();
  if (random() < 0.1) items.push(...items.slice(0, 1));
  return codec.valueToWire({ [list.jsonName]: items });
}

/** The same message, or one with a field more of which the last counts, for whoever reads the wire as is due. */
function disordered(wire: Uint8Array, random: Random): Uint8Array {
  const records = recordsOf(Buffer.from(wire));
  const [first] = records;
  if (first !== undefined) records.push(first);
  // Field 19,999, a varint.
  records.push(Buffer.from([0xf8, 0xe1, 0x09, 0x07]));
  return Buffer.concat(
    records
      .map((bytes) => ({ bytes, place: random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ bytes }) => bytes),
  );
}

/** Of a sound message. */
function recordsOf(wire: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < wire.length; ) {
    const start = at;
    const varint = (): number => {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = wire[at++] ?? 0;
        value += (byte & 127) * scale;
        if (byte < 128) return value;
      }
    };
    const wireType = varint() & 7;
    if (wireType === 0) varint();
    else if (wireType === 2) {
      const length = varint();
      at += length;
    } else at += wireType === 1 ? 8 : 4;
    records.push(wire.subarray(start, at));
  }
  return records;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What cannot be read is not always noticed: a plan decodes no more than it writes. */
function readableWire(codec: Codec, make: () => Uint8Array): Uint8Array {
  for (let attempt = 0; attempt < 20; attempt++) {
    const wire = make();
    try {
      codec.wireToValue(wire);
      return wire;
    } catch {
      // The next one may be better.
    }
  }
  return new Uint8Array();
}

function failure(random: Random): Error {
  if (random() < 0.2) return new Error('canary');
  const code = CODES[Math.floor(random() * CODES.length)] ?? 'unknown';
  return new GatewayError(code, `it was ${code}`, {
    source: 'upstream',
    violations: random() < 0.5 ? [{ field: 'name', description: 'is wrong' }] : [],
    details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'R', domain: 'd' }],
  });
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value;
}

/** The same graph without what changes the order of calls: joins, and read masks that wait for each other. */
export function plainGraph(graph: Graph): Graph {
  const types = new Map<string, GraphType>();
  for (const [name, type] of graph.types) {
    const fields = type.kind === 'object' ? type.fields.filter(({ source }) => source.kind !== 'join') : [];
    types.set(name, type.kind === 'object' ? { ...type, fields } : type);
  }
  const queries = graph.queries.map(({ readMask: _readMask, ...root }) => root);
  return { ...graph, types, queries };
}

/** The same graph, but here and there it promises values that its replies may lack: so errors spread to parents. */
export function strictGraph(graph: Graph, random: Random): Graph {
  const strict = (type: TypeRef): TypeRef => {
    const isRequired = type.isRequired || random() < 0.3;
    return 'list' in type ? { list: strict(type.list), isRequired } : { name: type.name, isRequired };
  };
  const field = (one: OutputField): OutputField =>
    one.source.kind === 'none' ? one : { ...one, type: strict(one.type) };
  const types = new Map<string, GraphType>();
  for (const [name, type] of graph.types) {
    types.set(name, type.kind === 'object' ? { ...type, fields: type.fields.map(field) } : type);
  }
  return { ...graph, types };
}
