// `npm run fuzz [ROUNDS] [SEED]`: the differential test over every message type of google-proto-files (some 47,000).
// Takes minutes, so it has a command of its own. Exits 1 and prints seeds and bytes if there is a difference.
import { create, createFileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { ensureCompiled, readFiles } from '../../bench/googleapis/sources.ts';
import { compareCodecs } from './differential.ts';

const rounds = Number(process.argv[2] ?? 4);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
ensureCompiled();
const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: [...readFiles()] }));

let types = 0;
let differences = 0;
for (const type of registry) {
  if (type.kind !== 'message') continue;
  types += 1;
  for (const difference of compareCodecs(type, registry, rounds, seed + types)) {
    differences += 1;
    console.error(JSON.stringify(difference));
  }
}
console.log(`${types} types, ${rounds} messages each, seed ${seed}: ${differences} differences`);
process.exitCode = differences === 0 ? 0 : 1;
