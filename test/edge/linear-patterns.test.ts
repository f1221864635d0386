// Texts of strangers that make a pattern look at the same characters again and again: the work grows with the text, not
// with its square.
import { create, toBinary } from '@bufbuild/protobuf';
import { expect, test } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../core/operation.ts';
import { DEFAULT_REST_OPTIONS } from '../../core/rest-options.ts';
import { readDefinition } from '../../gateway/admin/service-message.ts';
import { deprecationReason } from '../../schema/graphql/docs.ts';
import { readProxyOperation } from '../../schema/openapi/read-operations.ts';
import { errorOfStatus } from '../../translators/grpc/status.ts';
import { ownRefresh } from '../../translators/http/own-location.ts';
import { readEvents } from '../../translators/http/read-events.ts';
import { readUnambiguous } from '../../translators/json/unambiguous.ts';
import { compileTypes } from '../harness/compile-types.ts';
import { cpuTime } from '../harness/cpu-time.ts';
import { quickest } from '../harness/quickest.ts';
import { read } from '../openapi/read.ts';

/** Where an answer of it points to is the gateway's. */
const OPERATION = readProxyOperation({
  service: 'a',
  upstream: { targets: [] },
  limits: DEFAULT_LIMITS,
  forwardHeaders: [],
  forwardsAuthorization: true,
  rest: DEFAULT_REST_OPTIONS,
  placement: { prefix: '/a', hosts: [], prefixUpstream: '' },
  validate: { request: false, response: false },
});

const LENGTH = 1_000;
const TIMES = 32;
/** Between the growth of a text so much longer and its square, 1024; and what so little time cannot be told from. */
const FACTOR = 200;
const FLOOR_MS = 1;

const timeOf = (work: () => unknown) => () => cpuTime(work);

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
  ["the blanks of an upstream's Refresh", (length) => ownRefresh(`${' '.repeat(length)}\n`, OPERATION)],
  [
    "the blanks around an upstream's Refresh",
    (length) => ownRefresh(`;${' '.repeat(length)}url${' '.repeat(length)}`, OPERATION),
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
])('%s', (_name, work) => expectLinear(work));

async function expectLinear(work: (length: number) => unknown): Promise<void> {
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
}

test('a line of an answer that comes in single bytes', async () => {
  const sign = Buffer.from(' ');
  const reading = (count: number) =>
    timeOf(async () => {
      const body = (async function* () {
        for (let index = 0; index < count; index += 1) yield sign;
      })();
      await readEvents('application/x-ndjson', body, count).next();
    });
  const goal = FACTOR * (await quickest(0, reading(4 * LENGTH)));
  expect(await quickest(goal, reading(4 * TIMES * LENGTH))).toBeLessThan(goal);
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

test("the brackets of a field's path in an upstream's status", async () => {
  const content = `syntax = "proto3";
    import "google/rpc/error_details.proto";
    import "google/rpc/status.proto";
    message Uses { google.rpc.Status status = 1; google.rpc.BadRequest details = 2; }
    service S { rpc Call(Uses) returns (Uses); }`;
  const types = await compileTypes([{ path: 'uses.proto', content }]);
  const [status, badRequest] = [types.message('google.rpc.Status'), types.message('google.rpc.BadRequest')];
  const read = (length: number) => {
    const fieldViolations = [{ field: '['.repeat(length), description: '' }];
    const value = toBinary(badRequest, create(badRequest, { fieldViolations } as Record<string, unknown>));
    const detail = { typeUrl: `type.googleapis.com/${badRequest.typeName}`, value };
    const details = toBinary(
      status,
      create(status, { code: 3, details: [detail] } as Record<string, unknown>),
    );
    const error = errorOfStatus({ number: 3, message: '', details }, types.registry);
    expect(error.violations[0]?.field).toHaveLength(length);
  };
  await expectLinear(read);
});
