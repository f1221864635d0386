// Where the bytes of a stream go: to the client's socket, or through a compressor to it. Each message leaves at once.
import type { ServerResponse } from 'node:http';
import { GatewayError } from '../../core/error.ts';
import type { ContentCoding } from '../../translators/rest/content-coding.ts';
import { createStreamCompressor } from '../edge/compress.ts';
import { cutAfterWrites, cutAnswer } from '../edge/cut-answer.ts';

export interface Outlet {
  /** Waits while the client's socket is full: the upstream is read only as fast as the client takes. */
  write(bytes: Uint8Array): Promise<void>;
  /** A sign of life; dropped if the client has gone. */
  beat(text: string): void;
  end(text: string): void;
  /** Leaves the answer unfinished, so that nobody takes it for a whole one. */
  cut(): void;
}

export interface OutletOptions {
  readonly raw: ServerResponse;
  readonly coding: ContentCoding | undefined;
  /** When the stream must be over, by `performance.now()`. */
  readonly endsAt: number;
}

/** The head has been written. */
export function openOutlet({ raw, coding, endsAt }: OutletOptions): Outlet {
  const life = new Life(raw, endsAt);
  return coding === undefined ? plain(raw, life) : compressed(raw, life, coding);
}

function plain(raw: ServerResponse, life: Life): Outlet {
  return {
    write: async (bytes) => {
      assertThere(raw);
      if (!raw.write(bytes)) await drained(raw, life);
    },
    beat: (text) => {
      if (!raw.destroyed) raw.write(text);
    },
    end: (text) => {
      raw.end(text);
      life.boundUnlessTaken();
    },
    cut: () => cutAfterWrites(raw),
  };
}

function compressed(raw: ServerResponse, life: Life, coding: ContentCoding): Outlet {
  const { stream, flush } = createStreamCompressor(coding);
  /** Ends the wait for a flush. One at a time: a race with one promise of the close would leave something there each time. */
  let leave = (): void => {};
  // A compressor whose client has gone never says that it is done.
  raw.once('close', () => {
    stream.destroy();
    leave();
  });
  stream.on('error', () => raw.destroy());
  // A compressor that cannot be rid of its bytes does not flush: the wait begins here.
  stream.on('pause', () => life.bound());
  stream.pipe(raw);
  return {
    write: async (bytes) => {
      assertThere(raw);
      stream.write(bytes);
      await new Promise<void>((resolve) => {
        leave = resolve;
        void flush().then(resolve);
      });
      // One that has closed meanwhile never drains.
      if (raw.writableNeedDrain && !raw.destroyed) await drained(raw, life);
    },
    beat: (text) => {
      if (raw.destroyed) return;
      stream.write(text);
      void flush();
    },
    end: (text) => {
      stream.end(text);
      life.boundUnlessTaken();
    },
    cut: () => {
      stream.destroy();
      cutAfterWrites(raw);
    },
  };
}

function assertThere(raw: ServerResponse): void {
  if (raw.destroyed) throw new GatewayError('cancelled', 'the client left');
}

function drained(raw: ServerResponse, life: Life): Promise<void> {
  life.bound();
  return new Promise((resolve) => {
    const go = (): void => {
      raw.off('drain', go);
      raw.off('close', go);
      resolve();
    };
    raw.once('drain', go);
    raw.once('close', go);
  });
}

/** What a client that still takes something has to take the news of the end. */
const GRACE_MS = 1_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Whoever waits for a full socket hears of no end of the stream: then, and only then, the connection gets one. */
class Life {
  readonly #raw: ServerResponse;
  readonly #endsAt: number;
  #isBound = false;

  constructor(raw: ServerResponse, endsAt: number) {
    this.#raw = raw;
    this.#endsAt = endsAt;
  }

  /** After the last write; Node hands what was written over at the end of the turn. */
  boundUnlessTaken(): void {
    setImmediate(() => {
      if (!this.#raw.writableFinished) this.bound();
    });
  }

  bound(): void {
    if (this.#isBound || this.#raw.destroyed) return;
    this.#isBound = true;
    const left = Math.max(0, this.#endsAt - performance.now()) + GRACE_MS;
    const timer = setTimeout(() => cutAnswer(this.#raw, false), Math.min(left, MAX_TIMER_MS));
    this.#raw.once('close', () => clearTimeout(timer));
  }
}
