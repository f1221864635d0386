// One gRPC call on a stream of HTTP/2, whatever its shape: its request's head, its answer's order, its one end.
// Source: gRPC over HTTP/2, "Requests" and "Responses".
import { broken, cancelled, failureOfEnd, lost, plainHttp, tooLarge, unreachable } from './failures.ts';
import type { Connection } from './http2/connection.ts';
import type { Ending } from './http2/ending.ts';
import type { HeaderText } from './http2/header-text.ts';
import { Http2Stream } from './http2/http2-stream.ts';
import { ErrorCode } from './http2/protocol.ts';
import { MessageReader, type MessageSink } from './message-reader.ts';
import type { ResponseHead } from './response-head.ts';
import { timeoutText } from './timeout-text.ts';
import type { GrpcCallOptions } from './transport.ts';

/** Where a call gets a connection. */
export interface CallQueue {
  /** `begin` is called at once, or later, or `fail`. */
  submit(call: GrpcCall): void;
  withdraw(call: GrpcCall): void;
}

/** No operation may ask for more (transcoding reference, section 10). */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** Of calls that the upstream has not worked on, each on another stream or connection. */
const MAX_RETRIES = 3;
const INFORMATIONAL = 200;

export abstract class GrpcCall extends Http2Stream<ResponseHead> implements MessageSink {
  override readonly path: string;
  protected readonly limit: number;
  protected connection: Connection<ResponseHead> | undefined;
  protected head: ResponseHead | undefined;
  protected isDone = false;
  readonly #options: GrpcCallOptions;
  readonly #queue: CallQueue;
  readonly #reader: MessageReader;
  readonly #deadlineAt: number;
  /** A function, though the call itself could listen: Node makes much of listeners that are objects. */
  readonly #giveUp = (): void => this.fail(cancelled('the call was given up'));
  #retries = 0;
  #isRefused = false;

  constructor(queue: CallQueue, path: string, options: GrpcCallOptions) {
    super();
    this.path = path;
    this.limit = Math.min(options.maxReplyBytes ?? MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES);
    this.#queue = queue;
    this.#options = options;
    this.#reader = new MessageReader(this, this.limit);
    this.#deadlineAt = options.timeoutMs === undefined ? 0 : performance.now() + options.timeoutMs;
  }

  /** Sends what there is to send; the stream has just got its connection. @throws Error for unsendable fields. */
  protected abstract open(connection: Connection<ResponseHead>): void;
  /** The answer has begun, and has not ended with it. */
  protected abstract onBegun(head: ResponseHead): void;
  /** Status OK. */
  protected abstract onComplete(trailers: ResponseHead): void;
  /** The call is over, and was not complete. */
  protected abstract onFailed(error: Error): void;
  /** Whether the request can be sent once more from its beginning. */
  protected abstract readonly isReplayable: boolean;
  abstract onMessage(message: Uint8Array, isCompressed: boolean): boolean;
  abstract override onSent(): void;

  start(): void {
    const { signal } = this.#options;
    if (signal.aborted) {
      this.fail(cancelled('the call was given up before it began'));
      return;
    }
    signal.addEventListener('abort', this.#giveUp);
    this.#queue.submit(this);
  }

  begin(connection: Connection<ResponseHead>): void {
    this.connection = connection;
    try {
      this.open(connection);
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error('the call could not be sent', { cause: error }));
    }
  }

  /** Ends the call once; what is left of it on the connection is reset. */
  fail(error: Error): void {
    if (this.isDone) return;
    this.end();
    if (this.id !== 0) this.connection?.reset(this, ErrorCode.cancel);
    else this.#queue.withdraw(this);
    this.onFailed(error);
  }

  writeFields(text: HeaderText): void {
    const { timeoutMs, metadata } = this.#options;
    if (timeoutMs !== undefined) text.add('grpc-timeout', timeoutText(this.#deadlineAt - performance.now()));
    for (const [name, value] of metadata) {
      text.add(name, typeof value === 'string' ? value : Buffer.from(value).toString('base64'));
    }
  }

  onHead(head: ResponseHead, isEnd: boolean): void {
    if (this.isDone) return;
    const { head: begun } = this;
    if (head.fault !== undefined) {
      this.fail(broken(head.fault));
      return;
    }
    if (begun === undefined) {
      if (head.httpStatus === 0) {
        this.fail(broken('an answer has no HTTP status'));
        return;
      }
      if (head.httpStatus < INFORMATIONAL) {
        if (isEnd || head.httpStatus === 101) this.fail(broken('an interim answer is the last'));
        return;
      }
      this.head = head;
      if (isEnd) {
        this.#finish(head, head);
        return;
      }
      if (!head.isGrpc) {
        this.fail(plainHttp(head.httpStatus));
        return;
      }
      this.onBegun(head);
      return;
    }
    if (!isEnd || head.httpStatus !== 0) {
      this.fail(broken('an answer begins twice'));
      return;
    }
    this.#finish(head, begun);
  }

  onData(bytes: Buffer, start: number, end: number, isEnd: boolean): void {
    if (this.isDone) return;
    if (this.head === undefined) {
      this.fail(broken('an answer has no head'));
      return;
    }
    this.#reader.read(bytes, start, end);
    if (this.isDone) return;
    if (isEnd) {
      this.fail(broken('an answer ended without its status'));
      return;
    }
    this.giveBack();
  }

  onReset(code: number): void {
    if (this.isDone) return;
    const message = `the upstream reset the call, code ${code}`;
    const isNew = this.head === undefined;
    if (isNew && code === ErrorCode.refusedStream && !this.#isRefused && this.isReplayable) {
      this.#isRefused = true;
      this.#queue.submit(this);
    } else this.fail(isNew ? unreachable(message) : broken(message));
  }

  onLost(ending: Ending, isUntouched: boolean): void {
    if (this.isDone) return;
    const isNew = this.head === undefined;
    if (isUntouched && isNew && this.isReplayable && this.#retries < MAX_RETRIES) {
      this.#retries += 1;
      this.#queue.submit(this);
    } else this.fail(isNew ? lost(ending) : broken(ending.reason));
  }

  onTooLarge(size: number): void {
    this.fail(tooLarge(`a message of ${size} bytes, at most ${this.limit}`));
  }

  onBroken(what: string): void {
    this.fail(broken(what));
  }

  /** Bytes that are held back from the peer's window, since nobody has taken them. */
  protected get heldBytes(): number {
    return 0;
  }

  protected giveBack(): void {
    if (this.id !== 0) this.connection?.giveBack(this, this.received - this.heldBytes);
  }

  protected end(): void {
    this.isDone = true;
    this.#options.signal.removeEventListener('abort', this.#giveUp);
  }

  #finish(end: ResponseHead, begun: ResponseHead): void {
    const failure = failureOfEnd(end, begun);
    if (failure !== undefined) {
      this.fail(failure);
      return;
    }
    if (this.#reader.isAmidMessage) {
      this.fail(broken('an answer ended amid a message'));
      return;
    }
    this.onComplete(end);
  }
}
