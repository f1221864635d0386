// Batches of HTTP services: a list of keys in the query, once or with commas, and in a body; keys that are whole numbers.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Call } from '../../../core/call.ts';
import type { JsonValue } from '../../../core/json.ts';
import { Payload } from '../../../core/payload.ts';
import { buildGraph } from '../../../schema/graphql/build-graph.ts';
import { DEFAULT_JOIN_SETTINGS, type DeclaredJoin } from '../../../schema/graphql/joins/join-settings.ts';
import { writeRequest } from '../../../translators/http/write-request.ts';
import { type Served, serve } from '../door.ts';
import { httpSource } from './document.ts';

const POSITION = { path: 'test.yaml', line: 1, column: 1 };
const written = (text: string) => ({ text, position: POSITION });
const BASE = {
  kind: 'declared',
  on: written('Order'),
  field: written('user'),
  args: [],
  many: false,
  maxBatch: 100,
  arguments: [],
  result: undefined,
  position: POSITION,
} as const;

function join(call: string, key: string, settings: Partial<DeclaredJoin> = {}): DeclaredJoin {
  return {
    ...BASE,
    call: written(call),
    keys: [{ field: written(key), parent: written('userId') }],
    match: [{ field: written('id'), parent: written('userId') }],
    ...settings,
  };
}

const listOfUsers =
  'responses: { "200": { description: u, content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/User" } } } } } }';
const ids = 'schema: { type: array, items: { type: integer } }';
const SOURCE = httpSource({
  paths: `
      /orders: { get: { operationId: orders, responses: { "200": { description: o, content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Order" } } } } } } } }
      /repeated: { get: { operationId: repeated, parameters: [{ name: id, in: query, ${ids} }], ${listOfUsers} } }
      /commas: { get: { operationId: commas, parameters: [{ name: id, in: query, explode: false, ${ids} }], ${listOfUsers} } }
      /one: { get: { operationId: one, parameters: [{ name: id, in: query, required: true, schema: { type: integer } }], ${listOfUsers} } }
      /names: { get: { operationId: names, parameters: [{ name: name, in: query, schema: { type: array, items: { type: string } } }], ${listOfUsers} } }
      /search: { post: { operationId: search, requestBody: { required: true, content: { application/json: { schema: { type: object, properties: { names: { type: array, items: { type: string } } } } } } }, ${listOfUsers} } }
      /batch: { post: { operationId: batch, requestBody: { required: true, content: { application/json: { schema: { type: object, required: [ids], properties: { ids: { type: array, items: { type: integer, format: int64 } }, deep: { type: boolean } } } } } }, ${listOfUsers} } }
    `,
  schemas: `
      Order: { type: object, properties: { id: { type: string }, maker: { type: string }, userId: { type: integer, format: int64 } } }
      User: { type: object, properties: { id: { type: integer }, name: { type: string } } }`,
});
/** As registration makes it of `effect: read` in the overlay. */
const READING = {
  ...SOURCE,
  operations: SOURCE.operations.map((operation) =>
    ['batch', 'search'].includes(operation.name) ? { ...operation, effect: 'read' as const } : operation,
  ),
};

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

const ORDERS =
  '[{"id":"a","userId":2},{"id":"b","userId":0},{"id":"c","userId":9007199254740993},{"id":"d","userId":2},{"id":"e","userId":5}]';
// Another order, one that is missing, one that nobody asked for, one twice.
const USERS =
  '[{"id":9007199254740993,"name":"big"},{"id":7,"name":"foreign"},{"id":2,"name":"two"},{"id":0,"name":"zero"},{"id":2,"name":"again"}]';

let users = USERS;
let orders = ORDERS;
afterEach(() => {
  users = USERS;
  orders = ORDERS;
});

function answer(call: Call) {
  const { codec } = call.operation.output;
  const text = call.operation.name === 'orders' ? orders : users;
  return {
    kind: 'unary',
    payload: Payload.fromWire(codec, Buffer.from(text)),
    headers: [],
    trailers: () => [],
  } as never;
}

function requests(): { target: string; body: string }[] {
  return (served?.calls ?? []).flatMap((call) => {
    const { http, name } = call.operation;
    if (http === undefined || name === 'orders' || !(call.input instanceof Payload)) return [];
    const { target, body } = writeRequest(call, http, call.input.value());
    return [{ target, body: body instanceof Uint8Array ? Buffer.from(body).toString() : '' }];
  });
}

async function namesBy(declared: DeclaredJoin): Promise<JsonValue> {
  served = await serve([READING], answer, { joins: { ...DEFAULT_JOIN_SETTINGS, entries: [declared] } });
  const { data, errors } = await served.query('{ orders { id user { name } } }');
  expect(errors).toBeUndefined();
  return data?.orders ?? null;
}

const EXPECTED = [
  { id: 'a', user: { name: 'two' } },
  { id: 'b', user: { name: 'zero' } },
  { id: 'c', user: { name: 'big' } },
  { id: 'd', user: { name: 'two' } },
  { id: 'e', user: null },
];

describe('one call for many keys, matched by key', () => {
  test.each([
    ['repeated', 'id', '/repeated?id=2&id=0&id=9007199254740993&id=5', ''],
    ['commas', 'id', '/commas?id=2,0,9007199254740993,5', ''],
    ['batch', 'input.ids', '/batch', '{"ids":[2,0,9007199254740993,5]}'],
  ])('%s', async (call, key, target, body) => {
    expect(await namesBy(join(call, key))).toEqual(EXPECTED);
    expect(requests()).toEqual([{ target, body }]);
  });

  test('so many at a time, with the constants of every call', async () => {
    const constants = [{ field: written('input.deep'), value: true }];
    expect(await namesBy(join('batch', 'input.ids', { maxBatch: 3, constants }))).toEqual(EXPECTED);
    expect(requests().map(({ body }) => JSON.parse(body))).toEqual([
      { deep: true, ids: [2, 0, expect.any(Number)] },
      { deep: true, ids: [5] },
    ]);
  });
});

describe('keys that are long', () => {
  // With the slashes encoded 122 characters each.
  const makers = Array.from({ length: 90 }, (_, n) => `makers/${`${n}`.padStart(98, '0')}/parts/x`);
  const ask = async (call: string, key: string) => {
    orders = JSON.stringify(makers.map((maker, n) => ({ id: `${n}`, maker })));
    users = JSON.stringify(makers.map((name, id) => ({ id, name })).reverse());
    const declared = join(call, key, {
      keys: [{ field: written(key), parent: written('maker') }],
      match: [{ field: written('name'), parent: written('maker') }],
    });
    served = await serve([READING], answer, { joins: { ...DEFAULT_JOIN_SETTINGS, entries: [declared] } });
    const { data } = await served.query('{ orders { user { name } } }');
    expect(data).toEqual({ orders: makers.map((name) => ({ user: { name } })) });
    return requests();
  };

  test('go in as many calls as request lines hold', async () => {
    const targets = (await ask('names', 'name')).map(({ target }) => target);
    expect(targets).toHaveLength(3);
    for (const target of targets) expect(target.length).toBeLessThan(4_200);
    const asked = targets.flatMap((target) => new URL(target, 'http://a').searchParams.getAll('name'));
    expect(asked).toEqual(makers);
  });

  test('go together in a body', async () => {
    expect(await ask('search', 'input.names')).toHaveLength(1);
  });
});

describe('an answer that is no list', () => {
  test.each([
    ['an object', '{"id":2,"name":"two"}', 'the upstream sent an object where its document promises a list'],
    ['a text', '"busy"', 'the upstream sent a string where its document promises a list'],
    ['a number', '0', 'the upstream sent a number where its document promises a list'],
  ])('is an error of every key that was asked for: %s', async (_name, text, message) => {
    users = text;
    const joins = { ...DEFAULT_JOIN_SETTINGS, entries: [join('batch', 'input.ids')] };
    served = await serve([READING], answer, { joins });
    const { data, errors } = await served.query('{ orders { user { name } } }');
    expect(data).toEqual({ orders: [0, 1, 2, 3, 4].map(() => ({ user: null })) });
    expect(errors?.map((error) => error.message)).toEqual(Array(5).fill(message));
    expect(errors?.[0]?.extensions).toEqual(expect.objectContaining({ source: 'upstream' }));
  });

  test.each(['null', '[]'])('holds nothing if it is %s', async (text) => {
    users = text;
    expect(await namesBy(join('batch', 'input.ids'))).toEqual(EXPECTED.map(({ id }) => ({ id, user: null })));
  });
});

test.each([
  ['"x"', 'a string'],
  ['1.5', 'a number'],
  ['true', 'a boolean'],
  ['{"id":2}', 'an object'],
  ['9223372036854775808', 'a number'],
])('a key that is none, %s, is an error of its own place: nobody is asked for it', async (key, sent) => {
  orders = `[{"id":"a","userId":2},{"id":"b","userId":${key}},{"id":"c","userId":0}]`;
  const joins = { ...DEFAULT_JOIN_SETTINGS, entries: [join('batch', 'input.ids')] };
  served = await serve([READING], answer, { joins });
  for (let run = 0; run < 3; run += 1) {
    const { data, errors } = await served.query('{ orders { id user { name } } }');
    expect(data?.orders).toEqual([EXPECTED[0], { id: 'b', user: null }, { id: 'c', user: { name: 'zero' } }]);
    expect(errors).toEqual([
      {
        message: `the upstream sent ${sent} where its document promises a whole number from -(2^63) to 2^63-1`,
        path: ['orders', 1, 'user'],
        locations: [expect.anything()],
        extensions: { code: 'INTERNAL', source: 'upstream', requestId: expect.any(String) },
      },
    ]);
  }
  expect(requests()).toEqual([1, 2, 3].map(() => ({ target: '/batch', body: '{"ids":[2,0]}' })));
});

describe('what does not fit is refused where it is written', () => {
  test.each<[string, DeclaredJoin, string]>([
    ['a write', join('batch', 'input.ids'), 'batch does not only read'],
    ['a parameter that is not there', join('repeated', 'ids'), 'repeated has no field "ids"'],
    [
      'a list without a match',
      join('repeated', 'id', { match: [] }),
      'items are never matched by their place',
    ],
    [
      'a constant of another type',
      join('repeated', 'id', { constants: [{ field: written('id'), value: 1 }] }),
      'id is a list',
    ],
    ['a list that nothing is chosen of', join('one', 'id', { match: [] }), 'the result is a list'],
  ])('%s', (_name, entry, message) => {
    const { problems } = buildGraph([SOURCE], { ...DEFAULT_JOIN_SETTINGS, entries: [entry] });
    const errors = problems.filter(({ severity }) => severity === 'error').map((problem) => problem.message);
    expect(errors.join('; ')).toContain(message);
  });

  test('an unknown component or operation is waited for', () => {
    const entries = [join('users/list', 'id'), { ...join('repeated', 'id'), on: written('Nothing') }];
    const { problems } = buildGraph([SOURCE], { ...DEFAULT_JOIN_SETTINGS, entries });
    expect(problems.filter(({ rule }) => rule === 'join-waits')).toHaveLength(2);
  });
});
