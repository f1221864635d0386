// Texts of strangers that make a pattern look at the same characters again and again: the work grows with the text, not
// with its square.
import { expect, test } from '@jest/globals';
import { readDefinition } from '../../gateway/admin/service-message.ts';
import { deprecationReason } from '../../schema/graphql/docs.ts';
import { readUnambiguous } from '../../translators/json/unambiguous.ts';
import { quickest } from '../harness/quickest.ts';
import { read } from '../openapi/read.ts';

const LENGTH = 1_000;
const TIMES = 32;
/** Between the growth of a text so much longer and its square, 1024; and what so little time cannot be told from. */
const FACTOR = 200;
const FLOOR_MS = 1;

const timeOf = (work: () => unknown) => async () => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

test.each<[string, (length: number) => unknown]>([
  ['the empty lines of a comment', (length) => deprecationReason(`${'\n'.repeat(length)}x`)],
  [
    'the empty lines of a proto file',
    (length) => {
      const content = `${'\n'.repeat(length)}x`;
      return readDefinition({
        name: 'a',
        files: [{ path: 'a.proto', content }],
        upstream: { targets: [{ url: 'grpc://127.0.0.1:1' }] },
      });
    },
  ],
  [
    "the slashes of a document's server",
    (length) =>
      read({
        'a.json': {
          openapi: '3.1.0',
          info: { title: 'a', version: '1' },
          servers: [{ url: `${'/'.repeat(length)}?` }, { url: '/' }],
          paths: { '/a': { servers: [{ url: `/a${'/'.repeat(length)}b` }], get: { responses: {} } } },
        },
      }),
  ],
])('%s', async (_name, work) => {
  const short = await quickest(
    0,
    timeOf(() => work(LENGTH)),
  );
  const goal = FACTOR * Math.max(short, FLOOR_MS / FACTOR);
  const long = await quickest(
    goal,
    timeOf(() => work(TIMES * LENGTH)),
  );
  expect(long).toBeLessThan(goal);
});

test('long numbers are looked at no more often than short ones', async () => {
  const listOf = (digits: number) =>
    `[${Array(60_000 / digits)
      .fill('1'.repeat(digits))
      .join(',')}]`;
  const [short, long] = [listOf(10), listOf(150)];
  const goal =
    4 *
    (await quickest(
      0,
      timeOf(() => readUnambiguous(short)),
    ));
  expect(
    await quickest(
      goal,
      timeOf(() => readUnambiguous(long)),
    ),
  ).toBeLessThan(goal);
});
