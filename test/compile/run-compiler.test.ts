import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findBufBinary } from '../../registry/compile/buf-binary.ts';
import { withPrivateFolder } from '../../registry/compile/private-folder.ts';
import { type CompilerOutcome, type CompilerRun, runCompiler } from '../../registry/compile/run-compiler.ts';

const MEBIBYTE = 1024 * 1024;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-compiler-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs JavaScript in place of the compiler: it can misbehave in ways that buf does not on demand. */
function runScript(script: string, changes: Partial<CompilerRun> = {}): Promise<CompilerOutcome> {
  return runCompiler({
    command: process.execPath,
    args: ['-e', script],
    input: new Uint8Array(),
    folder,
    timeoutMs: 20_000,
    memoryBytes: 512 * MEBIBYTE,
    maxOutputBytes: MEBIBYTE,
    ...changes,
  });
}

describe('the compiler as a child process', () => {
  test('hands back exit code, output and errors', async () => {
    const outcome = await runScript(
      "process.stdout.write('out'); process.stderr.write('err'); process.exitCode = 100",
    );
    expect(outcome).toEqual({ kind: 'exited', code: 100, output: Buffer.from('out'), errors: 'err' });
  });

  test('reads its input to the end', async () => {
    const script = "process.stdin.on('data', (data) => process.stdout.write(String(data.length) + ' '))";
    const outcome = await runScript(script, { input: new Uint8Array(1_000_000) });
    const lengths = Buffer.from((outcome as { output: Uint8Array }).output)
      .toString()
      .trim()
      .split(' ');
    expect(lengths.reduce((sum, length) => sum + Number(length), 0)).toBe(1_000_000);
  });

  test('may end without reading its input', async () => {
    const outcome = await runScript('process.exit(3)', { input: new Uint8Array(10_000_000) });
    expect(outcome).toMatchObject({ kind: 'exited', code: 3 });
  });

  test('sees an environment of our making and nothing of ours', async () => {
    const outcome = await runScript('process.stdout.write(JSON.stringify(process.env))');
    const environment = JSON.parse(Buffer.from((outcome as { output: Uint8Array }).output).toString());
    expect(environment).toEqual({
      HOME: folder,
      TMPDIR: folder,
      BUF_CACHE_DIR: folder,
      GOMEMLIMIT: '399MiB',
      GOMAXPROCS: expect.stringMatching(/^[12]$/),
    });
  });

  test('is ended when its time is over', async () => {
    expect(await runScript('setInterval(() => {}, 1000)', { timeoutMs: 100 })).toEqual({ kind: 'timeout' });
  });

  test('is ended with all it has started', async () => {
    const note = join(folder, 'grandchild');
    const script = `
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
      require('node:fs').writeFileSync(${JSON.stringify(note)}, String(child.pid));
      process.stdout.write(Buffer.alloc(2 * 1024 * 1024));
      setInterval(() => {}, 1000);`;
    expect(await runScript(script)).toEqual({ kind: 'output' });
    const pid = Number(readFileSync(note, 'utf8'));
    expect(pid).toBeGreaterThan(1);
    expect(await ends(pid)).toBe(true);
  });

  test('is ended when it holds too much memory', async () => {
    const script = "const held = []; setInterval(() => held.push(Buffer.alloc(32 * 1024 * 1024, 'x')), 10)";
    expect(await runScript(script, { memoryBytes: 200 * MEBIBYTE })).toEqual({ kind: 'memory' });
  });

  test('is ended when it writes too much', async () => {
    const script = 'setInterval(() => process.stdout.write(Buffer.alloc(65536)), 1)';
    expect(await runScript(script, { maxOutputBytes: 100_000 })).toEqual({ kind: 'output' });
  });

  test('may complain without end, of which the beginning is kept', async () => {
    const script =
      "require('node:fs').writeSync(2, Buffer.alloc(6 * 1024 * 1024, 'e')); process.exitCode = 100";
    const outcome = await runScript(script);
    expect(outcome).toMatchObject({ kind: 'exited', code: 100 });
    expect((outcome as { errors: string }).errors).toHaveLength(4 * MEBIBYTE);
  });

  test('is ended by the signal of its caller', async () => {
    const controller = new AbortController();
    const outcome = runScript('setInterval(() => {}, 1000)', { signal: controller.signal });
    controller.abort();
    expect(await outcome).toEqual({ kind: 'aborted' });
  });

  test('is not started when the signal has fired already', async () => {
    const note = join(folder, 'started');
    const script = `require('node:fs').writeFileSync(${JSON.stringify(note)}, '')`;
    expect(await runScript(script, { signal: AbortSignal.abort() })).toEqual({ kind: 'aborted' });
    expect(readdirSync(folder)).not.toContain('started');
  });

  test.each([
    [
      'crashes',
      { args: ['-e', "process.kill(process.pid, 'SIGSEGV'); setInterval(() => {}, 1000)"] },
      'SIGSEGV',
    ],
    ['does not exist', { command: '/nonexistent/buf' }, 'ENOENT'],
  ])('that %s is an outcome, not a throw', async (_name, changes, reason) => {
    expect(await runScript('', changes)).toEqual({ kind: 'died', reason });
  });
});

describe('the compiler on this machine', () => {
  test('is found', () => {
    const found = findBufBinary();
    expect(found).toMatchObject({ ok: true, value: expect.stringMatching(/[\\/]bin[\\/]buf(\.exe)?$/) });
  });

  test('is missed with words that say what to install', () => {
    const found = findBufBinary('linux', 'arm64');
    expect(found.problems.map((problem) => problem.message)).toEqual([
      expect.stringContaining('package @bufbuild/buf-linux-aarch64 is missing'),
    ]);
  });

  test('may not exist at all', () => {
    const found = findBufBinary('sunos', 'sparc');
    expect(found.problems.map((problem) => problem.message)).toEqual([
      expect.stringContaining('does not exist for sunos-sparc; register a descriptor set instead'),
    ]);
  });
});

describe('a private folder', () => {
  test('is readable by us alone and gone afterwards', async () => {
    const seen = await withPrivateFolder(async (path) => ({ path, mode: statSync(path).mode & 0o777 }));
    expect(seen.mode).toBe(0o700);
    expect(() => statSync(seen.path)).toThrow('ENOENT');
  });

  test('is gone after a failure too', async () => {
    let seen = '';
    const task = withPrivateFolder(async (path) => {
      seen = path;
      writeFileSync(join(path, 'a.proto'), 'text');
      throw new Error('on purpose');
    });
    await expect(task).rejects.toThrow('on purpose');
    expect(() => statSync(seen)).toThrow('ENOENT');
  });
});

/** Waits until a process that nobody reaps for us is gone or a zombie. */
async function ends(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 2_000; attempt += 1) {
    try {
      const state = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0];
      if (state === 'Z' || state === 'X') return true;
    } catch {
      return true;
    }
    await delay(25);
  }
  return false;
}
