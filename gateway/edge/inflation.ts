// Bodies that were compressed on their way: what they inflate to, as they arrive, and by how much they may grow.
import type { Readable, Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib';
import { GatewayError } from '../../core/error.ts';

// RFC 9659 §3: what every sender keeps to. A decoder sets aside as much memory as the window that a frame asks for.
const ZSTD = { params: { [constants.ZSTD_d_windowLogMax]: 23 } };

const DECODERS: ReadonlyMap<string, () => Transform & { readonly bytesWritten: number }> = new Map([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  ['br', () => createBrotliDecompress()],
  ['zstd', () => createZstdDecompress(ZSTD)],
]);

/** The codings that are served. */
export const CODINGS: readonly string[] = [...DECODERS.keys()];

/**
 * Times as large as what was sent, at most, where a body has no size of its own. Records that differ in nothing but
 * the time or a counter come to 20 to 90 with any coding; bombs begin at 1000.
 */
const GROWTH = 200;

export interface Inflation {
  /** Uncompressed bytes as they arrive. */
  readonly stream: Readable;
  /** What a failure of the stream is to the client. */
  explain(error: unknown): GatewayError;
  /**
   * For who reads a body without bounding all of it: `bytes` is what it came to up to now, and `allowance` what it may
   * come to however little was sent. @throws GatewayError `body-too-large`
   */
  assertGrowth(bytes: number, allowance: number): void;
  /** When the stream has ended. @throws GatewayError where more was sent than belongs to it. */
  assertWhole(): void;
  close(): void;
}

/** Undefined for a coding that is not served. */
export function inflate(content: Readable, encoding: string): Inflation | undefined {
  const decoder = DECODERS.get(encoding)?.();
  if (decoder === undefined) return undefined;
  let received = 0;
  const count = (chunk: Buffer): void => {
    received += chunk.length;
  };
  content.on('data', count);
  content.on('error', (error) => decoder.destroy(error));
  content.pipe(decoder);
  const invalid = (what: string, cause?: unknown): GatewayError =>
    new GatewayError('invalid_argument', what, { cause });
  return {
    stream: decoder,
    explain: (error) => {
      if (error instanceof GatewayError) return error;
      return isWindowTooLarge(error)
        ? invalid('the zstd window of the body is larger than the 8 MiB of RFC 9659', error)
        : invalid(`the body is not valid ${encoding}`, error);
    },
    assertGrowth: (bytes, allowance) => {
      if (bytes > allowance + GROWTH * received) throw growsTooMuch(allowance);
    },
    assertWhole: () => {
      // Node passes over what it cannot take for a further member or frame.
      if (decoder.bytesWritten < received) {
        throw invalid(`the body is not valid ${encoding}: there is more behind its end`);
      }
    },
    close: () => {
      content.off('data', count).unpipe(decoder);
      decoder.destroy();
    },
  };
}

function isWindowTooLarge(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ZSTD_error_frameParameter_windowTooLarge';
}

function growsTooMuch(allowance: number): GatewayError {
  const bound = `${allowance} bytes and ${GROWTH} times what was sent`;
  return new GatewayError(
    'resource_exhausted',
    `the body inflates to more than ${bound}; send it without a content encoding`,
    { type: 'body-too-large' },
  );
}
