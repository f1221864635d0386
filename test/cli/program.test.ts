// The program as a process: what an old Node hears, what check finds, and that start stops when it is asked to.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { packageRoot } from '../../registry/package-root.ts';
import { runCommand } from './fake-admin.ts';

const MAIN = join(packageRoot(), 'cli/main.ts');
const MANIFEST = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));

let folder: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'dragoman-program-')));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** The machine's own Node, when it is too old for us: what a newcomer starts us with by mistake. */
const OLD_NODE = await findOldNode();

async function findOldNode(): Promise<{ path: string; version: string } | undefined> {
  const path = '/usr/bin/node';
  if (!existsSync(path)) return undefined;
  const { stdout } = await promisify(execFile)(path, ['--version']);
  const version = stdout.trim().slice(1);
  return Number(version.split('.')[0]) < 24 ? { path, version } : undefined;
}

describe('the version guard', () => {
  // Skipped where /usr/bin/node is no Node older than 24.
  const onOldNode = OLD_NODE === undefined ? test.skip : test;
  onOldNode('says in one line that Node is too old', async () => {
    const file = join(folder, 'main.mjs');
    await writeFile(file, stripTypeScriptTypes(readFileSync(MAIN, 'utf8')));
    const result = await run(OLD_NODE?.path ?? '', [file, 'version']);
    expect(result).toEqual({
      code: 1,
      out: '',
      err: `dragoman needs Node.js 24 or newer; this is ${OLD_NODE?.version} (see https://nodejs.org)\n`,
    });
  });

  test('imports nothing before it has looked', () => {
    expect(readFileSync(MAIN, 'utf8')).not.toMatch(/^\s*import\b/m);
  });

  test('asks for what the package asks for', () => {
    expect(MANIFEST.engines.node).toBe('>=24');
    expect(readFileSync(MAIN, 'utf8')).toContain('OLDEST_NODE = 24;');
  });

  test('can be run as a program', () => {
    expect(readFileSync(MAIN, 'utf8').split('\n')[0]).toBe('#!/usr/bin/env node');
  });
});

describe('check', () => {
  const GOOD =
    'syntax = "proto3";\npackage a.v1;\nmessage M { string x = 1; }\nservice S { rpc Get(M) returns (M); rpc Watch(M) returns (stream M); }\n';
  const config = (extra = ''): string =>
    `services:\n  - name: a\n    proto: { files: [a.proto] }\n    upstream: grpc://127.0.0.1:1\n${extra}`;
  const check = async (text: string, proto: string, ...argv: string[]) => {
    const path = join(folder, 'dragoman.yaml');
    await writeFile(path, text);
    await writeFile(join(folder, 'a.proto'), proto);
    const result = await runCommand(['check', '-c', path, ...argv], { cwd: folder });
    return {
      ...result,
      err: result.err.replaceAll(folder, 'DIR'),
      out: result.out.replaceAll(folder, 'DIR'),
    };
  };

  test('sums up what would be served', async () => {
    expect(await check(config(), GOOD)).toEqual({
      code: 0,
      err: '',
      out: `SERVICE  OPERATIONS  ROUTES  GRAPHQL FIELDS
a        2           2       2

DIR/dragoman.yaml is valid: 1 service
`,
    });
  });

  test('does the same as JSON', async () => {
    const { code, out } = await check(config(), GOOD, '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      services: [{ name: 'a', operations: 2, routes: 2, graphqlFields: 2 }],
      problems: [],
    });
  });

  test('needs no file', async () => {
    expect(await runCommand(['check'], { cwd: folder, env: { DRAGOMAN_REGISTRY: 'memory:' } })).toEqual({
      code: 0,
      err: '',
      out: 'the default configuration is valid: 0 services\n',
    });
  });

  test('finds ./dragoman.yaml, and takes DRAGOMAN_CONFIG and -c before it', async () => {
    await writeFile(join(folder, 'other.yaml'), 'oops: 1\n');
    const { err } = await runCommand(['check'], {
      cwd: folder,
      env: { DRAGOMAN_CONFIG: join(folder, 'other.yaml') },
    });
    expect(err).toContain('other.yaml:1:1: unknown key "oops"');
    const named = await runCommand(['check', '-c', '/nowhere.yaml'], {
      cwd: folder,
      env: { DRAGOMAN_CONFIG: 'x' },
    });
    expect(named.err).toBe(
      '/nowhere.yaml: the configuration file does not exist (file)\nerror: /nowhere.yaml has 1 problem\n',
    );
  });

  test('prints every problem of the configuration', async () => {
    expect(await check(`lgo: {}\n${config('shutdown: 3\n')}`, GOOD)).toEqual({
      code: 1,
      out: '',
      err: `DIR/dragoman.yaml:1:1: unknown key "lgo"; did you mean "log"? (unknown-key)
DIR/dragoman.yaml:6:11: shutdown must be a mapping with delay and drain, found 3 (wrong-value)
error: DIR/dragoman.yaml has 2 problems
`,
    });
  });

  test('prints problems of a source at their places on disk', async () => {
    const { code, err } = await check(config(), GOOD.replace('(stream M)', '(stream N)'));
    expect(code).toBe(1);
    expect(err).toMatch(
      /^DIR\/a\.proto:4:\d+: .*\bN\b.* \(compile\)\nerror: DIR\/dragoman\.yaml has 1 problem\n$/,
    );
  });

  test('refuses services that clash, as start would', async () => {
    const second = '  - name: b\n    proto: { files: [a.proto] }\n    upstream: grpc://127.0.0.1:1\n';
    const { code, err } = await check(config(second), GOOD);
    expect(code).toBe(1);
    expect(err).toMatch(/\(route-conflict\)\n/);
  });

  test('a wrong flag is named as a flag', async () => {
    expect((await runCommand(['check', '--log-level', 'loud'], { cwd: folder })).err).toBe(
      '--log-level: log.level must be one of trace, debug, info, warn, error, fatal, silent, found "loud" (wrong-value)\nerror: the default configuration has 1 problem\n',
    );
  });
});

describe('start', () => {
  const FREE = [
    '--listen-http',
    '127.0.0.1:0',
    '--admin-listen',
    '127.0.0.1:0',
    '--status-listen',
    '127.0.0.1:0',
  ];
  const start = (...argv: string[]) => startProgram(['start', '--registry', 'memory:', ...argv], folder);

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'is up on free ports; a first %s begins to stop it, a second ends it at once with 1',
    async (signal) => {
      const { child, said, ended } = start(...FREE);
      const line = await said(/^dragoman is up: .*$/m);
      const [, publicUrl = '', adminUrl = ''] =
        /public (http:\S+) · admin (http:\S+) · status http:\S+$/.exec(line) ?? [];
      expect((await fetch(`${publicUrl}/nothing`)).status).toBe(404);
      expect(await runCommand(['list', '--admin', adminUrl])).toMatchObject({ code: 0, err: '' });
      child.kill(signal);
      await said(/^stopping: /m);
      child.kill(signal);
      expect(await ended).toMatchObject({ code: 1 });
    },
  );

  test('closes gracefully and ends with 0 when it is left the time', async () => {
    await writeFile(join(folder, 'dragoman.yaml'), 'shutdown: { delay: 0s, drain: 1s }\n');
    const { child, said, ended } = start(...FREE);
    await said(/^dragoman is up: /m);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0 });
  });

  test('says that there is no configuration file', async () => {
    const { said } = start(...FREE);
    await said(/^no dragoman\.yaml here: starting with the defaults$/m);
  });

  test('a port in use is one plain line and exit 1', async () => {
    const first = start(...FREE);
    const line = await first.said(/^dragoman is up: .*$/m);
    const port = /public http:\S+:(\d+)/.exec(line)?.[1] ?? '';
    const second = await start(...FREE.slice(2), '--listen-http', `127.0.0.1:${port}`).ended;
    expect(second.code).toBe(1);
    expect(second.err).toMatch(new RegExp(`^error: port ${port} is already in use`, 'm'));
    expect(second.err).not.toMatch(/^\s+at /m);
  });

  test('a wrong configuration starts nothing', async () => {
    await writeFile(join(folder, 'dragoman.yaml'), 'listn: {}\n');
    expect(await start(...FREE).ended).toEqual({
      code: 1,
      out: '',
      err: 'dragoman.yaml:1:1: unknown key "listn"; did you mean "listen"? (unknown-key)\nerror: the configuration is not valid; nothing was started\n',
    });
  });

  test('a service whose source is broken starts nothing and is named with its place', async () => {
    await writeFile(join(folder, 'a.proto'), 'syntax = "proto3";\nmessage {}\n');
    await writeFile(
      join(folder, 'dragoman.yaml'),
      'services:\n  - name: a\n    proto: { files: [a.proto] }\n    upstream: grpc://127.0.0.1:1\n',
    );
    const { code, err } = await start(...FREE).ended;
    expect(code).toBe(1);
    expect(err).toMatch(/^a\.proto:2:\d+: .* \(compile\)$/m);
    expect(err).not.toMatch(/^\s+at /m);
  });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function startProgram(argv: readonly string[], cwd: string) {
  const child = spawn(process.execPath, [MAIN, ...argv], { cwd, env: { PATH: process.env.PATH } });
  children.push(child);
  let out = '';
  let err = '';
  const waiting: (() => void)[] = [];
  const wake = (): void => {
    for (const look of waiting.splice(0)) look();
  };
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk;
    wake();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      resolve({ code, out, err });
      wake();
    });
  });
  /** The line on standard error, once it is there. */
  const said = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(err);
      if (found !== null) return found[0];
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${err}`);
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  return { child, said, ended };
}

function run(program: string, argv: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, [...argv], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}
