// The README taken at its word: its first command runs the demo, the commands below it answer as printed, Ctrl-C ends
// every process. The demo has fixed ports; where one of them is taken, the tests are skipped and say so.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEMO_PORTS } from '../../upstream-mocks/start-all.ts';
import { fences, ROOT, read } from './markdown.ts';

const PORTS = [8080, 9080, 9081, ...Object.values(DEMO_PORTS)];
const START_LIMIT_MS = 120_000;
const MARK = 'DRAGOMAN_DEMO_TEST';

interface Example {
  readonly command: string;
  readonly answer: string;
}

const readme = fences(read('README.md'));
const [install = '', demoCommand = ''] = (readme[0]?.text ?? '').split(' && ');
const examples = readme
  .filter(({ language }) => language === 'console')
  .map(({ text }): Example => {
    const [command = '', ...answer] = text.split('\n');
    return { command: command.replace(/^\$ /, ''), answer: answer.join('\n') };
  });

const taken = await takenPorts();
if (taken.length > 0) {
  process.stdout.write(`skipped: the demo cannot be started, ports in use: ${taken.join(', ')}\n`);
}

(taken.length > 0 ? describe.skip : describe)('the demo of README.md', () => {
  // Found again in the environment of every process that the demo starts.
  const mark = randomUUID();
  let demo: ChildProcess;
  let output = '';

  beforeAll(async () => {
    expect(install).toBe('npm ci');
    demo = spawnDemo('sh', ['-c', demoCommand], mark);
    output = await banner(demo);
  }, START_LIMIT_MS);

  afterAll(() => signalGroup(demo, 'SIGKILL'));

  test('has the three lines to paste that the README shows the like of', () => {
    expect(output).toContain('http://localhost:8080/graphql');
    expect(output.match(/^ {4}(curl|npx dragoman register) /gm)).toHaveLength(3);
  });

  test.each(examples)('answers as printed: $command', async ({ command, answer }) => {
    const { stdout } = await run(command);
    expect(stdout.trimEnd()).toBe(answer);
  });

  test('the registered service answers at once', async () => {
    const { stdout } = await run(
      `curl -s http://localhost:8080/graphql -H 'content-type: application/json' -d '{"query":"{ listStock(pageSize: 1) { __typename } }"}'`,
    );
    expect(JSON.parse(stdout)).toEqual({ data: { listStock: { __typename: 'ListStockResponse' } } });
  });

  test('Ctrl-C ends every process and frees every port', async () => {
    expect(processesOf(mark).length).toBeGreaterThan(1);
    const ended = once(demo, 'exit');
    signalGroup(demo, 'SIGINT');
    await ended;
    expect(processesOf(mark)).toEqual([]);
    expect(await takenPorts()).toEqual([]);
  });

  test.each<[string, (npm: ChildProcess) => unknown]>([
    ['SIGTERM to npm', (npm) => npm.kill('SIGTERM')],
    ['a closed terminal', (npm) => signalGroup(npm, 'SIGHUP')],
  ])(
    '%s ends every process too',
    async (_, end) => {
      demo = spawnDemo('npm', ['start'], mark);
      await banner(demo);
      // Its output is open as long as any of its processes lives.
      const ended = once(demo, 'close');
      end(demo);
      await ended;
      expect(processesOf(mark)).toEqual([]);
      expect(await takenPorts()).toEqual([]);
    },
    START_LIMIT_MS,
  );
});

function spawnDemo(command: string, args: readonly string[], mark: string): ChildProcess {
  return spawn(command, args, {
    cwd: ROOT,
    // A registry of its own: what somebody has registered in their demo stays as it is.
    env: { ...process.env, DRAGOMAN_REGISTRY: 'memory:', [MARK]: mark },
    stdio: ['ignore', 'pipe', 'inherit'],
    // The group that a terminal's Ctrl-C reaches.
    detached: true,
  });
}

/** What the demo has printed once it is up. */
function banner(demo: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    demo.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Ctrl-C stops everything')) resolve(output);
    });
    demo.once('exit', (code) => reject(new Error(`the demo ended with ${code}:\n${output}`)));
  });
}

function run(command: string): Promise<{ stdout: string }> {
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', command], { cwd: ROOT }, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout });
      else reject(new Error(`${command} failed: ${stderr}`, { cause: error }));
    });
  });
}

function signalGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, signal);
}

/** Ids of the processes that carry the mark; Linux only, as the demo's Node is. */
function processesOf(mark: string): string[] {
  return readdirSync('/proc').filter((id) => {
    if (!/^\d+$/.test(id)) return false;
    try {
      return readFileSync(`/proc/${id}/environ`, 'utf8').includes(mark);
    } catch {
      // It ended while we looked, or is somebody else's.
      return false;
    }
  });
}

async function takenPorts(): Promise<number[]> {
  return (await Promise.all(PORTS.map(async (port) => ((await isFree(port)) ? [] : [port])))).flat();
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
