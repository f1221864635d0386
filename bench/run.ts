// `npm run bench [name…] [-- --quick]`: runs the benchmarks one by one, each in a process of its own, and says on
// what machine and for which state of the sources their figures hold. `--quick` only shows that they run.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';

/** Name of the file → its question. */
const BENCHMARKS: ReadonlyMap<string, string> = new Map([
  ['route-lookup', 'How long does a route lookup take among all of googleapis?'],
  ['googleapis', 'What does it cost to load all of googleapis, and what of it cannot be served?'],
  ['codec', 'What do the codecs cost, beside the library they are held equal to?'],
  ['cpu-per-request', 'What does a request cost, beside servers written by hand?'],
  ['proxy', 'What does a proxied HTTP request cost, and by which client?'],
  ['hostile-documents', 'What does a GraphQL document cost that is meant to hurt?'],
  ['start-up', 'How long does the gateway take until its first answer?'],
]);

const FOLDER = import.meta.dirname;
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

const unknown = [
  ...names.filter((name) => !BENCHMARKS.has(name)),
  ...flags.filter((flag) => flag !== '--quick'),
];
if (unknown.length > 0) {
  console.error(
    `unknown: ${unknown.join(', ')}; benchmarks are ${[...BENCHMARKS.keys()].join(', ')}, and --quick`,
  );
  process.exit(1);
}
process.exitCode = runAll(names.length === 0 ? [...BENCHMARKS.keys()] : names);

/** The exit code: 1 if any of them failed. */
function runAll(chosen: readonly string[]): number {
  console.log(describeMachine());
  let exitCode = 0;
  for (const name of chosen) {
    console.log(`\n== ${name}: ${BENCHMARKS.get(name)}\n`);
    const start = performance.now();
    const { status } = spawnSync(process.execPath, [join(FOLDER, `${name}.ts`), ...flags], {
      stdio: 'inherit',
    });
    if (status !== 0) {
      console.error(`${name} failed`);
      exitCode = 1;
    }
    console.log(`\n(${name} took ${((performance.now() - start) / 1000).toFixed(0)} s)`);
  }
  return exitCode;
}

function describeMachine(): string {
  const [cpu] = cpus();
  const memory = (totalmem() / 1024 ** 3).toFixed(0);
  return [
    `commit    ${commit()}`,
    `hardware  ${availableParallelism()} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${memory} GiB, ${platform()} ${release()}`,
    `node      ${process.version}`,
  ].join('\n');
}

function commit(): string {
  // A release has no history.
  if (!existsSync(join(FOLDER, '../.git'))) return 'unknown (no git checkout)';
  const git = (...args: string[]) => execFileSync('git', args, { cwd: FOLDER, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ', with changes';
  return `${git('rev-parse', '--short', 'HEAD')}${changed}`;
}
