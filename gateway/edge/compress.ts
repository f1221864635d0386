// Bytes of an answer in a content coding: whole ones at once, streams message by message.

import type { Transform } from 'node:stream';
import {
  brotliCompress,
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createGzip,
  createZstdCompress,
  gzip,
  gzipSync,
  zstdCompress,
  zstdCompressSync,
} from 'node:zlib';
import type { ContentCoding } from '../../translators/rest/content-coding.ts';

/** Below this, what is saved is less than what the head takes. */
export const MIN_COMPRESSED_BYTES = 1024;

/** From here on the event loop is too precious: another thread does it. */
const MAX_SYNC_BYTES = 128 * 1024;

// Fast levels, at most 100 us of CPU for 50 KB of JSON; the next ones take twice as long for a few per cent.
const GZIP = { level: 1 } as const;
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 3 } } as const;
const brotliOptions = (size: number) => ({
  params: {
    [constants.BROTLI_PARAM_QUALITY]: 2,
    [constants.BROTLI_PARAM_SIZE_HINT]: size,
  },
});

/** A promise only for what is large. */
export function compress(coding: ContentCoding, bytes: Uint8Array): Buffer | Promise<Buffer> {
  if (bytes.length > MAX_SYNC_BYTES) return compressLarge(coding, bytes);
  switch (coding) {
    case 'zstd':
      return zstdCompressSync(bytes, ZSTD);
    case 'br':
      return brotliCompressSync(bytes, brotliOptions(bytes.length));
    case 'gzip':
      return gzipSync(bytes, GZIP);
  }
}

function compressLarge(coding: ContentCoding, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, result: Buffer): void =>
      error === null ? resolve(result) : reject(error);
    switch (coding) {
      case 'zstd':
        return zstdCompress(bytes, ZSTD, done);
      case 'br':
        return brotliCompress(bytes, brotliOptions(bytes.length), done);
      case 'gzip':
        return gzip(bytes, GZIP, done);
    }
  });
}

export interface StreamCompressor {
  /** Its readable side is what goes to the client. */
  readonly stream: Transform;
  /** Resolves when everything written so far can be read by whoever inflates it. */
  flush(): Promise<void>;
}

export function createStreamCompressor(coding: ContentCoding): StreamCompressor {
  switch (coding) {
    case 'zstd':
      return flushing(createZstdCompress(ZSTD), constants.ZSTD_e_flush);
    case 'br':
      return flushing(createBrotliCompress(brotliOptions(0)), constants.BROTLI_OPERATION_FLUSH);
    case 'gzip':
      return flushing(createGzip(GZIP), constants.Z_SYNC_FLUSH);
  }
}

interface Flushable extends Transform {
  flush(kind: number, done: () => void): void;
}

function flushing(stream: Flushable, kind: number): StreamCompressor {
  return { stream, flush: () => new Promise((resolve) => stream.flush(kind, resolve)) };
}
