// How long does the gateway take from its start to its first answer, with the configuration of the demo?
// Wall time from the spawning of the process: to the first 200 on /readyz, and to the first book over REST.
// Left out: the demo services' own start (they run already), installing, building, a store with services in it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAll } from '../upstream-mocks/start-all.ts';
import { answered, build, freePort, ROOT, startGateway } from './harness/processes.ts';
import { spread } from './harness/statistics.ts';
import { printTable } from './harness/table.ts';

const CONFIG = 'examples/demo/dragoman.yaml';

interface StartUp {
  readonly readyMs: number;
  readonly answerMs: number;
}

export async function run({ quick = false } = {}): Promise<void> {
  build();
  const runs = quick ? 1 : 5;
  const any = { library: 0, inventory: 0, users: 0, orders: 0, reviews: 0, counts: 0 };
  const demo = await startAll(any);
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-bench-'));
  try {
    // The first start reads its files from disk; the others from memory, as a restart does.
    const first = await startOnce(folder, demo.services);
    const times: StartUp[] = [];
    for (let index = 0; index < runs; index++) times.push(await startOnce(folder, demo.services));
    console.log(`start-up with ${CONFIG} (three services compiled from .proto files), milliseconds`);
    printTable(
      ['until', `median of ${runs} (extremes)`, 'first start'],
      [
        [
          '/readyz answers 200',
          spread(
            times.map((time) => time.readyMs),
            0,
          ),
          first.readyMs.toFixed(0),
        ],
        [
          'GET /v1/books/b1 answers 200',
          spread(
            times.map((time) => time.answerMs),
            0,
          ),
          first.answerMs.toFixed(0),
        ],
      ],
    );
  } finally {
    await demo.close();
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await run({ quick: process.argv.includes('--quick') });

type Services = Awaited<ReturnType<typeof startAll>>['services'];

async function startOnce(folder: string, services: Services): Promise<StartUp> {
  const [port, status] = [await freePort(), await freePort()];
  const config = join(folder, 'dragoman.yaml');
  writeFileSync(config, onPorts(readFileSync(join(ROOT, CONFIG), 'utf8'), services));
  const start = performance.now();
  const gateway = startGateway(config, {
    DRAGOMAN_LISTEN_HTTP: `127.0.0.1:${port}`,
    DRAGOMAN_ADMIN_LISTEN: '127.0.0.1:0',
    DRAGOMAN_STATUS_LISTEN: `127.0.0.1:${status}`,
    DRAGOMAN_REGISTRY: `sqlite:${join(folder, 'demo.db')}`,
  });
  try {
    await (await answered(`http://127.0.0.1:${status}/readyz`, gateway)).text();
    const readyMs = performance.now() - start;
    await (await answered(`http://127.0.0.1:${port}/v1/books/b1`, gateway)).text();
    return { readyMs, answerMs: performance.now() - start };
  } finally {
    await gateway.stop();
  }
}

/** The demo's own file in another folder, its services on the ports that were free. */
function onPorts(text: string, services: Services): string {
  const usual = new Map([
    ['50051', services.library.port],
    ['50053', services.users.port],
    ['50054', services.orders.port],
  ]);
  return text
    .replaceAll('../../', `${ROOT}/`)
    .replaceAll(/grpc:\/\/127\.0\.0\.1:(\d+)/g, (_, port: string) => {
      const free = usual.get(port);
      if (free === undefined)
        throw new Error(`${CONFIG} has an upstream on port ${port} that is unknown here`);
      return `grpc://127.0.0.1:${free}`;
    });
}
