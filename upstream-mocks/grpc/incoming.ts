// The messages a client streams in.
import type { Readable } from 'node:stream';

/**
 * Reads them without closing the call at their end. A plain `for await` destroys what it has read to its end, and
 * with a bidirectional call that is the half that still has to answer.
 */
export function incoming<T>(call: AsyncIterable<T>): AsyncIterable<T> {
  return (call as unknown as Readable).iterator({ destroyOnReturn: false });
}
