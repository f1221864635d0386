// Unpacks a message that the upstream has compressed, up to the size that the operation allows.
import { gunzip } from 'node:zlib';
import { broken, tooLarge } from './failures.ts';

/** `encoding` is what the answer's head says. @throws GrpcStatusError */
export function inflateMessage(
  message: Uint8Array,
  encoding: string | undefined,
  limit: number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    if (encoding !== 'gzip') {
      reject(broken('a message is compressed in a way that was not agreed'));
      return;
    }
    // Zero would mean no limit.
    gunzip(message, { maxOutputLength: Math.max(1, limit) }, (error, inflated) => {
      if (error === null && inflated.length <= limit) resolve(inflated);
      else if (error === null || (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
        reject(tooLarge(`a message inflates to more than ${limit} bytes`));
      else reject(broken('a message is not the gzip that it says'));
    });
  });
}
