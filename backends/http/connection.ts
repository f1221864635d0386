// One connection to an upstream. It is given back to its pool when the answer of its exchange was whole and both sides are
// done with it; in every other case it is closed, so that no answer is ever mixed with another's.
import type { Socket } from 'node:net';
import { Exchange, type ExchangeEnd } from './exchange.ts';
import { ExchangeFault, type ExchangeRequest, type ExchangeResponse } from './http-transport.ts';

export interface ConnectionEvents {
  /** It may serve another request. */
  idle(connection: Connection): void;
  closed(connection: Connection): void;
}

export class Connection implements ExchangeEnd {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #events: ConnectionEvents;
  #exchange: Exchange | undefined;
  /** Requests that it has served: the first failure of a kept one may only mean that it was gone. */
  served = 0;
  /** Until when the upstream said it would keep it, by `performance.now()`. */
  expiresAt = Number.POSITIVE_INFINITY;

  /** `socket` is connected. */
  constructor(socket: Socket, host: string, events: ConnectionEvents) {
    this.#socket = socket;
    this.#host = host;
    this.#events = events;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => {
      if (this.#exchange === undefined) socket.destroy();
      else this.#exchange.receive(bytes);
    });
    socket.on('end', () => {
      if (this.#exchange === undefined) socket.destroy();
      else this.#exchange.finish();
    });
    socket.on('error', (error) => this.#exchange?.break(error));
    socket.on('close', () => {
      this.#exchange?.break(undefined);
      events.closed(this);
    });
  }

  get isUsable(): boolean {
    if (this.#socket.destroyed || !this.#socket.writable) return false;
    // Few upstreams say it, and the clock is not free.
    return this.expiresAt === Number.POSITIVE_INFINITY || performance.now() < this.expiresAt;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** One at a time. */
  exchange(request: ExchangeRequest): Promise<ExchangeResponse> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new ExchangeFault('unreachable', 'the connection was closed'));
        return;
      }
      const exchange = new Exchange(this.#socket, request, this.#host, this, resolve, reject);
      this.#exchange = exchange;
      exchange.start();
    });
  }

  over(isReusable: boolean, keepMs: number | undefined): void {
    this.#exchange = undefined;
    this.served += 1;
    if (keepMs !== undefined) this.expiresAt = performance.now() + keepMs;
    if (isReusable && this.isUsable) this.#events.idle(this);
    else this.#socket.destroy();
  }

  left(): void {
    this.#exchange = undefined;
    this.#socket.removeAllListeners('data').removeAllListeners('end');
    this.#socket.removeAllListeners('error').removeAllListeners('close');
    this.#events.closed(this);
  }
}
