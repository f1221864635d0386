// What does a request through the gateway cost, beside a server that a team would write by hand for the one service?
// REST and GraphQL to gRPC, one small message and a list of a hundred books; user and system time of each server's
// process over a fixed number of requests, in turn, after warming up. The ratio in one run is what counts.
// Left out: TLS, policies beyond observation and deadlines, writes, streams, failures, latency, more than one process;
// and the peers do less: no deadlines, no checks of what they are sent, JSON that is not ProtoJSON.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadResult } from './cpu/load.ts';
import { type Loader, startLoader } from './cpu/loader.ts';
import { assertSame, ROWS, type Row } from './cpu/rows.ts';
import {
  answered,
  build,
  canMeasureCpu,
  cpuSeconds,
  freePort,
  ROOT,
  residentMegabytes,
  type Started,
  startGateway,
  startServer,
} from './harness/processes.ts';
import { median, spread } from './harness/statistics.ts';
import { printTable } from './harness/table.ts';

const CONNECTIONS = 32;
const FULL = { warmSeconds: 5, warmTurns: 2, sampleSeconds: 4, rounds: 3 };
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
  const upstream = await startServer('upstream', 'cpu/upstream.ts', []);
  const target = `127.0.0.1:${upstream.port}`;
  const started: Started[] = [upstream];
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-bench-'));
  try {
    const gateway = keep(started, await startDragoman(folder, target));
    const rest = keep(started, await startServer('fastify + grpc-js by hand', 'cpu/peer-rest.ts', [target]));
    const yoga = keep(
      started,
      await startServer('yoga + fastify + grpc-js by hand', 'cpu/peer-graphql.ts', [target]),
    );
    const loader = keep(started, await startLoader());
    console.log(
      `CPU per request, ${CONNECTIONS} connections; ${plan.rounds} samples of about ${plan.sampleSeconds} s each in turn ` +
        `after ${plan.warmTurns} × ${plan.warmSeconds} s; median (extremes)`,
    );
    const lines: string[][] = [];
    for (const row of ROWS) {
      const peer = row.door === 'rest' ? rest : yoga;
      await assertSame(row, gateway.port, peer.port);
      lines.push(...(await measureRow(row, [gateway, peer], loader, plan)));
    }
    printTable(['request', 'server', 'CPU µs', 'ratio', 'requests', 'answer bytes', 'RSS MB'], lines);
  } finally {
    for (const process of started.reverse()) await process.stop();
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await run({ quick: process.argv.includes('--quick') });

function keep<T extends Started>(started: Started[], one: T): T {
  started.push(one);
  return one;
}

async function startDragoman(folder: string, target: string): Promise<System> {
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
    '  - name: library',
    `    proto: { files: ["${ROOT}/protos/library/v1/library.proto"], include: ["${ROOT}/protos"] }`,
    `    upstream: grpc://${target}`,
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const gateway = startGateway(config);
  await answered(`http://127.0.0.1:${status}/readyz`, gateway);
  return { ...gateway, port };
}

type Plan = typeof FULL;

/** A B A B …, so that what disturbs the machine disturbs both. */
async function measureRow(
  row: Row,
  systems: readonly System[],
  loader: Loader,
  plan: Plan,
): Promise<string[][]> {
  const order = (system: System, count: number, seconds: number): LoadOrder => ({
    port: system.port,
    connections: CONNECTIONS,
    requests: row.requests(system.port),
    count,
    seconds,
  });
  let rate = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < plan.warmTurns; turn++) {
    for (const system of systems) {
      const { count, seconds } = await loader.run(order(system, Number.MAX_SAFE_INTEGER, plan.warmSeconds));
      rate = Math.min(rate, count / seconds);
    }
  }
  const samples = new Map<System, Sample[]>(systems.map((system) => [system, []]));
  const count = Math.ceil(rate * plan.sampleSeconds);
  for (let round = 0; round < plan.rounds; round++) {
    for (const system of systems) {
      samples.get(system)?.push(await sample(system, () => loader.run(order(system, count, 60))));
    }
  }
  const [own, peer] = systems.map((system) => samples.get(system)?.map(({ micros }) => micros) ?? []);
  const ratio = median(own ?? []) / median(peer ?? []);
  return systems.map((system, index) => {
    const list = samples.get(system) ?? [];
    return [
      index === 0 ? row.name : '',
      system.name,
      spread(list.map(({ micros }) => micros)),
      index === 0 ? `${ratio.toFixed(2)}x` : '1',
      String(list.reduce((sum, { result }) => sum + result.count, 0)),
      median(list.map(({ result }) => result.bytes / result.count)).toFixed(0),
      residentMegabytes(system.pid).toFixed(0),
    ];
  });
}

interface Sample {
  readonly micros: number;
  readonly result: LoadResult;
}

async function sample(system: System, load: () => Promise<LoadResult>): Promise<Sample> {
  const before = cpuSeconds(system.pid);
  const result = await load();
  const micros = ((cpuSeconds(system.pid) - before) * 1e6) / result.count;
  if (result.failures > 0)
    throw new Error(`${system.name} failed ${result.failures} of ${result.count} requests`);
  return { micros, result };
}
