// One HTTP/2 connection to an upstream: how many requests it may have, whether it still takes any, whether anybody is
// there. Source: RFC 9113, sections 5.1.2 and 6.8.
import { type ClientHttp2Session, connect } from 'node:http2';
import type { Socket } from 'node:net';
import { ResetBudget } from '../../reset-budget.ts';
import {
  ExchangeFault,
  type ExchangeRequest,
  type ExchangeResponse,
  NoConnection,
} from '../http-transport.ts';
import type { Origin } from './header-lists.ts';
import { type StreamFailure, startExchange } from './stream-exchange.ts';

export interface SessionEvents {
  /** Requests may be sent on it. */
  ready(): void;
  /** Once; it takes no more. `fault` if it never took any. */
  left(fault: ExchangeFault | undefined): void;
}

export interface SessionOptions {
  /** For the upstream's settings, without which it is none. */
  readonly readyMs: number;
  /** Unused for so long, it is closed; silent for so long with requests on it, it is asked whether it is there. */
  readonly keepMs: number;
}

/** However many the upstream allows. */
const MAX_STREAMS = 100;
const PING_MS = 10_000;
const STREAM_WINDOW = 256 * 1024;
const CONNECTION_WINDOW = 4 * 1024 * 1024;
/** security reference, class 25; as for HTTP/1.1. */
const MAX_HEAD_BYTES = 64 * 1024;
const MAX_HEADERS = 500;
/** Megabytes. What streams hold is bounded by their windows. */
const MAX_MEMORY = 64;

export class Session {
  readonly resets = new ResetBudget(() => performance.now());
  readonly #session: ClientHttp2Session;
  readonly #origin: Origin;
  readonly #events: SessionEvents;
  /** Reserved ones among them. */
  #streams = 0;
  #isReady = false;
  #isLeft = false;
  #error: (Error & { readonly code?: string }) | undefined;

  /** `socket` is connected. */
  constructor(socket: Socket, origin: Origin, options: SessionOptions, events: SessionEvents) {
    this.#origin = origin;
    this.#events = events;
    socket.setNoDelay(true);
    const session = connect(`${origin.scheme}://${origin.authority}`, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW, maxHeaderListSize: MAX_HEAD_BYTES },
      maxHeaderListPairs: MAX_HEADERS,
      maxSessionMemory: MAX_MEMORY,
    });
    this.#session = session;
    const readyTimer = setTimeout(() => {
      this.#error = new Error(`no settings within ${options.readyMs} ms`);
      session.destroy();
    }, options.readyMs);
    session.once('remoteSettings', () => {
      clearTimeout(readyTimer);
      session.setLocalWindowSize(CONNECTION_WINDOW);
      this.#isReady = true;
      events.ready();
    });
    session.on('error', (error) => {
      this.#error ??= error;
    });
    session.on('goaway', () => this.#leave());
    const onClose = (): void => {
      clearTimeout(readyTimer);
      this.#leave();
    };
    session.on('close', onClose);
    // Node tells nobody of what TLS refuses behind its handshake, such as a certificate that we do not have.
    socket.on('error', (error) => {
      this.#error ??= error;
      socket.destroy();
      onClose();
    });
    session.setTimeout(options.keepMs, () => this.#checkAlive());
  }

  get hasRoom(): boolean {
    if (this.#isLeft || !this.#isReady || this.#session.closed || this.#session.destroyed) return false;
    const { maxConcurrentStreams = MAX_STREAMS } = this.#session.remoteSettings;
    return this.#streams < Math.min(maxConcurrentStreams, MAX_STREAMS);
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** There is room. An exchange follows; until then nobody else is given its stream. */
  reserve(): void {
    this.#streams += 1;
  }

  /**
   * Reserved before. `closed` is called once, when the stream is gone, however that came about: long behind the head, as
   * a rule. @throws GatewayError for a request that HTTP/2 cannot hold.
   */
  exchange(request: ExchangeRequest, closed: () => void): Promise<ExchangeResponse | StreamFailure> {
    const leave = (): void => {
      this.#streams -= 1;
      closed();
    };
    return new Promise((resolve, reject) => {
      try {
        startExchange(this.#session, request, this.#origin, {
          resolve,
          failed: resolve,
          givenUp: () => this.resets.spend(),
          closed: leave,
        });
      } catch (error) {
        leave();
        reject(error);
      }
    });
  }

  /** Those under way end by themselves. */
  close(): void {
    this.#leave();
    this.#session.close();
  }

  #leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#events.left(this.#isReady ? undefined : this.#faultOfStart());
  }

  /** Somebody who speaks, and no HTTP/2, is another matter than nobody. */
  #faultOfStart(): ExchangeFault {
    const isViolation = this.#error?.code?.startsWith('ERR_HTTP2') === true;
    const reason = 'no HTTP/2 connection';
    return isViolation
      ? new ExchangeFault('protocol', reason, this.#error)
      : new NoConnection(reason, this.#error);
  }

  #checkAlive(): void {
    if (this.#streams === 0) {
      this.close();
      return;
    }
    const timer = setTimeout(() => this.#session.destroy(), PING_MS).unref();
    try {
      this.#session.ping(() => clearTimeout(timer));
    } catch {
      // It is being closed as we ask.
      clearTimeout(timer);
    }
  }
}
