// What a caller may tell a mock to do wrong, read from request metadata or HTTP headers (`x-mock-*`).
// Reading only: grpc/perform.ts and reviews/perform.ts carry it out.

/** Every header a mock obeys. */
export const MOCK_HEADERS = [
  'x-mock-delay-ms',
  'x-mock-interval-ms',
  'x-mock-status',
  'x-mock-message',
  'x-mock-details',
  'x-mock-hang',
  'x-mock-forever',
  'x-mock-after',
  'x-mock-cut',
  'x-mock-echo-metadata',
  'x-mock-size',
] as const;

type MockHeader = (typeof MOCK_HEADERS)[number];

/** How a call ends instead of well. */
export type Strike = 'fail' | 'hang' | 'cut' | undefined;

export interface Misbehaviour {
  /** Pause before the first reply. */
  readonly delayMs: number;
  /** Pause between two messages of a stream that never ends. */
  readonly intervalMs: number;
  readonly strike: Strike;
  /** Status to fail with, as the caller wrote it; each protocol reads it in its own way. */
  readonly status: string | undefined;
  readonly message: string;
  /** Names of error details to add, see grpc/details.ts. */
  readonly details: readonly string[];
  /** Stream messages that pass before the strike. */
  readonly after: number;
  /** The stream never ends. */
  readonly forever: boolean;
  /** Send back what was received. */
  readonly echoMetadata: boolean;
  /** Bytes of free text to put into every reply. */
  readonly size: number;
}

/** The caller of the mock wrote a header that means nothing; the message says what would be right. */
export class MockHeaderError extends Error {
  override readonly name = 'MockHeaderError';
}

const LIMITS = { ms: 600_000, messages: 1_000_000, bytes: 256 * 1024 * 1024 };

/** @throws MockHeaderError for a value out of bounds, so that a typing error is not taken for good behaviour. */
export function readMisbehaviour(read: (header: MockHeader) => string | undefined): Misbehaviour {
  const status = read('x-mock-status');
  return {
    delayMs: readCount(read, 'x-mock-delay-ms', LIMITS.ms) ?? 0,
    intervalMs: readCount(read, 'x-mock-interval-ms', LIMITS.ms) ?? 10,
    strike: readFlag(read, 'x-mock-cut')
      ? 'cut'
      : readFlag(read, 'x-mock-hang')
        ? 'hang'
        : status === undefined
          ? undefined
          : 'fail',
    status,
    message: read('x-mock-message') ?? 'as told by x-mock-status',
    details: (read('x-mock-details') ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    after: readCount(read, 'x-mock-after', LIMITS.messages) ?? 0,
    forever: readFlag(read, 'x-mock-forever'),
    echoMetadata: readFlag(read, 'x-mock-echo-metadata'),
    size: readCount(read, 'x-mock-size', LIMITS.bytes) ?? 0,
  };
}

function readCount(
  read: (header: MockHeader) => string | undefined,
  header: MockHeader,
  most: number,
): number | undefined {
  const text = read(header);
  if (text === undefined) return undefined;
  const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(count) || count > most) {
    throw new MockHeaderError(`${header} must be a whole number from 0 to ${most}`);
  }
  return count;
}

function readFlag(read: (header: MockHeader) => string | undefined, header: MockHeader): boolean {
  const text = read(header);
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  throw new MockHeaderError(`${header} must be true or false`);
}
