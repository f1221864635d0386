// Can all of googleapis be registered, what does that cost, and what of it cannot be served? Loaded twice, each time in
// a process of its own: one service per proto package, as their teams would register them, and all in one source.
// Left out: the compiler's time for each package (one run compiles the whole tree, and its time is printed), the
// replacing of the common protos by ours, the store, and every request.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { countFiles, ensureCompiled, LEFT_OUT_REASON, VERSION } from './googleapis/sources.ts';

export async function run({ quick = false } = {}): Promise<void> {
  const { all, leftOut } = countFiles();
  console.log(`google-proto-files ${VERSION}: ${all} .proto files, of which ${leftOut} are not compiled`);
  console.log(`  (${LEFT_OUT_REASON})`);
  const compiling = ensureCompiled();
  console.log(
    compiling === undefined
      ? '  compiled by an earlier run'
      : `  compiled in ${(compiling / 1000).toFixed(1)} s by one run of the compiler`,
  );
  load('packages', quick);
  if (!quick) load('one-source', quick);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await run({ quick: process.argv.includes('--quick') });

function load(variant: 'packages' | 'one-source', quick: boolean): void {
  const file = fileURLToPath(new URL('./googleapis/load.ts', import.meta.url));
  const args = ['--expose-gc', file, variant, ...(quick ? ['--quick'] : [])];
  const { status, error } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`loading failed (${variant})`, { cause: error });
}
