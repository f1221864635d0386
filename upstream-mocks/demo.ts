// `npm start`: the demo services in this process and the built gateway in a child, until Ctrl-C.
// The gateway is started as any user starts it; this file shares no code with it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ListenError } from './listen.ts';
import { type Demo, startAll } from './start-all.ts';

const ROOT = join(import.meta.dirname, '..');
const COMMAND = join(ROOT, 'dist/cli/main.js');
const CONFIG = 'examples/demo/dragoman.yaml';
const PUBLIC_URL = 'http://localhost:8080';
const READY_URL = 'http://127.0.0.1:9081/readyz';
const START_LIMIT_MS = 30_000;
/** npm passes on a Ctrl-C that has reached us already: a signal this soon after the first is the same one. */
const SAME_SIGNAL_MS = 300;

const startedAt = performance.now();
let gateway: ChildProcess | undefined;
let demo: Demo | undefined;
let isStopping = false;
let stopAskedAt: number | undefined;

// SIGHUP is what a terminal says when it is closed; the gateway, in a group of its own, would not hear it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);

try {
  await run();
} catch (error) {
  if (!(error instanceof ListenError)) throw error;
  console.error(error.message);
  await stop(1);
}

async function run(): Promise<void> {
  if (!existsSync(COMMAND)) {
    console.error('the gateway is not built yet: `npm start` builds it, or run `npm run build` once');
    return stop(1);
  }
  demo = await startAll();
  // In a group of its own, so that Ctrl-C reaches only us and the order of stopping is ours.
  gateway = spawn(process.execPath, [COMMAND, 'start', '-c', CONFIG], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'pipe'],
    detached: true,
  });
  gateway.stderr?.pipe(process.stderr);
  const ended = once(gateway, 'exit').then(([code]) => {
    if (!isStopping) void stop(typeof code === 'number' && code !== 0 ? code : 1);
    return false;
  });
  if (await Promise.race([ready(), ended])) console.log(banner(demo, performance.now() - startedAt));
}

async function ready(): Promise<boolean> {
  const limit = performance.now() + START_LIMIT_MS;
  while (performance.now() < limit && !isStopping) {
    const answer = await fetch(READY_URL).catch(() => undefined);
    if (answer?.ok === true) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function onSignal(): void {
  const now = performance.now();
  stopAskedAt ??= now;
  if (!isStopping) void stop(0);
  else if (now - stopAskedAt > SAME_SIGNAL_MS) process.exit(1);
}

/** First the gateway, which still needs its upstreams for what is in flight; then the services. */
async function stop(exitCode: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  if (gateway?.exitCode === null && gateway.signalCode === null) {
    gateway.kill('SIGTERM');
    await once(gateway, 'exit');
  }
  await demo?.close();
  process.exit(exitCode);
}

function banner({ services, counts }: Demo, milliseconds: number): string {
  const upstreams = Object.values(services).map(({ name, url }) => `    ${name.padEnd(10)} ${url}`);
  return `
  Dragoman is up after ${(milliseconds / 1000).toFixed(1)} s. Ctrl-C stops everything.

    REST       ${PUBLIC_URL}/v1/books
    GraphQL    ${PUBLIC_URL}/graphql  (open it in a browser)
    admin API  http://localhost:9080/v1/services
    status     http://localhost:9081/readyz  /metrics

  Demo services (calls counted at ${counts.url}):
${upstreams.join('\n')}

  Three lines to paste into another terminal:

    curl ${PUBLIC_URL}/v1/books/b1

    curl ${PUBLIC_URL}/graphql -H 'content-type: application/json' -d '{"query":"{ book(name: \\"books/b1\\") { title copiesSold price { currencyCode units } } }"}'

    npx dragoman register inventory --proto protos/inventory/v1/inventory.proto -I protos --upstream ${services.inventory.url}
`;
}
