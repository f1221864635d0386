// What one GraphQL request has in hand while it runs: the snapshot it is pinned to, the client it runs for, and
// the reads it has made already.
import { ANONYMOUS, type Call, type Reply, type StreamReply } from '../../core/call.ts';
import type { CallOrigin } from '../../core/call-origin.ts';
import { deadlineExceeded, GatewayError } from '../../core/error.ts';
import type { Poll, RootField } from '../../core/graph.ts';
import type { Invoker } from '../../core/invoker.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Metadata } from '../../core/metadata.ts';
import type { Operation } from '../../core/operation.ts';
import { Payload } from '../../core/payload.ts';
import type { Wanted } from '../../translators/json/projections.ts';
import { EqualReads, type Read } from './equal-reads.ts';
import { encodeRequest } from './joins/encode-request.ts';
import { JoinDispatcher } from './joins/join-dispatcher.ts';
import { type JoinCalls, JoinLoader } from './joins/join-loader.ts';
import type { BatchOddity } from './joins/join-reply.ts';
import { MaskedReads } from './masked-reads.ts';
import { pollOperation } from './poll-operation.ts';

export interface RequestFacts {
  readonly requestId: string;
  readonly invoke: Invoker;
  /** Client headers that go upstream with a call of this operation. */
  readonly metadataFor: (operation: Operation) => Metadata;
  /** Where its calls come from, for limits of services; absent if there are none. */
  readonly origin?: CallOrigin | undefined;
  readonly timeoutMs: number | undefined;
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal;
  /** Aborts when subscriptions are to end; its reason is the GatewayError to end them with. */
  readonly ending: AbortSignal;
  /** Calls that it may make, equal reads counted once. Default: 200. */
  readonly maxCalls?: number;
  /** Hears of batches that are answered with items twice, or with items nobody asked for. */
  readonly onOddity?: ((oddity: BatchOddity) => void) | undefined;
}

/** Source: graphql reference, section 9. */
const DEFAULT_MAX_CALLS = 200;

export class RequestScope {
  readonly #facts: RequestFacts;
  #calls = 0;
  #startedAt = performance.now();
  /** Equal ones are one call, whatever they are called and wherever they stand. */
  #reads = new EqualReads();
  #masked: MaskedReads | undefined;
  #loader: JoinLoader | undefined;
  #joins: JoinDispatcher | undefined;
  /** What the client asked for, which may be known later than the rest. */
  timeoutMs: number | undefined;

  constructor(facts: RequestFacts) {
    this.#facts = facts;
    this.timeoutMs = facts.timeoutMs;
  }

  get requestId(): string {
    return this.#facts.requestId;
  }

  get signal(): AbortSignal {
    return this.#facts.signal;
  }

  get ending(): AbortSignal {
    return this.#facts.ending;
  }

  /** Answers joined fields of many parents at once, for whoever knows them all. */
  get loader(): JoinLoader {
    this.#loader ??= this.#createLoader();
    return this.#loader;
  }

  /** Answers joined fields one by one; those of one turn are loaded together. */
  get joins(): JoinDispatcher {
    this.#joins ??= new JoinDispatcher(this.loader);
    return this.#joins;
  }

  /** For the next event of a subscription: what an earlier one has read is old by now. */
  renew(): void {
    this.#forget();
    this.#calls = 0;
    this.#startedAt = performance.now();
  }

  /** A read whose mask is made of what is wanted of the reply, by all who ask the same in one turn. */
  readMasked(root: RootField, request: JsonObject, wanted: Wanted): Promise<Payload> {
    this.#masked ??= new MaskedReads((asked, masked) => this.call(asked, masked));
    return this.#masked.read(root, request, wanted);
  }

  /** The reply of a unary operation. Only reads are shared: a mutation is sent as often as it is asked for. */
  async call(root: RootField, request: JsonValue): Promise<Payload> {
    return this.send(root, Payload.fromValue(root.operation.input.codec, request));
  }

  /** As `call`, of a request that may have been encoded before. */
  async send(root: RootField, request: Payload): Promise<Payload> {
    const call = this.#callOf(root.operation, request, this.#facts.signal);
    if (root.kind === 'query') return payloadOf(await this.#read(call));
    // What was read before a change may not be true after it.
    this.#forget();
    return payloadOf(await this.#invoke(call));
  }

  /** As `send`, where no other call of the request can be equal to this one: nobody looks for it. */
  async sendAlone({ operation }: RootField, request: Payload): Promise<Payload> {
    return payloadOf(await this.#invoke(this.#callOf(operation, request, this.#facts.signal)));
  }

  /** A server stream, which ends with `signal` as well as with the client. */
  async stream({ operation, poll }: RootField, request: Payload, signal: AbortSignal): Promise<StreamReply> {
    const both = AbortSignal.any([this.#facts.signal, signal]);
    const { timeoutMs } = this;
    if (poll !== undefined) return this.#poll(operation, poll, request, both);
    const reply = await this.#invoke({ ...this.#callOf(operation, request, both), timeoutMs });
    if (reply.kind === 'stream') return reply;
    throw new GatewayError('internal', 'the upstream did not answer with a stream', { source: 'upstream' });
  }

  #poll(operation: Operation, { patience }: Poll, request: Payload, signal: AbortSignal): StreamReply {
    const { timeoutMs } = this;
    const { invoke } = this.#facts;
    const call = { ...this.#callOf(operation, request, signal), timeoutMs };
    return pollOperation({
      // One after another for as long as it takes: these are not the many calls that a request may not make.
      ask: async (input, left) => payloadOf(await invoke({ ...call, input, timeoutMs: left })),
      call,
      request: request.value(),
      patience,
    });
  }

  #read(call: Read): Promise<Reply> {
    return this.#reads.reply(call, (read) => this.#invoke(read));
  }

  async #invoke(call: Call): Promise<Reply> {
    if (this.#remaining <= 0) throw tooManyCalls(this.#maxCalls);
    this.#calls += 1;
    return this.#facts.invoke(call);
  }

  get #maxCalls(): number {
    return this.#facts.maxCalls ?? DEFAULT_MAX_CALLS;
  }

  get #remaining(): number {
    return this.#maxCalls - this.#calls;
  }

  #forget(): void {
    this.#reads = new EqualReads();
    this.#masked = undefined;
    this.#loader = undefined;
    this.#joins = undefined;
  }

  #createLoader(): JoinLoader {
    const { signal, onOddity } = this.#facts;
    const read: JoinCalls['read'] = async (operation, request) => {
      const input = encodeRequest(operation, request);
      return payloadOf(await this.#read(this.#callOf(operation, input, signal)));
    };
    return new JoinLoader(new CountedCalls(read, () => this.#remaining), {
      ...(onOddity && { onOddity: ({ operation }, oddity) => onOddity({ operation, ...oddity }) }),
    });
  }

  #callOf(operation: Operation, input: Payload, signal: AbortSignal): Read {
    const { requestId, metadataFor, origin } = this.#facts;
    return {
      operation,
      door: 'graphql',
      requestId,
      caller: ANONYMOUS,
      origin,
      input,
      metadata: metadataFor(operation),
      timeoutMs: this.#timeLeft(operation),
      signal,
    };
  }

  /**
   * Calls that wait for one another share the client's time or, if it names none, the most that the operation allows:
   * waves must not add up. Undefined: the operation's own default, which ends before.
   */
  #timeLeft({ limits }: Operation): number | undefined {
    const { timeoutMs } = this;
    const left = (timeoutMs ?? limits.maxDeadlineMs) - (performance.now() - this.#startedAt);
    if (timeoutMs === undefined && left >= limits.defaultDeadlineMs) return undefined;
    if (left <= 0) throw deadlineExceeded();
    return left;
  }
}

/**
 * A class for the sake of memory: an object whose accessor is written in place has a shape of its own, which keeps the
 * whole request until the next full collection.
 */
class CountedCalls implements JoinCalls {
  readonly read: JoinCalls['read'];
  readonly #remaining: () => number;

  constructor(read: JoinCalls['read'], remaining: () => number) {
    this.read = read;
    this.#remaining = remaining;
  }

  get remaining(): number {
    return this.#remaining();
  }
}

function payloadOf(reply: Reply): Payload {
  if (reply.kind === 'unary') return reply.payload;
  throw new GatewayError('internal', 'the upstream answered with a stream', { source: 'upstream' });
}

function tooManyCalls(most: number): GatewayError {
  return new GatewayError(
    'resource_exhausted',
    `the request needs more than ${most} calls of services; ask for less at once`,
  );
}
