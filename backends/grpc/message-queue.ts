// Messages that came and that nobody has taken yet, as the async iterable that a stream's reader asks.

export interface QueueEvents {
  /** A message has been taken. */
  onTaken(): void;
  /** The reader has left before the end. */
  onLeft(): void;
  inflate(message: Uint8Array): Promise<Uint8Array>;
}

interface Entry {
  readonly message: Uint8Array;
  readonly isCompressed: boolean;
}

type Result = IteratorResult<Uint8Array, undefined>;

const DONE: Result = { done: true, value: undefined };
/** Taken entries are let go when there are so many of them. */
const COMPACT_AT = 1_024;

export class MessageQueue implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #events: QueueEvents;
  #entries: Entry[] = [];
  #next = 0;
  /** Of messages as they came, their prefixes included. */
  bytes = 0;
  #isEnded = false;
  #failure: Error | undefined;
  #waiting: PromiseWithResolvers<Result> | undefined;

  constructor(events: QueueEvents) {
    this.#events = events;
  }

  add(message: Uint8Array, isCompressed: boolean): void {
    const entry = { message, isCompressed };
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.#waiting = undefined;
      waiting.resolve(this.#open(entry));
      return;
    }
    this.#entries.push(entry);
    this.bytes += 5 + message.length;
  }

  /** A failure is told after the messages that came before it. */
  end(failure: Error | undefined): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#failure = failure;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    if (failure === undefined) waiting.resolve(DONE);
    else waiting.reject(this.#takeFailure());
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result> {
    if (this.#waiting !== undefined) {
      // Who asks while another one waits comes after it.
      const next = (): Promise<Result> => this.next();
      return this.#waiting.promise.then(next, next);
    }
    const entry = this.#entries[this.#next];
    if (entry !== undefined) return Promise.resolve(this.#take(entry));
    if (this.#failure !== undefined) return Promise.reject(this.#takeFailure());
    if (this.#isEnded) return Promise.resolve(DONE);
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  return(): Promise<Result> {
    this.#entries = [];
    this.#next = 0;
    this.bytes = 0;
    this.end(undefined);
    this.#failure = undefined;
    this.#events.onLeft();
    return Promise.resolve(DONE);
  }

  #take(entry: Entry): Result | Promise<Result> {
    this.#next += 1;
    if (this.#next === this.#entries.length) {
      this.#entries = [];
      this.#next = 0;
    } else if (this.#next >= COMPACT_AT) {
      this.#entries = this.#entries.slice(this.#next);
      this.#next = 0;
    }
    this.bytes -= 5 + entry.message.length;
    this.#events.onTaken();
    return this.#open(entry);
  }

  #open({ message, isCompressed }: Entry): Result | Promise<Result> {
    return isCompressed ? this.#inflate(message) : { done: false, value: message };
  }

  async #inflate(message: Uint8Array): Promise<Result> {
    try {
      return { done: false, value: await this.#events.inflate(message) };
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  /** Once; the iteration is over then. */
  #takeFailure(): Error | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure;
  }
}
