// Connections to one target: kept between requests, bounded in number, waited for in order. The HTTP/1.1 transport.
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Target, UpstreamTls } from '../../core/upstream.ts';
import { Connection } from './connection.ts';
import {
  ExchangeFault,
  type ExchangeRequest,
  type ExchangeResponse,
  type HttpTransport,
} from './http-transport.ts';

export interface PoolOptions {
  readonly connectMs: number;
  /** Unused for so long, a connection is closed. */
  readonly keepMs: number;
  /** At most so many at a time; further exchanges wait. */
  readonly maxConnections: number;
  /** And at most so many of them; further ones are refused. */
  readonly maxWaiting: number;
}

export const DEFAULT_POOL_OPTIONS: PoolOptions = Object.freeze({
  connectMs: 5_000,
  keepMs: 30_000,
  maxConnections: 256,
  maxWaiting: 1_024,
});

interface Waiting {
  take(connection: Connection | undefined): void;
}

export function createConnectionPool(
  target: Target,
  tls: UpstreamTls | undefined,
  options: PoolOptions = DEFAULT_POOL_OPTIONS,
): HttpTransport {
  return new ConnectionPool(target, tls, options);
}

class ConnectionPool implements HttpTransport {
  readonly #target: Target;
  readonly #tls: UpstreamTls | undefined;
  readonly #options: PoolOptions;
  readonly #host: string;
  /** The one used last is taken first, so that what is too many grows old. */
  readonly #idle: { readonly connection: Connection; since: number }[] = [];
  readonly #waiting: Waiting[] = [];
  #open = 0;
  #isClosed = false;
  #sweep: NodeJS.Timeout | undefined;
  /** Of the last handshake: the next one is cheaper. */
  #session: Buffer | undefined;

  constructor(target: Target, tls: UpstreamTls | undefined, options: PoolOptions) {
    this.#target = target;
    this.#tls = tls;
    this.#options = options;
    this.#host = authorityOf(target);
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

  async #acquire(signal: AbortSignal): Promise<Connection> {
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

  #wait(signal: AbortSignal): Promise<Connection | undefined> {
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
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiting);
    });
  }

  /** Its place among the open ones has been taken already. */
  #connect(signal: AbortSignal): Promise<Connection> {
    return new Promise<Connection>((resolve, reject) => {
      if (signal.aborted) {
        this.#gone();
        reject(signal.reason);
        return;
      }
      const socket = this.#openSocket();
      const timer = setTimeout(() => {
        fail(new ExchangeFault('unreachable', `no connection within ${this.#options.connectMs} ms`));
      }, this.#options.connectMs);
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        socket.off('error', onError);
      };
      const fail = (error: Error): void => {
        settle();
        socket.on('error', () => {});
        socket.destroy();
        this.#gone();
        reject(error);
      };
      const onAbort = (): void => fail(signal.reason);
      const onError = (error: Error): void => fail(new ExchangeFault('unreachable', 'no connection', error));
      signal.addEventListener('abort', onAbort, { once: true });
      socket.once('error', onError);
      socket.once(this.#target.scheme === 'https' ? 'secureConnect' : 'connect', () => {
        settle();
        resolve(
          new Connection(socket, this.#host, {
            idle: (one) => this.#giveBack(one),
            closed: (one) => this.#lost(one),
          }),
        );
      });
    });
  }

  #openSocket(): Socket {
    const { scheme, host, port } = this.#target;
    if (scheme !== 'https') return connectPlain({ host, port });
    const { ca, cert, key, serverName } = this.#tls ?? {};
    const servername = serverName ?? (isIP(host) === 0 ? host : undefined);
    const socket = connectTls({
      host,
      port,
      ALPNProtocols: ['http/1.1'],
      // Never switched off here: whoever wants to trust a certificate of their own names its authority.
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(servername !== undefined && { servername }),
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(this.#session !== undefined && { session: this.#session }),
    });
    socket.on('session', (session) => {
      this.#session = session;
    });
    return socket;
  }

  #giveBack(connection: Connection): void {
    if (this.#isClosed) {
      connection.destroy();
      return;
    }
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next.take(connection);
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

function authorityOf({ scheme, host, port }: Target): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === (scheme === 'https' ? 443 : 80) ? name : `${name}:${port}`;
}
