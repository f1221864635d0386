// Processes that a benchmark starts, measures and ends: by their own handles, never by name.
import {
  type ChildProcess,
  execFileSync,
  fork,
  type StdioOptions,
  spawn,
  spawnSync,
} from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

const OUTPUT: StdioOptions = ['ignore', 'ignore', 'pipe'];
const READY_LIMIT_MS = 30_000;
const POLL_MS = 5;

export interface Started {
  readonly name: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Reads user and system time; false where there is no /proc, as anywhere but on Linux. */
export function canMeasureCpu(): boolean {
  return existsSync('/proc/self/stat');
}

let ticksPerSecond: number | undefined;

/** Seconds of user and system time that a process has used, all its threads included. In steps of a tick (10 ms). */
export function cpuSeconds(pid: number): number {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in brackets and may hold spaces; utime and stime are the 14th and 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Megabytes of resident memory. */
export function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1000;
}

/** A server of the benchmark's own, which says on its IPC channel that it listens. */
export async function startServer(
  name: string,
  file: string,
  args: readonly string[],
): Promise<Started & { readonly port: number }> {
  const child = fork(join(import.meta.dirname, '..', file), args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const [message] = await Promise.race([once(child, 'message'), failed(child, name)]);
  return { ...handle(name, child), port: (message as { readonly port: number }).port };
}

export interface StartedGateway extends Started {
  readonly child: ChildProcess;
  /** What it has said on its error stream. */
  readonly words: readonly string[];
}

/** The built gateway, as any user starts it. Resolves at once; `ready` says when it serves. */
export function startGateway(configPath: string, env: Readonly<Record<string, string>> = {}): StartedGateway {
  const child = spawn(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'start', '-c', configPath], {
    stdio: OUTPUT,
    env: { ...process.env, NODE_ENV: 'production', ...env },
  });
  // Its banner belongs to people who start it themselves; its words count if it ends too early.
  const words: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => words.push(text));
  return { ...handle('dragoman', child), child, words };
}

/** Resolves with the first answer of status 200. @throws if the process ends before, or takes too long. */
export async function answered(url: string, { child, words }: StartedGateway): Promise<Response> {
  const limit = performance.now() + READY_LIMIT_MS;
  while (performance.now() < limit) {
    if (child.exitCode !== null) {
      throw new Error(`the gateway ended with code ${child.exitCode}:\n${words.join('')}`);
    }
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === 200) return answer;
    await answer?.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`${url} did not answer 200 within ${READY_LIMIT_MS} ms`);
}

/** Compiles the sources, so that the figures belong to them. @throws with the compiler's words. */
export function build(): void {
  const { status, stdout } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the sources do not compile:\n${stdout}`);
}

/** A port that nobody uses at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function handle(name: string, child: ChildProcess): Started {
  if (child.pid === undefined) throw new Error(`${name} could not be started`);
  return {
    name,
    pid: child.pid,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}

async function failed(child: ChildProcess, name: string): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`${name} ended with code ${code} before it listened`);
}
