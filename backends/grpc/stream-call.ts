// Any number of messages each way. The source is asked for a message when the one before has gone out; the upstream
// may send more when somebody has taken what came. Both ways, whoever is slow holds up this call alone.
import { broken, cancelled } from './failures.ts';
import { type CallQueue, GrpcCall } from './grpc-call.ts';
import type { Connection } from './http2/connection.ts';
import { inflateMessage } from './inflate.ts';
import { MessageQueue } from './message-queue.ts';
import { RequestFeed } from './request-feed.ts';
import type { ResponseHead } from './response-head.ts';
import type { GrpcCallOptions, GrpcStream } from './transport.ts';

export class StreamCall extends GrpcCall {
  /** Settles when the upstream's headers or status are there. */
  readonly result: Promise<GrpcStream>;
  readonly #only: Uint8Array | undefined;
  readonly #feed: RequestFeed | undefined;
  readonly #queue: MessageQueue;
  #resolve: (result: GrpcStream) => void = () => {};
  #reject: (error: Error) => void = () => {};
  #trailers: ResponseHead | undefined;

  constructor(
    queue: CallQueue,
    path: string,
    messages: AsyncIterable<Uint8Array> | Uint8Array,
    options: GrpcCallOptions,
  ) {
    super(queue, path, options);
    if (messages instanceof Uint8Array) this.#only = messages;
    else {
      this.#feed = new RequestFeed(messages, {
        isOpen: () => this.id !== 0,
        send: (message, isLast) => this.#send(message, isLast),
        end: () => this.connection?.endSending(this),
        fail: () => this.fail(cancelled('the messages of the request failed')),
      });
    }
    this.#queue = new MessageQueue({
      onTaken: () => this.giveBack(),
      onLeft: () => this.fail(cancelled('the answer is wanted no more')),
      inflate: (message) => inflateMessage(message, this.head?.encoding, this.limit),
    });
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  protected get isReplayable(): boolean {
    return this.#feed === undefined || this.#feed.isReplayable;
  }

  protected open(connection: Connection<ResponseHead>): void {
    connection.open(this, this.#only);
    this.#feed?.begin();
  }

  onSent(): void {
    this.#feed?.proceed();
  }

  protected onBegun(head: ResponseHead): void {
    this.#feed?.commit();
    this.#hand(head);
  }

  onMessage(message: Uint8Array, isCompressed: boolean): boolean {
    if (isCompressed && this.head?.encoding !== 'gzip') {
      this.fail(broken('a message is compressed in a way that was not agreed'));
      return false;
    }
    this.#queue.add(message, isCompressed);
    return true;
  }

  protected override get heldBytes(): number {
    return this.#queue.bytes;
  }

  protected onComplete(trailers: ResponseHead): void {
    this.end();
    this.#trailers = trailers;
    this.#feed?.stop();
    this.#queue.end(undefined);
    if (this.head !== undefined) this.#hand(this.head);
  }

  protected onFailed(error: Error): void {
    this.#feed?.stop();
    this.#queue.end(error);
    this.#reject(error);
  }

  /** The second time is without effect. */
  #hand(head: ResponseHead): void {
    this.#resolve({
      headers: head.metadata,
      messages: this.#queue,
      trailers: () => this.#trailers?.metadata ?? [],
    });
  }

  #send(message: Uint8Array, isLast: boolean): void {
    this.connection?.send(this, message, isLast);
  }
}
