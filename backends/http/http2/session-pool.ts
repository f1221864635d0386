// HTTP/2 connections to one target: requests take the first one with room, else they wait in order, and another one is
// opened, up to a few. What the upstream has not looked at is sent again; what it may have, only if that does no harm.

import type { Socket } from 'node:net';
import { type CallSignal, endReason } from '../../../core/call-signal.ts';
import type { Dial } from '../dial.ts';
import {
  ExchangeFault,
  type ExchangeRequest,
  type ExchangeResponse,
  type HttpTransport,
} from '../http-transport.ts';
import type { Origin } from './header-lists.ts';
import { Session } from './session.ts';
import type { StreamFailure } from './stream-exchange.ts';

export interface SessionPoolOptions {
  readonly connectMs: number;
  readonly keepMs: number;
  /** At most so many exchanges at a time, each until its stream is gone; further ones wait. */
  readonly concurrency: number;
  /** And at most so many of them; further ones are refused. */
  readonly maxWaiting: number;
}

const MAX_SESSIONS = 8;
/** With those that rest from resets (../../reset-budget.ts). */
const MAX_WITH_TIRED = 64;
/** Where others do the work, one that could not be opened is not tried again for so long. */
const PAUSE_MS = 1_000;
/** Of one exchange, each on another stream. */
const MAX_RETRIES = 2;

interface Waiting {
  take(session: Session): void;
  fail(error: Error): void;
}

export class SessionPool implements HttpTransport {
  readonly #dial: Dial;
  readonly #origin: Origin;
  readonly #options: SessionPoolOptions;
  /** Those that take requests, or soon will. */
  readonly #sessions = new Set<Session>();
  readonly #waiting = new Set<Waiting>();
  readonly #life = new AbortController();
  #active = 0;
  #isDialling = false;
  #pausedUntil = 0;

  constructor(dial: Dial, origin: Origin, options: SessionPoolOptions) {
    this.#dial = dial;
    this.#origin = origin;
    this.#options = options;
  }

  /** A connection that somebody else opened and that speaks HTTP/2. */
  adopt(socket: Socket): void {
    const { connectMs, keepMs } = this.#options;
    const session: Session = new Session(
      socket,
      this.#origin,
      { readyMs: connectMs, keepMs },
      {
        ready: () => this.#serve(),
        left: (fault) => {
          this.#sessions.delete(session);
          if (fault === undefined) this.#serve();
          else this.#onUnreachable(fault);
        },
      },
    );
    this.#sessions.add(session);
  }

  async exchange(request: ExchangeRequest): Promise<ExchangeResponse> {
    for (let retries = 0; ; retries += 1) {
      const session = await this.#acquire(request.signal);
      const outcome = await session.exchange(request, this.#giveBack);
      if (!('error' in outcome)) return outcome;
      if (retries >= MAX_RETRIES || !mayRepeat(request, outcome)) throw outcome.error;
    }
  }

  close(): void {
    this.#life.abort(new ExchangeFault('unreachable', 'the transport was closed'));
    for (const session of [...this.#sessions]) session.close();
  }

  #take(session: Session): void {
    this.#active += 1;
    session.reserve();
  }

  /** With its stream, a request gives back its place: its answer may go on long behind the head. */
  readonly #giveBack = (): void => {
    this.#active -= 1;
    this.#serve();
  };

  /** The first that is not tired, or else the one that is so the least; none that is worn, while another is opened. */
  #free(): Session | undefined {
    if (this.#active >= this.#options.concurrency) return undefined;
    let best: Session | undefined;
    for (const session of this.#sessions) {
      if (!session.hasRoom) continue;
      const { resets } = session;
      if (!resets.isTired) return session;
      if (resets.isWorn && this.#isOpening) continue;
      if (best === undefined || resets.left > best.resets.left) best = session;
    }
    return best;
  }

  get #isOpening(): boolean {
    return this.#isDialling || [...this.#sessions].some(({ isReady }) => !isReady);
  }

  get #isFull(): boolean {
    const { size } = this.#sessions;
    if (size < MAX_SESSIONS) return false;
    return (
      size >= MAX_WITH_TIRED ||
      [...this.#sessions].filter(({ resets }) => !resets.isTired).length >= MAX_SESSIONS
    );
  }

  /** Its place among the active ones is taken with it. */
  #acquire(signal: CallSignal): Promise<Session> {
    const free = this.#waiting.size === 0 ? this.#free() : undefined;
    if (free !== undefined && !signal.aborted) {
      this.#take(free);
      if (free.resets.isTired) this.#openAnother();
      return Promise.resolve(free);
    }
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      if (this.#waiting.size >= this.#options.maxWaiting) {
        reject(new ExchangeFault('busy', `${this.#waiting.size} requests wait for a connection`));
        return;
      }
      const leave = (): void => waiting.fail(endReason(signal));
      const settle = (): void => {
        this.#waiting.delete(waiting);
        signal.removeEventListener('abort', leave);
      };
      const waiting: Waiting = {
        take: (session) => {
          settle();
          this.#take(session);
          resolve(session);
        },
        fail: (error) => {
          settle();
          reject(error);
        },
      };
      signal.addEventListener('abort', leave);
      this.#waiting.add(waiting);
      this.#dialIfWanted();
    });
  }

  #serve(): void {
    for (const waiting of this.#waiting) {
      const free = this.#free();
      if (free === undefined) break;
      waiting.take(free);
    }
    this.#dialIfWanted();
  }

  #dialIfWanted(): void {
    if (this.#waiting.size > 0 && this.#active < this.#options.concurrency) this.#openAnother();
  }

  #openAnother(): void {
    // One that has just been opened will have room.
    if (this.#life.signal.aborted || this.#isOpening || this.#isFull) return;
    if (this.#sessions.size > 0 && performance.now() < this.#pausedUntil) return;
    this.#isDialling = true;
    this.#connect().then(
      (socket) => {
        this.#isDialling = false;
        this.adopt(socket);
      },
      (error: Error) => {
        this.#isDialling = false;
        this.#onUnreachable(error);
      },
    );
  }

  #onUnreachable(error: Error): void {
    this.#pausedUntil = performance.now() + PAUSE_MS;
    // Others may yet have room.
    if (this.#sessions.size === 0) this.#failWaiting(error);
    else this.#serve();
  }

  async #connect(): Promise<Socket> {
    const { socket, chosen } = await this.#dial(['h2'], this.#life.signal);
    if (this.#origin.scheme === 'http' || chosen === 'h2') return socket;
    socket.destroy();
    throw new ExchangeFault('protocol', 'the upstream did not agree on HTTP/2');
  }

  #failWaiting(error: Error): void {
    for (const waiting of [...this.#waiting]) waiting.fail(error);
  }
}

/** RFC 9113 §8.7; RFC 9110 §9.2.2. A stream can be read only once. */
function mayRepeat(request: ExchangeRequest, { error, isUntouched }: StreamFailure): boolean {
  if (request.signal.aborted) return false;
  if (isUntouched) return request.isReplayable;
  return request.isRepeatable && error instanceof ExchangeFault && error.kind === 'unreachable';
}
