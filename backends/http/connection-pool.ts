// Connections to one target: kept between requests, bounded in number, waited for in order. The HTTP/1.1 transport.

import type { Socket } from 'node:net';
import type { CallSignal } from '../../core/call-signal.ts';
import { Connection } from './connection.ts';
import type { Dial } from './dial.ts';
import {
  ExchangeFault,
  type ExchangeRequest,
  type ExchangeResponse,
  type HttpTransport,
} from './http-transport.ts';

export interface PoolOptions {
  /** Unused for so long, a connection is closed. */
  readonly keepMs: number;
  /** At most so many at a time; further exchanges wait. */
  readonly maxConnections: number;
  /** And at most so many of them; further ones are refused. */
  readonly maxWaiting: number;
}

interface Waiting {
  take(connection: Connection | undefined): void;
}

export class ConnectionPool implements HttpTransport {
  readonly #dial: Dial;
  readonly #options: PoolOptions;
  readonly #host: string;
  /** The one used last is taken first, so that what is too many grows old. */
  readonly #idle: { readonly connection: Connection; since: number }[] = [];
  readonly #waiting: Waiting[] = [];
  #open = 0;
  #isClosed = false;
  #sweep: NodeJS.Timeout | undefined;

  /** `host`: what requests name as theirs. */
  constructor(dial: Dial, host: string, options: PoolOptions) {
    this.#dial = dial;
    this.#host = host;
    this.#options = options;
  }

  /** A connection that somebody else opened, for the next exchange. */
  adopt(socket: Socket): void {
    if (this.#open >= this.#options.maxConnections) {
      socket.destroy();
      return;
    }
    this.#open += 1;
    this.#giveBack(this.#connectionOf(socket));
  }

  async exchange(request: ExchangeRequest): Promise<ExchangeResponse> {
    const connection = this.#takeIdle() ?? (await this.#acquire(request.signal));
    const wasKept = connection.served > 0;
    try {
      return await connection.exchange(request);
    } catch (error) {
      // A kept connection may have been closed from afar as we wrote to it; nobody has seen the request then.
      const wasGone = error instanceof ExchangeFault && error.kind === 'unreachable';
      if (!wasKept || !wasGone || !request.isRepeatable || request.signal.aborted) throw error;
    }
    const fresh = await this.#acquire(request.signal);
    return fresh.exchange(request);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#sweep);
    for (const { connection } of this.#idle.splice(0)) connection.destroy();
  }

  #takeIdle(): Connection | undefined {
    for (let entry = this.#idle.pop(); entry !== undefined; entry = this.#idle.pop()) {
      if (entry.connection.isUsable) return entry.connection;
      entry.connection.destroy();
    }
    return undefined;
  }

  async #acquire(signal: CallSignal): Promise<Connection> {
    if (this.#open < this.#options.maxConnections) {
      this.#open += 1;
      return this.#connect(signal);
    }
    if (this.#waiting.length >= this.#options.maxWaiting) {
      throw new ExchangeFault('busy', `${this.#waiting.length} requests wait for a connection`);
    }
    const given = await this.#wait(signal);
    return given ?? this.#connect(signal);
  }

  #wait(signal: CallSignal): Promise<Connection | undefined> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
        reject(signal.reason);
      };
      const waiting: Waiting = {
        take: (connection) => {
          signal.removeEventListener('abort', leave);
          resolve(connection);
        },
      };
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', leave);
      this.#waiting.push(waiting);
    });
  }

  /** Its place among the open ones has been taken already. */
  async #connect(signal: CallSignal): Promise<Connection> {
    try {
      const { socket } = await this.#dial(['http/1.1'], signal);
      return this.#connectionOf(socket);
    } catch (error) {
      this.#gone();
      throw error;
    }
  }

  #connectionOf(socket: Socket): Connection {
    return new Connection(socket, this.#host, {
      idle: (one) => this.#giveBack(one),
      closed: (one) => this.#lost(one),
    });
  }

  #giveBack(connection: Connection): void {
    if (this.#isClosed) {
      connection.destroy();
      return;
    }
    if (this.#waiting.length > 0) {
      this.#waiting.shift()?.take(connection);
      return;
    }
    this.#idle.push({ connection, since: performance.now() });
    this.#sweep ??= setTimeout(() => this.#sweepOld(), this.#options.keepMs).unref();
  }

  #lost(connection: Connection): void {
    const at = this.#idle.findIndex((entry) => entry.connection === connection);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#gone();
  }

  /** One less, or its place goes to somebody who waits. */
  #gone(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#open -= 1;
    else next.take(undefined);
  }

  #sweepOld(): void {
    this.#sweep = undefined;
    const oldest = performance.now() - this.#options.keepMs;
    for (const { connection, since } of [...this.#idle]) if (since <= oldest) connection.destroy();
    if (this.#idle.length > 0) this.#sweep = setTimeout(() => this.#sweepOld(), this.#options.keepMs).unref();
  }
}
