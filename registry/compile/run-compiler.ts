// Runs the compiler as a child that can be trusted with nothing: an environment of our making, its own
// process group, and bounds on time, resident memory and output. Its death is an outcome, never a throw.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';

export interface CompilerRun {
  readonly command: string;
  readonly args: readonly string[];
  /** Written to the child's standard input. */
  readonly input: Uint8Array;
  /** The child's home, working and temporary folder; it writes its cache there. */
  readonly folder: string;
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  /** More output than this ends the run. */
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export type CompilerOutcome =
  | { readonly kind: 'exited'; readonly code: number; readonly output: Uint8Array; readonly errors: string }
  | { readonly kind: 'timeout' | 'memory' | 'output' | 'aborted' }
  | { readonly kind: 'died'; readonly reason: string };

/** Error text kept; what follows is read and dropped. */
const MAX_ERROR_BYTES = 4 * 1024 * 1024;

const MEMORY_CHECK_MS = 50;

export async function runCompiler(run: CompilerRun): Promise<CompilerOutcome> {
  if (run.signal?.aborted) return { kind: 'aborted' };
  const ownGroup = process.platform !== 'win32';
  const child = spawn(run.command, run.args, {
    cwd: run.folder,
    env: environment(run),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: ownGroup,
    windowsHide: true,
  });
  const { promise, resolve } = Promise.withResolvers<CompilerOutcome>();
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  let outputBytes = 0;
  let errorBytes = 0;

  const stop = (kind: 'timeout' | 'memory' | 'output' | 'aborted'): void => {
    kill(child, ownGroup);
    resolve({ kind });
  };
  child.stdout.on('data', (chunk: Buffer) => {
    outputBytes += chunk.length;
    if (outputBytes > run.maxOutputBytes) stop('output');
    else output.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    if (errorBytes < MAX_ERROR_BYTES) errors.push(chunk.subarray(0, MAX_ERROR_BYTES - errorBytes));
    errorBytes += chunk.length;
  });
  // A child that ends without reading is judged by its exit code, not by our broken pipe.
  child.stdin.on('error', () => {});
  child.stdin.end(run.input);
  child.once('error', (error) => resolve({ kind: 'died', reason: codeOf(error) }));
  child.once('close', (code, signal) => {
    if (code === null) resolve({ kind: 'died', reason: signal ?? 'unknown' });
    else
      resolve({
        kind: 'exited',
        code,
        output: Buffer.concat(output),
        errors: Buffer.concat(errors).toString(),
      });
  });

  const abort = (): void => stop('aborted');
  run.signal?.addEventListener('abort', abort, { once: true });
  const timeout = setTimeout(() => stop('timeout'), run.timeoutMs);
  const memory = setInterval(() => {
    void residentBytes(child.pid).then((bytes) => {
      if (bytes > run.memoryBytes) stop('memory');
    });
  }, MEMORY_CHECK_MS);
  try {
    return await promise;
  } finally {
    clearTimeout(timeout);
    clearInterval(memory);
    run.signal?.removeEventListener('abort', abort);
  }
}

// No ulimit on address space: the Go run time reserves far more than it uses and dies at start. Its own
// soft limit keeps it collecting garbage below the hard one that we watch.
function environment({ folder, memoryBytes }: CompilerRun): Record<string, string> {
  const softMebibytes = Math.floor((memoryBytes * 0.78) / 1024 / 1024);
  return {
    HOME: folder,
    TMPDIR: folder,
    BUF_CACHE_DIR: folder,
    GOMEMLIMIT: `${Math.max(1, softMebibytes)}MiB`,
    GOMAXPROCS: String(Math.min(2, availableParallelism())),
  };
}

function kill(child: ChildProcess, ownGroup: boolean): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (ownGroup) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // It ended in this very moment.
  }
}

/** 0 where the platform has no /proc: there the soft limit of the run time has to do. */
async function residentBytes(pid: number | undefined): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
