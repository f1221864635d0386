// One message there, one message back.
import { broken } from './failures.ts';
import { type CallQueue, GrpcCall } from './grpc-call.ts';
import type { Connection } from './http2/connection.ts';
import { inflateMessage } from './inflate.ts';
import type { ResponseHead } from './response-head.ts';
import type { GrpcCallOptions, GrpcUnaryResult } from './transport.ts';

export class UnaryCall extends GrpcCall {
  readonly result: Promise<GrpcUnaryResult>;
  readonly #request: Uint8Array;
  #resolve: (result: GrpcUnaryResult) => void = () => {};
  #reject: (error: Error) => void = () => {};
  #reply: Uint8Array | undefined;
  #isCompressed = false;

  constructor(queue: CallQueue, path: string, request: Uint8Array, options: GrpcCallOptions) {
    super(queue, path, options);
    this.#request = request;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  protected get isReplayable(): boolean {
    return true;
  }

  protected open(connection: Connection<ResponseHead>): void {
    connection.open(this, this.#request);
  }

  onSent(): void {}

  protected onBegun(): void {}

  onMessage(message: Uint8Array, isCompressed: boolean): boolean {
    if (this.#reply !== undefined) {
      this.fail(broken('more than one message came where one was due'));
      return false;
    }
    this.#reply = message;
    this.#isCompressed = isCompressed;
    return true;
  }

  protected onComplete(trailers: ResponseHead): void {
    const { head } = this;
    const reply = this.#reply;
    if (head === undefined || reply === undefined) {
      this.fail(broken('the status is OK, but no message came'));
      return;
    }
    this.end();
    const resolve = (message: Uint8Array): void =>
      this.#resolve({ headers: head.metadata, message, trailers: trailers.metadata });
    if (this.#isCompressed) inflateMessage(reply, head.encoding, this.limit).then(resolve, this.#reject);
    else resolve(reply);
  }

  protected onFailed(error: Error): void {
    this.#reject(error);
  }
}
