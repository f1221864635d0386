// A stream's beat: one number per interval, from 1.
import { setTimeout as pause } from 'node:timers/promises';

/** @param count how many beats; without end if 0. The first comes at once. */
export async function* ticks(count: number, intervalMs: number, signal: AbortSignal): AsyncGenerator<number> {
  for (let tick = 1; count === 0 || tick <= count; tick += 1) {
    if (tick > 1) await pause(intervalMs, undefined, { signal });
    yield tick;
  }
}
