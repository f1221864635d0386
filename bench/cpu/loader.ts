// The load loop as seen by who orders it: one process, one order at a time.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Started } from '../harness/processes.ts';
import type { LoadOrder, LoadResult } from './load.ts';

export interface Loader extends Started {
  run(order: LoadOrder): Promise<LoadResult>;
}

export async function startLoader(): Promise<Loader> {
  const child = fork(join(import.meta.dirname, 'load.ts'), [], { env: process.env });
  await once(child, 'message');
  const ended = endOf(child);
  return {
    name: 'load',
    pid: child.pid ?? 0,
    run: async (order) => {
      const answer = once(child, 'message');
      child.send(order);
      const [result] = await Promise.race([answer, ended]);
      return result as LoadResult;
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}

async function endOf(child: ChildProcess): Promise<never[]> {
  const [code] = await once(child, 'exit');
  if (code === null) return [];
  throw new Error(`the load process ended with code ${code}`);
}
