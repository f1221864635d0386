// `node upstream-mocks/main.ts [FIRST_PORT]`: runs all demo services until SIGINT or SIGTERM.
// Without a first port they are where start-all.ts says; with 0 on any free ports.
import { ListenError } from './listen.ts';
import { DEMO_PORTS, startAll } from './start-all.ts';

try {
  const demo = await startAll(portsFrom(process.argv[2]));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // A second signal finds the default behaviour again and ends the process at once.
    process.once(signal, () => void demo.close());
  }
  for (const { name, url } of Object.values(demo.services)) console.log(`${name.padEnd(10)} ${url}`);
  console.log(`${'counts'.padEnd(10)} ${demo.counts.url}`);
} catch (error) {
  if (!(error instanceof ListenError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function portsFrom(first: string | undefined): Partial<typeof DEMO_PORTS> {
  if (first === undefined) return {};
  const names = Object.keys(DEMO_PORTS);
  const start = /^\d{1,5}$/.test(first) ? Number(first) : Number.NaN;
  if (Number.isNaN(start) || start + names.length > 65_536) {
    throw new ListenError(`the first port must be a number from 0 to ${65_536 - names.length}`);
  }
  return Object.fromEntries(names.map((name, index) => [name, start === 0 ? 0 : start + index]));
}
