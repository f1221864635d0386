// Waits that end early with their call.
import { type CallSignal, endReason } from '../core/call-signal.ts';

/**
 * As `promise`; or fails with the signal's reason as soon as that aborts. Leaves nothing on the signal: a race of
 * promises would keep something of each for as long as the signal lives, and a stream waits for millions.
 */
export function orAborted<T>(promise: Promise<T>, signal: CallSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(endReason(signal));
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp);
    promise.then(
      (value) => {
        signal.removeEventListener('abort', giveUp);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', giveUp);
        reject(error);
      },
    );
  });
}
