// Sources that make a comparison long: each is compared in a moment, however little of it there is to read.
import { describe, expect, test } from '@jest/globals';
import { clientDifferences } from '../../../registry/client-differences.ts';
import { definitionOf, snapshotOf } from './compare.ts';

const list = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => item(index)).join(' ');
const service = (
  messages: string,
  methods = 'rpc Get(A) returns (A) { option (google.api.http) = { get: "/a" }; }',
) =>
  definitionOf([
    {
      path: 'a.proto',
      content: `syntax = "proto3"; package p.v1; import "google/api/annotations.proto"; service S { ${methods} } ${messages}`,
    },
  ]);

/** Milliseconds of CPU that would mean a quadratic one: each takes about a hundredth. */
const MUCH = 5_000;

describe('a comparison is bounded for', () => {
  test.each([
    [
      'a message whose three hundred fields enter one oneof',
      service(`message A { ${list(300, (i) => `string f${i} = ${i + 1};`)} }`),
      service(`message A { oneof all { ${list(300, (i) => `string f${i} = ${i + 1};`)} } }`),
      300,
    ],
    [
      'a message all of whose fields are renamed',
      service(`message A { ${list(300, (i) => `string f${i} = ${i + 1};`)} }`),
      service(`message A { ${list(300, (i) => `string g${i} = ${i + 1};`)} }`),
      300,
    ],
    [
      'messages that hold nothing but messages, as query parameters',
      service(
        list(
          6,
          (i) =>
            `message ${'ABCDEF'[i]} { ${list(25, (j) => `${'ABCDEF'[i + 1] ?? 'F'} f${j} = ${j + 1};`)} }`,
        ),
      ),
      service(
        list(
          6,
          (i) =>
            `message ${'ABCDEF'[i]} { ${list(25, (j) => `${'ABCDEF'[i + 1] ?? 'F'} f${j} = ${j + 1};`)} string x = 99; }`,
        ),
      ),
      1,
    ],
    [
      'a service all of whose routes are moved',
      service(
        'message A { string id = 1; }',
        list(120, (i) => `rpc Get${i}(A) returns (A) { option (google.api.http) = { get: "/a/${i}" }; }`),
      ),
      service(
        'message A { string id = 1; }',
        list(120, (i) => `rpc Get${i}(A) returns (A) { option (google.api.http) = { get: "/b/${i}" }; }`),
      ),
      120,
    ],
  ])('%s', async (_name, before, after, least) => {
    const [was, is] = [await snapshotOf(before), await snapshotOf(after)];
    const start = process.cpuUsage();
    const found = clientDifferences('rows', was, is, []);
    const { user, system } = process.cpuUsage(start);
    expect(found.length).toBeGreaterThanOrEqual(least);
    expect((user + system) / 1_000).toBeLessThan(MUCH);
    expect(Math.max(...found.map(({ message }) => message.length))).toBeLessThan(300);
  });
});
