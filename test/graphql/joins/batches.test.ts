// Joins in batches: what is sent, and that every item comes to the parent that named it, however the answer is.
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import type { GraphSource } from '../../../schema/graphql/build-graph.ts';
import { type Executed, type Served, type ServeOptions, serve } from '../door.ts';
import {
  answering,
  callsOf,
  declared,
  notFound,
  ordersIn,
  settings,
  shopSources,
  type Upstream,
  unavailable,
} from './shop.ts';

let sources: readonly GraphSource[];
let served: Served;

beforeAll(() => {
  sources = shopSources();
});
afterEach(async () => {
  await served?.close();
});

async function start(upstream: Upstream, options: ServeOptions = {}): Promise<void> {
  served = await serve(sources, answering(upstream), options);
}

function customer(name: string): JsonObject {
  return { name, title: `Title of ${name}` };
}

function namesIn(request: JsonObject): string[] {
  return (request.names ?? []) as string[];
}

/** Orders of these customers, one each. */
function ordersOf(...customers: readonly string[]): Upstream {
  return {
    ListOrders: () => ({
      orders: customers.map((name, index) => ({ name: `orders/${index}`, customer: name })),
    }),
  };
}

const CUSTOMERS = '{ orders { orders { customerResource { title } } } }';

function titles(executed: Executed): unknown[] {
  return ordersIn(executed).map(
    ({ customerResource }) => (customerResource as JsonObject | null)?.title ?? null,
  );
}

describe('an answer to a batch', () => {
  const [a, b, c] = ['customers/a', 'customers/b', 'customers/c'] as const;
  test.each<[what: string, answer: (names: string[]) => JsonObject[], expected: (string | null)[]]>([
    ['in order', (names) => names.map(customer), [`Title of ${a}`, `Title of ${b}`, `Title of ${c}`]],
    [
      'reversed',
      (names) => names.toReversed().map(customer),
      [`Title of ${a}`, `Title of ${b}`, `Title of ${c}`],
    ],
    ['short by the first', (names) => names.slice(1).map(customer), [null, `Title of ${b}`, `Title of ${c}`]],
    ['empty', () => [], [null, null, null]],
    [
      'with an item twice, of which the first counts',
      () => [customer(b), { name: b, title: 'another' }, customer(a), customer(c)],
      [`Title of ${a}`, `Title of ${b}`, `Title of ${c}`],
    ],
    [
      'with items nobody asked for, and one of no name',
      () => [customer('customers/x'), { title: 'nameless' }, customer(c), customer('customers/y')],
      [null, null, `Title of ${c}`],
    ],
  ])('that is %s puts nothing in the wrong place', async (_what, answer, expected) => {
    await start({
      ...ordersOf(a, b, c),
      BatchGetCustomers: (request) => ({ customers: answer(namesIn(request)) }),
    });
    const executed = await served.query(CUSTOMERS);
    expect(executed.errors).toBeUndefined();
    expect(titles(executed)).toEqual(expected);
  });
});

test('what is ignored of an answer is told', async () => {
  const oddities: unknown[] = [];
  await start(
    {
      ...ordersOf('customers/a'),
      BatchGetCustomers: () => ({
        customers: ['customers/a', 'customers/a', 'customers/a', 'customers/x', ''].map(customer),
      }),
    },
    { onOddity: ({ operation, ...oddity }) => oddities.push([operation.name, oddity]) },
  );
  await served.query(CUSTOMERS);
  expect(oddities).toEqual([['BatchGetCustomers', { duplicates: 2, foreign: 2 }]]);
});

test('equal keys are asked for once, and parents without one cost nothing', async () => {
  await start({
    ...ordersOf('customers/a', '', 'customers/b', 'customers/a', ''),
    BatchGetCustomers: (request) => ({ customers: namesIn(request).map(customer) }),
  });
  const executed = await served.query(CUSTOMERS);
  expect(titles(executed)).toEqual([
    'Title of customers/a',
    null,
    'Title of customers/b',
    'Title of customers/a',
    null,
  ]);
  expect(callsOf(served.calls)).toEqual([
    ['ListOrders', {}],
    ['BatchGetCustomers', { names: ['customers/a', 'customers/b'], readMask: 'name,title' }],
  ]);
});

test('no parent with a key, no call', async () => {
  await start(ordersOf('', ''));
  expect(titles(await served.query(CUSTOMERS))).toEqual([null, null]);
  expect(served.calls).toHaveLength(1);
});

test('aliases, and other fields that ask the same method, share one call', async () => {
  await start({
    ListOrders: () => ({
      orders: [{ name: 'o', customer: 'customers/a', helperNames: ['customers/b', 'customers/a'] }],
    }),
    BatchGetCustomers: (request) => ({ customers: namesIn(request).map(customer) }),
  });
  const { data, errors } = await served.query(
    '{ orders { orders { a: customerResource { title } b: customerResource { name } helpers { title } } } }',
  );
  expect(errors).toBeUndefined();
  expect(data?.orders).toEqual({
    orders: [
      {
        a: { title: 'Title of customers/a' },
        b: { name: 'customers/a' },
        helpers: [{ title: 'Title of customers/b' }, { title: 'Title of customers/a' }],
      },
    ],
  });
  expect(served.calls.map(({ operation }) => operation.name)).toEqual(['ListOrders', 'BatchGetCustomers']);
});

test('a list of keys keeps its order, its repeats and its gaps', async () => {
  await start({
    ListOrders: () => ({
      orders: [{ helperNames: ['customers/b', '', 'customers/none', 'customers/b'] }, {}],
    }),
    BatchGetCustomers: () => ({ customers: [customer('customers/b')] }),
  });
  const { data, errors } = await served.query('{ orders { orders { helpers { name } } } }');
  expect(errors).toBeUndefined();
  expect(data?.orders).toEqual({
    orders: [{ helpers: [{ name: 'customers/b' }, null, null, { name: 'customers/b' }] }, { helpers: [] }],
  });
});

test('joins of joins cost a call for each level', async () => {
  await start({
    ...ordersOf('customers/a', 'customers/b'),
    BatchGetCustomers: (request) => ({
      customers: namesIn(request).map((name) => ({ ...customer(name), friend: `${name}x` })),
    }),
  });
  const { data, errors } = await served.query(
    '{ orders { orders { customerResource { friendResource { friendResource { name } } } } } }',
  );
  expect(errors).toBeUndefined();
  expect(data?.orders).toEqual({
    orders: ['a', 'b'].map((id) => ({
      customerResource: { friendResource: { friendResource: { name: `customers/${id}xx` } } },
    })),
  });
  expect(served.calls).toHaveLength(4);
});

test('more keys than a call may have are cut, and each comes to its parent', async () => {
  const names = Array.from({ length: 250 }, (_, index) => `customers/c${index}`);
  await start({
    ...ordersOf(...names),
    BatchGetCustomers: (request) => ({ customers: namesIn(request).toReversed().map(customer) }),
  });
  const executed = await served.query(CUSTOMERS);
  expect(titles(executed)).toEqual(names.map((name) => `Title of ${name}`));
  expect(callsOf(served.calls).map(([, request]) => namesIn(request as JsonObject).length)).toEqual([
    0, 100, 100, 50,
  ]);
});

describe('a batch that fails', () => {
  test('as a whole because of one name is asked again one by one, and only that name fails', async () => {
    const names = ['customers/a', 'customers/gone', 'customers/b'];
    await start({
      ...ordersOf(...names),
      BatchGetCustomers: () => notFound(),
      GetCustomer: ({ name }) => (name === 'customers/gone' ? notFound() : customer(String(name))),
    });
    const executed = await served.query(CUSTOMERS);
    expect(titles(executed)).toEqual(['Title of customers/a', null, 'Title of customers/b']);
    expect(executed.errors).toMatchObject([
      {
        path: ['orders', 'orders', 1, 'customerResource'],
        extensions: { code: 'NOT_FOUND', source: 'upstream' },
      },
    ]);
    expect(served.calls.map(({ operation }) => operation.name)).toEqual([
      'ListOrders',
      'BatchGetCustomers',
      'GetCustomer',
      'GetCustomer',
      'GetCustomer',
    ]);
  });

  test('of one key is not asked again: its failure is that of the key', async () => {
    await start({ ...ordersOf('customers/gone'), BatchGetCustomers: () => notFound() });
    const executed = await served.query(CUSTOMERS);
    expect(executed.errors).toMatchObject([
      { path: ['orders', 'orders', 0, 'customerResource'], extensions: { code: 'NOT_FOUND' } },
    ]);
    expect(served.calls).toHaveLength(2);
  });

  test('for another reason is not asked again', async () => {
    await start({ ...ordersOf('customers/a', 'customers/b'), BatchGetCustomers: () => unavailable() });
    const executed = await served.query(CUSTOMERS);
    expect(titles(executed)).toEqual([null, null]);
    expect(executed.errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['orders', 'orders', 0, 'customerResource'], 'UNAVAILABLE'],
      [['orders', 'orders', 1, 'customerResource'], 'UNAVAILABLE'],
    ]);
    expect(served.calls).toHaveLength(2);
  });

  test('in a list of keys fails item by item, and the list stays', async () => {
    await start({
      ListOrders: () => ({ orders: [{ helperNames: ['customers/a', 'customers/b'] }] }),
      BatchGetCustomers: () => unavailable(),
    });
    const { data, errors } = await served.query('{ orders { orders { helpers { name } } } }');
    expect(data?.orders).toEqual({ orders: [{ helpers: [null, null] }] });
    expect(errors?.map(({ path }) => path)).toEqual([
      ['orders', 'orders', 0, 'helpers', 0],
      ['orders', 'orders', 0, 'helpers', 1],
    ]);
  });

  test('takes nothing with it but what it served', async () => {
    await start({
      ListOrders: () => ({
        orders: [{ customer: 'customers/a', sellerName: 'sellers/s', shelfItem: 'shelves/1/items/2' }],
      }),
      BatchGetCustomers: () => unavailable(),
      GetSeller: () => ({ name: 'sellers/s', title: 'S' }),
      BatchGetItems: () => ({ items: [{ name: 'shelves/1/items/2', weight: 3 }] }),
    });
    const { data, errors } = await served.query(
      '{ orders { orders { customerResource { title } seller { title } shelfItemResource { weight } } } }',
    );
    expect(data?.orders).toEqual({
      orders: [{ customerResource: null, seller: { title: 'S' }, shelfItemResource: { weight: 3 } }],
    });
    expect(errors?.map(({ path }) => path)).toEqual([['orders', 'orders', 0, 'customerResource']]);
  });
});

test('without a batch method, each different key is one call', async () => {
  await start({
    ListOrders: () => ({
      orders: ['sellers/a', 'sellers/b', 'sellers/a'].map((sellerName) => ({ sellerName })),
    }),
    GetSeller: ({ name }) => ({ name: name ?? null, title: `T ${String(name)}` }),
  });
  const { data } = await served.query('{ orders { orders { seller { title } } } }');
  expect(data?.orders).toEqual({
    orders: ['sellers/a', 'sellers/b', 'sellers/a'].map((name) => ({ seller: { title: `T ${name}` } })),
  });
  expect(callsOf(served.calls).slice(1)).toEqual([
    ['GetSeller', { name: 'sellers/a' }],
    ['GetSeller', { name: 'sellers/b' }],
  ]);
});

test('a batch that names what holds its items is one for each holder', async () => {
  await start({
    ListOrders: () => ({
      orders: ['shelves/1/items/a', 'shelves/2/items/b', 'shelves/1/items/c', 'nonsense'].map(
        (shelfItem) => ({
          shelfItem,
        }),
      ),
    }),
    BatchGetItems: ({ parent, names }) =>
      parent === undefined
        ? unavailable()
        : { items: (names as string[]).toReversed().map((name) => ({ name, weight: name.length })) },
  });
  const executed = await served.query('{ orders { orders { shelfItemResource { name } } } }');
  expect(ordersIn(executed).map((order) => order.shelfItemResource)).toEqual([
    { name: 'shelves/1/items/a' },
    { name: 'shelves/2/items/b' },
    { name: 'shelves/1/items/c' },
    null,
  ]);
  expect(executed.errors?.map(({ path }) => path)).toEqual([['orders', 'orders', 3, 'shelfItemResource']]);
  expect(callsOf(served.calls).slice(1)).toEqual([
    ['BatchGetItems', { parent: 'shelves/1', names: ['shelves/1/items/a', 'shelves/1/items/c'] }],
    ['BatchGetItems', { parent: 'shelves/2', names: ['shelves/2/items/b'] }],
    ['BatchGetItems', { names: ['nonsense'] }],
  ]);
});

describe('keys that are falsy', () => {
  const part = (number: number): JsonObject => ({ number, title: `Part ${number}` });
  const byNumber = declared({
    on: 'shop.v1.Order',
    field: 'part',
    call: 'crm.v1.Crm/SearchParts',
    keys: { numbers: 'number' },
    match: { number: 'number' },
  });

  test('0 is a key, in the parent and in the item', async () => {
    await start(
      {
        ListOrders: () => ({ orders: [{ number: 0 }, { number: 2 }, { number: 7 }] }),
        SearchParts: () => ({ parts: [part(7), part(2), part(0)] }),
      },
      { joins: settings(byNumber) },
    );
    const { data, errors } = await served.query('{ orders { orders { number part { title } } } }');
    expect(errors).toBeUndefined();
    expect(data?.orders).toEqual({
      orders: [0, 2, 7].map((number) => ({ number, part: { title: `Part ${number}` } })),
    });
    expect(callsOf(served.calls)[1]).toEqual(['SearchParts', { numbers: [0, 2, 7] }]);
  });

  test('false is a key', async () => {
    await start(
      {
        ListOrders: () => ({ orders: [{ urgent: true }, {}] }),
        SearchParts: () => ({ parts: [{ title: 'slow' }, { flag: true, title: 'fast' }] }),
      },
      {
        joins: settings(
          declared({
            on: 'shop.v1.Order',
            field: 'part',
            call: 'crm.v1.Crm/SearchParts',
            keys: { flags: 'urgent' },
            match: { flag: 'urgent' },
          }),
        ),
      },
    );
    const { data } = await served.query('{ orders { orders { part { title } } } }');
    expect(data?.orders).toEqual({ orders: [{ part: { title: 'fast' } }, { part: { title: 'slow' } }] });
  });

  test('an empty text that was given is a key; one that cannot be told from an absent one is none', async () => {
    const byCode = (field: string, key: string) =>
      declared({
        on: 'shop.v1.Order',
        field,
        call: 'crm.v1.Crm/SearchParts',
        keys: { codes: key },
        match: { code: key },
      });
    await start(
      {
        ListOrders: () => ({ orders: [{ code: '', tag: '' }, {}] }),
        SearchParts: () => ({ parts: [{ title: 'of the empty code' }] }),
      },
      { joins: settings(byCode('byCode', 'code'), byCode('byTag', 'tag')) },
    );
    const { data } = await served.query('{ orders { orders { byCode { title } byTag { title } } } }');
    expect(data?.orders).toEqual({
      orders: [
        { byCode: { title: 'of the empty code' }, byTag: null },
        { byCode: null, byTag: null },
      ],
    });
    expect(callsOf(served.calls).slice(1)).toEqual([['SearchParts', { codes: [''] }]]);
  });
});
