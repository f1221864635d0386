// Where the bytes of a stream go: to the client's socket, or through a compressor to it. Each message leaves at once.
import type { ServerResponse } from 'node:http';
import { GatewayError } from '../../core/error.ts';
import type { ContentCoding } from '../../translators/rest/content-coding.ts';
import { createStreamCompressor } from '../edge/compress.ts';

export interface Outlet {
  /** Waits while the client's socket is full: the upstream is read only as fast as the client takes. */
  write(bytes: Uint8Array): Promise<void>;
  /** A sign of life; dropped if the client has gone. */
  beat(text: string): void;
  end(text: string): void;
  /** Leaves the answer unfinished, so that nobody takes it for a whole one. */
  cut(): void;
}

/** The head has been written. */
export function openOutlet(raw: ServerResponse, coding: ContentCoding | undefined): Outlet {
  return coding === undefined ? plain(raw) : compressed(raw, coding);
}

function plain(raw: ServerResponse): Outlet {
  return {
    write: async (bytes) => {
      assertThere(raw);
      if (!raw.write(bytes)) await drained(raw);
    },
    beat: (text) => {
      if (!raw.destroyed) raw.write(text);
    },
    end: (text) => {
      raw.end(text);
    },
    cut: () => cutAfterWrites(raw),
  };
}

function compressed(raw: ServerResponse, coding: ContentCoding): Outlet {
  const { stream, flush } = createStreamCompressor(coding);
  // A compressor whose client has gone never says that it is done.
  const closed = new Promise<void>((resolve) => {
    raw.once('close', () => {
      stream.destroy();
      resolve();
    });
  });
  stream.on('error', () => raw.destroy());
  stream.pipe(raw);
  return {
    write: async (bytes) => {
      assertThere(raw);
      stream.write(bytes);
      await Promise.race([flush(), closed]);
      if (raw.writableNeedDrain) await drained(raw);
    },
    beat: (text) => {
      if (raw.destroyed) return;
      stream.write(text);
      void flush();
    },
    end: (text) => {
      stream.end(text);
    },
    cut: () => {
      stream.destroy();
      cutAfterWrites(raw);
    },
  };
}

/** Node holds the head and what follows it back until the end of the turn: what was written is not cut off. */
function cutAfterWrites(raw: ServerResponse): void {
  setImmediate(() => raw.destroy());
}

function assertThere(raw: ServerResponse): void {
  if (raw.destroyed) throw new GatewayError('cancelled', 'the client left');
}

function drained(raw: ServerResponse): Promise<void> {
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
