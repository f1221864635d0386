// What one GraphQL request has in hand while it runs: the snapshot it is pinned to, the client it runs for, and
// the reads it has made already.
import { ANONYMOUS, type Call, type Reply, type StreamReply } from '../../core/call.ts';
import { callKey } from '../../core/call-key.ts';
import { GatewayError } from '../../core/error.ts';
import type { RootField } from '../../core/graph.ts';
import type { Invoker } from '../../core/invoker.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Metadata } from '../../core/metadata.ts';
import type { Operation } from '../../core/operation.ts';
import { Payload } from '../../core/payload.ts';

export interface RequestFacts {
  readonly requestId: string;
  readonly invoke: Invoker;
  /** Client headers that go upstream with a call of this operation. */
  readonly metadataFor: (operation: Operation) => Metadata;
  readonly timeoutMs: number | undefined;
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal;
  /** Aborts when subscriptions are to end; its reason is the GatewayError to end them with. */
  readonly ending: AbortSignal;
}

export class RequestScope {
  readonly #facts: RequestFacts;
  /** Reads of this request by key: equal ones are one call, whatever they are called and wherever they stand. */
  readonly #reads = new Map<string, Promise<Reply>>();

  constructor(facts: RequestFacts) {
    this.#facts = facts;
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

  /** The reply of a unary operation. Only reads are shared: a mutation is sent as often as it is asked for. */
  async call(root: RootField, request: JsonValue): Promise<Payload> {
    const call = this.#callOf(root, request, this.#facts.signal);
    const reply = await (root.kind === 'query' ? this.#read(call) : this.#facts.invoke(call));
    if (reply.kind === 'unary') return reply.payload;
    throw new GatewayError('internal', 'the upstream answered with a stream', { source: 'upstream' });
  }

  /** A server stream, which ends with `signal` as well as with the client. */
  async stream(root: RootField, request: JsonValue, signal: AbortSignal): Promise<StreamReply> {
    const both = AbortSignal.any([this.#facts.signal, signal]);
    const reply = await this.#facts.invoke(this.#callOf(root, request, both));
    if (reply.kind === 'stream') return reply;
    throw new GatewayError('internal', 'the upstream did not answer with a stream', { source: 'upstream' });
  }

  #read(call: Call & { readonly input: Payload }): Promise<Reply> {
    const key = callKey(call);
    let reply = this.#reads.get(key);
    if (reply === undefined) {
      reply = this.#facts.invoke(call);
      this.#reads.set(key, reply);
    }
    return reply;
  }

  #callOf(
    { operation }: RootField,
    request: JsonValue,
    signal: AbortSignal,
  ): Call & { readonly input: Payload } {
    const { requestId, metadataFor, timeoutMs } = this.#facts;
    return {
      operation,
      door: 'graphql',
      requestId,
      caller: ANONYMOUS,
      input: Payload.fromValue(operation.input.codec, request),
      metadata: metadataFor(operation),
      timeoutMs,
      signal,
    };
  }
}
