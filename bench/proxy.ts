// What does a proxied HTTP request cost, and which client towards the upstream is the cheapest? Our own connections
// beside node:http's Agent and the undici that is built into Node, in the same small proxy; and the whole gateway.
// User and system time of each process over a fixed number of requests, in turn, after warming up: the ratios in one run
// are what counts. Left out: TLS, uploads, answers that stream, latency.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Loader, startLoader } from './cpu/loader.ts';
import {
  answered,
  build,
  canMeasureCpu,
  cpuSeconds,
  freePort,
  type Started,
  startGateway,
  startServer,
} from './harness/processes.ts';
import { median, spread } from './harness/statistics.ts';
import { printTable } from './harness/table.ts';
import { CLIENTS } from './proxy/clients.ts';

const CONNECTIONS = 32;
const PATHS = 100;
const ROWS = ['/small/', '/large/'];
const FULL = { warmSeconds: 4, warmTurns: 2, sampleSeconds: 3, rounds: 5 };
const QUICK = { warmSeconds: 0.5, warmTurns: 1, sampleSeconds: 0.5, rounds: 1 };

interface System extends Started {
  readonly port: number;
}

export async function run({ quick = false } = {}): Promise<void> {
  if (!canMeasureCpu()) {
    console.log('not measured: CPU time of processes is read from /proc, which only Linux has');
    return;
  }
  build();
  const plan = quick ? QUICK : FULL;
  const started: Started[] = [];
  const keep = <T extends Started>(one: T): T => {
    started.push(one);
    return one;
  };
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-bench-'));
  try {
    const one = keep(await startServer('upstream', 'proxy/upstream.ts', []));
    const two = keep(await startServer('upstream, HTTP/2', 'proxy/upstream.ts', ['h2']));
    const systems: System[] = [];
    for (const name of Object.keys(CLIENTS)) {
      const { port } = name.endsWith('HTTP/2') ? two : one;
      systems.push(keep(await startServer(name, 'proxy/server.ts', [name, String(port)])));
    }
    systems.push(keep(await startDragoman(folder, one.port)));
    const loader = keep(await startLoader());
    console.log(
      `CPU per request, ${CONNECTIONS} connections; ${plan.rounds} samples of about ${plan.sampleSeconds} s each in turn ` +
        `after ${plan.warmTurns} × ${plan.warmSeconds} s; median (extremes)`,
    );
    const lines: string[][] = [];
    for (const row of ROWS) lines.push(...(await measureRow(row, systems, loader, plan)));
    printTable(['request', 'by', 'CPU µs', 'ratio', 'requests', 'answer bytes'], lines);
  } finally {
    for (const process of started.reverse()) await process.stop();
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await run({ quick: process.argv.includes('--quick') });

async function startDragoman(folder: string, upstream: number): Promise<System> {
  const [port, admin, status] = [await freePort(), await freePort(), await freePort()];
  const config = join(folder, 'dragoman.yaml');
  const lines = [
    `listen: { http: "127.0.0.1:${port}" }`,
    `admin: { listen: "127.0.0.1:${admin}" }`,
    `status: { listen: "127.0.0.1:${status}" }`,
    'registry: "memory:"',
    'log: { level: warn }',
    'shutdown: { delay: 0s, drain: 1s }',
    'services:',
    '  - name: proxied',
    '    prefix: /',
    `    upstream: http://127.0.0.1:${upstream}`,
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const gateway = startGateway(config);
  await answered(`http://127.0.0.1:${status}/readyz`, gateway);
  return { ...gateway, name: 'the gateway', port };
}

/** A B C A B C …, so that what disturbs the machine disturbs all. */
async function measureRow(
  row: string,
  systems: readonly System[],
  loader: Loader,
  plan: typeof FULL,
): Promise<string[][]> {
  const load = (system: System, count: number, seconds: number) => {
    const requests = Array.from(
      { length: PATHS },
      (_, index) => `GET ${row}${index} HTTP/1.1\r\nHost: 127.0.0.1:${system.port}\r\n\r\n`,
    );
    return loader.run({ port: system.port, connections: CONNECTIONS, requests, count, seconds });
  };
  let rate = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < plan.warmTurns; turn++) {
    for (const system of systems) {
      const { count, seconds } = await load(system, Number.MAX_SAFE_INTEGER, plan.warmSeconds);
      rate = Math.min(rate, count / seconds);
    }
  }
  const samples = systems.map(() => ({ micros: [] as number[], count: 0, bytes: 0 }));
  const count = Math.ceil(rate * plan.sampleSeconds);
  for (let round = 0; round < plan.rounds; round++) {
    for (const [index, system] of systems.entries()) {
      const before = cpuSeconds(system.pid);
      const result = await load(system, count, 60);
      const micros = ((cpuSeconds(system.pid) - before) * 1e6) / result.count;
      if (result.failures > 0)
        throw new Error(`${system.name} failed ${result.failures} of ${result.count} requests`);
      const sample = samples[index];
      sample?.micros.push(micros);
      if (sample !== undefined) {
        sample.count += result.count;
        sample.bytes += result.bytes;
      }
    }
  }
  const first = median(samples[0]?.micros ?? []);
  return systems.map((system, index) => {
    const { micros, count: requests, bytes } = samples[index] ?? { micros: [], count: 0, bytes: 0 };
    return [
      index === 0 ? row : '',
      system.name,
      spread(micros),
      index === 0 ? '1' : `${(median(micros) / first).toFixed(2)}x`,
      String(requests),
      (bytes / requests).toFixed(0),
    ];
  });
}
