// What does it cost to turn wire bytes into JSON text, and JSON text into wire bytes, beside the codec library?
// CPU of this process, the two interleaved in one run, medians; one message shape, mostly ASCII. Leaves out the
// network, the framework, and everything else that makes a request.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createFileRegistry,
  type DescMessage,
  fromBinary,
  fromJsonString,
  type Registry,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { compileProto } from '../registry/compile/compile-proto.ts';
import { packageRoot } from '../registry/package-root.ts';
import { createCodec } from '../translators/json/codec.ts';

const PATH = 'library/v1/library.proto';

export async function run({ quick = false }: { quick?: boolean } = {}): Promise<void> {
  const { registry, book, list } = await types();
  const one = JSON.stringify(bookOf(7));
  const many = JSON.stringify({
    books: Array.from({ length: 100 }, (_, index) => bookOf(index)),
    nextPageToken: 'p2',
  });
  const rounds = quick ? 6 : 30;
  console.log('case                        library µs   tables µs   ratio');
  for (const [name, message, json, times] of [
    ['one book', book, one, 2_000],
    ['100 books', list, many, 20],
  ] as const) {
    const codec = createCodec(message, registry);
    // As servers write it: in order of field numbers.
    const wire = toBinary(message, fromJsonString(message, json, { registry }));
    const write = () => JSON.stringify(toJson(message, fromBinary(message, wire), { registry }));
    if (write() !== Buffer.from(codec.wireToJson(wire)).toString()) throw new Error('the two do not agree');
    report(`${name}, wire to JSON`, write, () => codec.wireToJson(wire), { rounds, times });
    const read = () => toBinary(message, fromJsonString(message, json, { registry }));
    report(`${name}, JSON to wire`, read, () => codec.jsonToWire(json), { rounds, times });
  }
}

function report(
  name: string,
  library: () => unknown,
  tables: () => unknown,
  { rounds, times }: { rounds: number; times: number },
) {
  const costs: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    costs[0].push(cost(library, times));
    costs[1].push(cost(tables, times));
  }
  // The first third is the compiler's.
  const [a, b] = costs.map((list) => median(list.slice(Math.ceil(list.length / 3)))) as [number, number];
  console.log(
    `${name.padEnd(26)} ${a.toFixed(2).padStart(11)} ${b.toFixed(2).padStart(11)} ${(b / a).toFixed(2).padStart(7)}`,
  );
}

/** CPU microseconds of one run. */
function cost(work: () => unknown, times: number): number {
  const start = process.cpuUsage();
  for (let index = 0; index < times; index += 1) work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / times;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function types(): Promise<{ registry: Registry; book: DescMessage; list: DescMessage }> {
  const content = readFileSync(join(packageRoot(), 'protos', PATH), 'utf8');
  const compiled = await compileProto({ files: [{ path: PATH, content }], entry: [PATH] });
  if (!compiled.ok) throw new Error(compiled.problems[0]?.message);
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, compiled.value.descriptorSet));
  const book = registry.getMessage('library.v1.Book');
  const list = registry.getMessage('library.v1.ListBooksResponse');
  if (book === undefined || list === undefined) throw new Error('the library has changed its messages');
  return { registry, book, list };
}

function bookOf(index: number) {
  return {
    name: `books/b${index}`,
    title: `The "Annotated" History of Gateways, vol. ${index}`,
    author: `authors/a${index % 60}`,
    isbn: `978-3-16-${String(index).padStart(6, '0')}-0`,
    format: 'BOOK_FORMAT_EBOOK',
    publishTime: new Date((1_500_000_000 + index * 86_400) * 1000).toISOString().replace('.000Z', 'Z'),
    pageCount: 200 + index,
    copiesSold: String(9_007_199_254_740_993n + BigInt(index)),
    rating: 4.25,
    price: { currencyCode: 'EUR', units: String(12 + (index % 30)), nanos: 990_000_000 },
    dimensions: { heightMm: 198, widthMm: 129, weightG: 412.5 },
    labels: { shelf: 'B-12', lang: 'en-GB' },
    description:
      'A long and winding account of how messages cross from one protocol into another, à propos of nothing.',
  };
}

if (process.argv[1] === import.meta.filename) await run({ quick: process.argv.includes('--quick') });
