// Feeds the messages of a request to its stream, one at a time. Keeps what it has sent for as long as the upstream may
// still turn out never to have seen it, so that the call can begin again on another connection.
import { prefixed } from './http2/outgoing.ts';

export interface FeedSink {
  /** Whether the call has a stream now. */
  isOpen(): boolean;
  /** `proceed` follows when it has gone out. */
  send(bytes: Uint8Array, isLast: boolean): void;
  end(): void;
  /** The source failed. */
  fail(): void;
}

const MAX_REPLAY_BYTES = 64 * 1024;

export class RequestFeed {
  readonly #sink: FeedSink;
  readonly #source: AsyncIterator<Uint8Array>;
  /** Asked for and not yet handed on. More than one after the call has begun again. */
  #ready: Uint8Array[] = [];
  /** Undefined when the call cannot begin again. */
  #sent: Uint8Array[] | undefined = [];
  #sentBytes = 0;
  #isAsking = false;
  #isSending = false;
  #isExhausted = false;
  #isEnded = false;
  #isStopped = false;

  constructor(messages: AsyncIterable<Uint8Array>, sink: FeedSink) {
    this.#source = messages[Symbol.asyncIterator]();
    this.#sink = sink;
  }

  get isReplayable(): boolean {
    return this.#sent !== undefined;
  }

  /** The call has a stream, the first one or another. */
  begin(): void {
    this.#ready = [...(this.#sent ?? []), ...this.#ready];
    this.#sent = [];
    this.#sentBytes = 0;
    this.#isSending = false;
    this.#isEnded = false;
    this.#advance();
  }

  /** What was sent last has gone out. */
  proceed(): void {
    this.#isSending = false;
    this.#advance();
  }

  /** The upstream has seen the call: nothing needs to be kept. */
  commit(): void {
    this.#sent = undefined;
  }

  /** Nobody wants more. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#ready = [];
    this.#sent = undefined;
    if (!this.#isExhausted) this.#source.return?.()?.then(undefined, () => {});
  }

  #advance(): void {
    if (this.#isStopped || this.#isSending || this.#isEnded || !this.#sink.isOpen()) return;
    if (this.#ready.length > 0) {
      const bytes = this.#ready.length === 1 ? this.#ready[0] : undefined;
      const all = bytes ?? Buffer.concat(this.#ready);
      this.#ready = [];
      this.#keep(all);
      this.#isSending = true;
      this.#isEnded = this.#isExhausted;
      this.#sink.send(all, this.#isExhausted);
    } else if (this.#isExhausted) {
      this.#isEnded = true;
      this.#sink.end();
    } else if (!this.#isAsking) void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    try {
      const result = await this.#source.next();
      if (result.done === true) this.#isExhausted = true;
      else if (!this.#isStopped) this.#ready.push(prefixed(result.value));
    } catch {
      // The door that feeds the messages reports why; here the upstream only must not wait for more.
      this.#isExhausted = true;
      this.#sink.fail();
      return;
    } finally {
      this.#isAsking = false;
    }
    this.#advance();
  }

  #keep(bytes: Uint8Array): void {
    this.#sentBytes += bytes.length;
    if (this.#sentBytes > MAX_REPLAY_BYTES) this.#sent = undefined;
    this.#sent?.push(bytes);
  }
}
