// Drives long work in slices: whoever waits for the process gets a turn between two of them.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Steps } from '../../schema/document/steps.ts';

/** Longest time at once, milliseconds. A single step may take longer. */
const SLICE_MS = 10;

export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  let end = performance.now() + SLICE_MS;
  let next = steps.next();
  while (next.done !== true) {
    if (performance.now() > end) {
      await nextTurn();
      end = performance.now() + SLICE_MS;
    }
    next = steps.next();
  }
  return next.value;
}
