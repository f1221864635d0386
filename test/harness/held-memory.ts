// What a test holds in memory, without what only waits to be collected.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes on the heap after a collection. */
export function heldMemory(): number {
  collect();
  return process.memoryUsage().heapUsed;
}
