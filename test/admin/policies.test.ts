// Limits that a team registers with its service: the form of the configuration file, checked alike, live with the answer.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import type { MockServer } from '../../upstream-mocks/mock-server.ts';
import { type AdminClient, adminOf } from '../harness/admin.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { protoFile, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

let library: MockServer;
let gateway: TestGateway;
let admin: AdminClient;

beforeAll(async () => {
  library = await startLibrary({ port: 0 });
  gateway = await startTestGateway();
  admin = adminOf(gateway);
});
afterAll(async () => {
  await gateway.close();
  await library.close();
});

const ENTRY = 'library/v1/library.proto';
const GET_BOOK = 'library.v1.LibraryService/GetBook';
const put = (settings: JsonObject) =>
  admin.put('library', { files: [protoFile(ENTRY)], entry: [ENTRY], upstream: library.url, ...settings });

test('hold with the answer, are shown as they were set, and go with the next put', async () => {
  const settings = {
    policies: [{ rateLimit: { name: 'team', limit: 5, window: '3600s', burst: 4, by: [], shadow: true } }],
    operationPolicies: {
      [GET_BOOK]: { policies: [{ rateLimit: { limit: 1, window: '1h', by: 'header.X-Key' } }] },
    },
  };
  const answer = await put(settings);
  expect(answer.status).toBe(200);
  expect(answer.json()).toMatchObject({
    policies: [{ rateLimit: { name: 'team', limit: 5, window: '3600s', burst: 4, by: [], shadow: true } }],
    operationPolicies: {
      [GET_BOOK]: { policies: [{ rateLimit: { limit: 1, window: '3600s', by: ['header.X-Key'] } }] },
    },
  });
  const get = async () => (await send(gateway.publicUrl, { path: '/v1/books/b1' })).status;
  expect([await get(), await get()]).toEqual([200, 429]);
  expect((await put({})).status).toBe(200);
  expect(await get()).toBe(200);
});

test('what is shown can be put again, and changes nothing', async () => {
  const policies = [{ rateLimit: { limit: 7, window: '60s', by: ['address', 'path.name'] } }];
  const first = (await put({ policies })).json() as { revision: string; policies: JsonValue };
  const second = (await put({ policies: first.policies })).json() as { revision: string };
  expect(second.revision).toBe(first.revision);
});

describe('refused', () => {
  const limit = { limit: 1, window: '1m' };
  test.each<[string, JsonValue, string, string]>([
    [
      'no limit',
      [{ rateLimit: { window: '1m' } }],
      '[0].rateLimit.limit',
      'must be a whole number from 1 to 100000000',
    ],
    [
      'no window',
      [{ rateLimit: { limit: 1 } }],
      '[0].rateLimit.window',
      'must be a duration such as 500ms, 30s or 5m',
    ],
    [
      'half a second',
      [{ rateLimit: { limit: 1, window: '500ms' } }],
      '[0].rateLimit.window',
      'must be whole seconds, at least 1s; for less at once set burst',
    ],
    [
      'a negative burst',
      [{ rateLimit: { ...limit, burst: -1 } }],
      '[0].rateLimit.burst',
      'must be a whole number from 1 to 100000000',
    ],
    [
      'another key',
      [{ rateLimit: { ...limit, by: ['address', 'ip'] } }],
      '[0].rateLimit.by',
      'must be of address, consumer, route, operation, header.NAME and path.NAME',
    ],
    [
      'a name with quotes',
      [{ rateLimit: { ...limit, name: 'a"b' } }],
      '[0].rateLimit.name',
      'must be a name of letters, digits, dots, underscores and hyphens, 63 at most',
    ],
    [
      'one name twice',
      [{ rateLimit: { ...limit, name: 'a' } }, { rateLimit: { ...limit, name: 'a' } }],
      '[1].rateLimit.name',
      'is the name of another entry; clients could not tell them apart',
    ],
    ['an empty policy', [{}], '[0]', 'needs rateLimit'],
  ])('%s', async (_name, policies, field, description) => {
    const answer = await put({ policies });
    expect(answer.status).toBe(400);
    expect(problemOf(answer).violations).toContainEqual({ field: `service.policies${field}`, description });
  });

  test('an operation that is not there', async () => {
    const answer = await put({ operationPolicies: { nope: { policies: [{ rateLimit: limit }] } } });
    expect([answer.status, problemOf(answer).problems?.map(({ rule }) => rule)]).toEqual([
      422,
      ['unknown-operation'],
    ]);
  });
});
