// How one target is spoken to: HTTP/2 or HTTP/1.1, as its service says, or as the two agree by TLS when they first meet.
// Upgrades go by HTTP/1.1 whatever else does: HTTP/2 has another form of them that few upstreams know.
import type { CallSignal } from '../../core/call-signal.ts';
import type { HttpSettings, Target, UpstreamTls } from '../../core/upstream.ts';
import { ConnectionPool } from './connection-pool.ts';
import { createDial, type Dial } from './dial.ts';
import {
  ExchangeFault,
  type ExchangeRequest,
  type ExchangeResponse,
  type HttpTransport,
} from './http-transport.ts';
import { SessionPool } from './http2/session-pool.ts';

const CONNECT_MS = 5_000;
const KEEP_MS = 30_000;
const CONCURRENCY = 256;
/** For each that may be under way. */
const WAITING = 4;

/** @throws Error for certificates or keys that cannot be read. */
export function createTargetTransport(
  target: Target,
  tls: UpstreamTls | undefined,
  { http2, connectMs = CONNECT_MS, concurrency = CONCURRENCY }: HttpSettings = {},
): HttpTransport {
  const dial = createDial(target, tls, connectMs);
  const authority = authorityOf(target);
  const scheme = target.scheme === 'https' ? 'https' : 'http';
  const maxWaiting = concurrency * WAITING;
  const one = new ConnectionPool(dial, authority, {
    keepMs: KEEP_MS,
    maxConnections: concurrency,
    maxWaiting,
  });
  if (http2 === false || (http2 === undefined && scheme === 'http')) return one;
  const two = new SessionPool(
    dial,
    { scheme, authority },
    { connectMs, keepMs: KEEP_MS, concurrency, maxWaiting },
  );
  const pools = { one, two };
  return new TargetTransport(pools, http2 === true ? undefined : dial);
}

interface Pools {
  readonly one: ConnectionPool;
  readonly two: SessionPool;
}

class TargetTransport implements HttpTransport {
  readonly #pools: Pools;
  /** Undefined: there is nothing to agree on, it is HTTP/2. */
  readonly #dial: Dial | undefined;
  readonly #life = new AbortController();
  /** What the target chose; asked once by all who came before it was known. */
  #agreed: Promise<HttpTransport> | undefined;

  constructor(pools: Pools, dial: Dial | undefined) {
    this.#pools = pools;
    this.#dial = dial;
  }

  async exchange(request: ExchangeRequest): Promise<ExchangeResponse> {
    if (request.upgrade !== undefined) return this.#pools.one.exchange(request);
    if (this.#dial === undefined) return this.#pools.two.exchange(request);
    this.#agreed ??= this.#agree(this.#dial);
    const agreed = this.#agreed;
    const pool = await untilAborted(agreed, request.signal);
    try {
      return await pool.exchange(request);
    } catch (error) {
      // It may be another server by now, that chooses otherwise.
      const isGone = error instanceof ExchangeFault && error.kind !== 'busy' && error.kind !== 'timeout';
      if (isGone && this.#agreed === agreed) this.#agreed = undefined;
      throw error;
    }
  }

  close(): void {
    this.#life.abort(new ExchangeFault('unreachable', 'the transport was closed'));
    this.#pools.one.close();
    this.#pools.two.close();
  }

  async #agree(dial: Dial): Promise<HttpTransport> {
    try {
      const { socket, chosen } = await dial(['h2', 'http/1.1'], this.#life.signal);
      const pool = chosen === 'h2' ? this.#pools.two : this.#pools.one;
      pool.adopt(socket);
      return pool;
    } catch (error) {
      this.#agreed = undefined;
      throw error;
    }
  }
}

/** What is waited for is everybody's, and goes on. */
function untilAborted<T>(promise: Promise<T>, signal: CallSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

/** As Host and `:authority` name it. */
function authorityOf({ scheme, host, port }: Target): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === (scheme === 'https' ? 443 : 80) ? name : `${name}:${port}`;
}
