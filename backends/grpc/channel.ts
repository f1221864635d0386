// The connections to one target. Calls take the first one with room; where there is none they wait in order, and
// another connection is opened, up to a few, and beside one on which many calls have been given up. A target that cannot
// be reached is left alone for a while: calls fail at once then, rather than wait for what is not there.
import type { Dial } from './dial.ts';
import { lost, unreachable } from './failures.ts';
import type { CallQueue, GrpcCall } from './grpc-call.ts';
import { Connection } from './http2/connection.ts';
import { type Ending, withoutFault } from './http2/ending.ts';
import type { Field } from './http2/static-table.ts';
import { type ResponseHead, readHead } from './response-head.ts';

const MAX_CONNECTIONS = 8;
/** With those that rest from resets (../reset-budget.ts). */
const MAX_WITH_TIRED = 64;
const MAX_WAITING = 10_000;
/** For the socket, TLS and the peer's settings. */
const CONNECT_MS = 20_000;
/** For calls to wait for a connection while there is one that is worn. */
const HOPE_MS = 1_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** Many gateways that lost one upstream do not come back all at once. */
const JITTER = 0.2;

export interface ChannelOptions {
  readonly dial: Dial;
  readonly fields: readonly Field[];
  readonly now: () => number;
  readonly random: () => number;
}

export class Channel implements CallQueue {
  readonly #options: ChannelOptions;
  /** Those that calls may use, or may wait for. */
  #connections: Connection<ResponseHead>[] = [];
  /** These and those that only finish what they have. */
  readonly #all = new Set<Connection<ResponseHead>>();
  readonly #waiting = new Set<GrpcCall>();
  #isDialling = false;
  /** Dialling, and not for long yet. */
  #hope: NodeJS.Timeout | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #pausedUntil = 0;
  #lastFailure = withoutFault('nobody has tried to connect');
  #isClosed = false;

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  submit(call: GrpcCall): void {
    if (this.#isClosed) {
      call.fail(unreachable('the channel is closed'));
      return;
    }
    const free = this.#waiting.size === 0 ? this.#free() : undefined;
    if (free !== undefined) {
      this.#begin(call, free);
      return;
    }
    if (this.#connections.length === 0 && this.#isPaused()) {
      call.fail(lost(this.#lastFailure));
      return;
    }
    if (this.#waiting.size >= MAX_WAITING) {
      call.fail(unreachable('too many calls wait for the upstream'));
      return;
    }
    this.#waiting.add(call);
    this.#dialIfWanted();
  }

  withdraw(call: GrpcCall): void {
    this.#waiting.delete(call);
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of [...this.#all]) connection.close('the channel was closed');
    this.#failWaiting(withoutFault('the channel was closed'));
  }

  /** The first that is not tired, or else the one that is so the least. */
  #free(): Connection<ResponseHead> | undefined {
    let best: Connection<ResponseHead> | undefined;
    for (const connection of this.#connections) {
      if (!connection.hasRoom) continue;
      if (!connection.resets.isTired) return connection;
      if (this.#hope !== undefined && connection.resets.isWorn) continue;
      if (best === undefined || connection.resets.left > best.resets.left) best = connection;
    }
    return best;
  }

  get #isFull(): boolean {
    if (this.#connections.length < MAX_CONNECTIONS) return false;
    if (this.#connections.length >= MAX_WITH_TIRED) return true;
    return this.#connections.filter(({ resets }) => !resets.isTired).length >= MAX_CONNECTIONS;
  }

  #begin(call: GrpcCall, connection: Connection<ResponseHead>): void {
    call.begin(connection);
    if (connection.resets.isTired) this.#dialIfWanted();
  }

  #serve(): void {
    if (this.#isClosed) return;
    for (const call of this.#waiting) {
      const free = this.#free();
      if (free === undefined) break;
      this.#waiting.delete(call);
      this.#begin(call, free);
    }
    if (this.#waiting.size > 0) this.#dialIfWanted();
  }

  #isPaused(): boolean {
    return this.#options.now() < this.#pausedUntil;
  }

  #dialIfWanted(): void {
    if (this.#isDialling || this.#isClosed || this.#isFull || this.#isPaused()) return;
    this.#isDialling = true;
    try {
      this.#connect();
    } catch (error) {
      this.#onUnreachable(withoutFault(error instanceof Error ? error.message : String(error)));
    }
  }

  #connect(): void {
    let isReady = false;
    const { socket, onOpen } = this.#options.dial((bytes, length) => connection.read(bytes, length));
    const connection = new Connection<ResponseHead>(socket, {
      fields: this.#options.fields,
      readHead,
      onRoom: () => {
        if (!isReady) {
          isReady = true;
          clearTimeout(timer);
          this.#endDialling();
          this.#pauseMs = FIRST_PAUSE_MS;
        }
        if (this.#waiting.size > 0) this.#serve();
      },
      onLeave: (ending) => {
        this.#connections = this.#connections.filter((one) => one !== connection);
        clearTimeout(timer);
        if (isReady) this.#onFewer();
        else this.#onUnreachable(ending);
      },
      onClose: () => {
        this.#all.delete(connection);
      },
      onIdle: () => {
        if (this.#connections.length > 1) connection.close('the connection was idle');
      },
    });
    const timer = setTimeout(() => connection.close('no connection in time'), CONNECT_MS);
    this.#hope = setTimeout(() => {
      this.#hope = undefined;
      this.#serve();
    }, HOPE_MS);
    this.#connections.push(connection);
    this.#all.add(connection);
    onOpen((fault) => {
      if (fault === undefined) connection.start();
      else connection.close(fault);
    });
  }

  #endDialling(): void {
    this.#isDialling = false;
    clearTimeout(this.#hope);
    this.#hope = undefined;
  }

  /** Those who wait may have waited for a stream of the connection that has gone. */
  #onFewer(): void {
    if (this.#waiting.size === 0) return;
    if (this.#connections.length === 0 && this.#isPaused()) this.#failWaiting(this.#lastFailure);
    else this.#dialIfWanted();
  }

  #onUnreachable(ending: Ending): void {
    this.#endDialling();
    const spread = 1 + JITTER * (2 * this.#options.random() - 1);
    this.#lastFailure = ending;
    this.#pausedUntil = this.#options.now() + this.#pauseMs * spread;
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
    // Others may yet have room.
    if (this.#connections.length === 0) this.#failWaiting(ending);
    else this.#serve();
  }

  #failWaiting(ending: Ending): void {
    for (const call of [...this.#waiting]) call.fail(lost(ending));
  }
}
