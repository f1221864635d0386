// Declared joins at work: composite keys, groups, arguments, results in odd places. What is wrong with a declaration
// is in declared-problems.test.ts.
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import type { GraphSource } from '../../../schema/graphql/build-graph.ts';
import type { JoinEntry } from '../../../schema/graphql/joins/join-settings.ts';
import { type Served, serve } from '../door.ts';
import {
  answering,
  callsOf,
  declared,
  notFound,
  ordersIn,
  settings,
  shopSources,
  type Upstream,
} from './shop.ts';

let sources: readonly GraphSource[];
let served: Served;

beforeAll(() => {
  sources = shopSources();
});
afterEach(async () => {
  await served?.close();
});

async function start(upstream: Upstream, ...joins: readonly JoinEntry[]): Promise<void> {
  served = await serve(sources, answering(upstream), { joins: settings(...joins) });
}

async function orders(selection: string, variables?: JsonObject): Promise<unknown> {
  const { data, errors } = await served.query(
    `query Q($view: String, $size: Int = 2) { orders { orders { ${selection} } } a: order(name: $view) { name } b: orders(pageSize: $size) { nextPageToken } }`,
    variables,
  );
  expect(errors).toBeUndefined();
  return ordersIn({ data: data ?? null });
}

const OTHERS: Upstream = { GetOrder: () => ({}) };

describe('a composite key', () => {
  const city = declared({
    on: 'shop.v1.Order',
    field: 'city',
    call: 'crm.v1.Crm/FindCities',
    keys: { 'requests.region': 'place.region', 'requests.city': 'place.city' },
    match: { 'where.region': 'place.region', 'where.city': 'place.city' },
    result: 'page.cities',
  });

  test('goes into one list of messages, and is compared part by part', async () => {
    // Joined into one text, the first two would be equal.
    const places = [
      { region: 'a', city: 'bc' },
      { region: 'ab', city: 'c' },
      { region: 'a', city: 'bc' },
      { city: 'only' },
    ];
    await start(
      {
        ...OTHERS,
        ListOrders: () => ({ orders: [...places.map((place) => ({ place })), {}] }),
        FindCities: ({ requests }) => ({
          page: {
            cities: (requests as JsonObject[])
              .toReversed()
              .map((where, index) => ({ where, people: 10 + index })),
          },
        }),
      },
      city,
    );
    expect(await orders('city { people where { region city } }')).toEqual([
      { city: { people: 12, where: { region: 'a', city: 'bc' } } },
      { city: { people: 11, where: { region: 'ab', city: 'c' } } },
      { city: { people: 12, where: { region: 'a', city: 'bc' } } },
      { city: { people: 10, where: { region: '', city: 'only' } } },
      { city: null },
    ]);
    const [, request] = callsOf(served.calls).find(([method]) => method === 'FindCities') ?? [];
    expect(request).toEqual({
      requests: [{ region: 'a', city: 'bc' }, { region: 'ab', city: 'c' }, { city: 'only' }],
    });
  });

  test('needs nothing of the key to be selected, in the parent or in the item', async () => {
    await start(
      {
        ...OTHERS,
        ListOrders: () => ({ orders: [{ place: { region: 'r', city: 'c' }, number: 4 }] }),
        FindCities: () => ({ page: { cities: [{ where: { region: 'r', city: 'c' }, people: 5 }] } }),
      },
      city,
    );
    expect(await orders('city { people }')).toEqual([{ city: { people: 5 } }]);
    expect(await orders('place { city } city { where { region } }')).toEqual([
      { place: { city: 'c' }, city: { where: { region: 'r' } } },
    ]);
  });
});

test('many: all items of a key, and an empty list where there is none', async () => {
  await start(
    {
      ...OTHERS,
      ListOrders: () => ({ orders: [{ number: 1 }, { number: 2 }, { number: 1 }, {}] }),
      SearchParts: () => ({
        parts: [
          { number: 1, title: 'x' },
          { number: 0, title: 'zero' },
          { number: 1, title: 'y' },
          { number: 9, title: 'nobody asked' },
        ],
      }),
    },
    declared({
      on: 'shop.v1.Order',
      field: 'parts',
      call: 'crm.v1.Crm/SearchParts',
      keys: { numbers: 'number' },
      match: { number: 'number' },
      many: true,
    }),
  );
  expect(await orders('parts { title }')).toEqual([
    { parts: [{ title: 'x' }, { title: 'y' }] },
    { parts: [] },
    { parts: [{ title: 'x' }, { title: 'y' }] },
    { parts: [{ title: 'zero' }] },
  ]);
});

test('a list of keys in the parent becomes a list of items', async () => {
  await start(
    {
      ...OTHERS,
      ListOrders: () => ({ orders: [{ partNumbers: [2, 0, 5] }] }),
      SearchParts: () => ({ parts: [{ title: 'zero' }, { number: 2, title: 'two' }] }),
    },
    declared({
      on: 'shop.v1.Order',
      field: 'parts',
      call: 'crm.v1.Crm/SearchParts',
      keys: { numbers: 'part_numbers' },
      match: { number: 'part_numbers' },
    }),
  );
  expect(await orders('parts { title }')).toEqual([{ parts: [{ title: 'two' }, { title: 'zero' }, null] }]);
});

test('maxBatch cuts, and args part the calls', async () => {
  await start(
    {
      ...OTHERS,
      ListOrders: () => ({
        orders: [1, 2, 3, 4].map((number) => ({ number, label: number === 4 ? 'other' : 'same' })),
      }),
      SearchParts: ({ numbers, view }) => ({
        parts: (numbers as number[]).map((number) => ({ number, title: `${String(view)} ${number}` })),
      }),
    },
    declared({
      on: 'shop.v1.Order',
      field: 'part',
      call: 'crm.v1.Crm/SearchParts',
      keys: { numbers: 'number' },
      args: { view: 'label' },
      match: { number: 'number' },
      maxBatch: 2,
    }),
  );
  expect(await orders('part { title }')).toEqual(
    ['same 1', 'same 2', 'same 3', 'other 4'].map((title) => ({ part: { title } })),
  );
  expect(callsOf(served.calls).filter(([method]) => method === 'SearchParts')).toEqual([
    ['SearchParts', { numbers: [1, 2], view: 'same' }],
    ['SearchParts', { numbers: [3], view: 'same' }],
    ['SearchParts', { numbers: [4], view: 'other' }],
  ]);
});

test('what the client gives parts the calls: aliases with other arguments never share', async () => {
  await start(
    {
      ...OTHERS,
      ListOrders: () => ({ orders: [{ number: 1 }, { number: 2 }] }),
      SearchParts: ({ numbers, view }) => ({
        parts: (numbers as number[]).map((number) => ({ number, title: `${String(view)} ${number}` })),
      }),
    },
    declared({
      on: 'shop.v1.Order',
      field: 'part',
      call: 'crm.v1.Crm/SearchParts',
      keys: { numbers: 'number' },
      match: { number: 'number' },
      arguments: ['view'],
    }),
  );
  expect(
    await orders(
      'full: part(view: "FULL") { title } given: part(view: $view) { title } same: part(view: "FULL") { title }',
      {
        view: 'SMALL',
      },
    ),
  ).toEqual(
    [1, 2].map((number) => ({
      full: { title: `FULL ${number}` },
      given: { title: `SMALL ${number}` },
      same: { title: `FULL ${number}` },
    })),
  );
  expect(callsOf(served.calls).filter(([method]) => method === 'SearchParts')).toEqual([
    ['SearchParts', { numbers: [1, 2], view: 'FULL' }],
    ['SearchParts', { numbers: [1, 2], view: 'SMALL' }],
  ]);
});

describe('one call per parent', () => {
  const notes = (given: { many?: boolean; result?: string }) =>
    declared({
      on: 'shop.v1.Order',
      field: 'notes',
      call: 'crm.v1.Crm/ListNotes',
      args: { about: 'tag' },
      arguments: ['page_size'],
      ...given,
    });
  const upstream: Upstream = {
    ...OTHERS,
    ListOrders: () => ({ orders: [{ tag: 'a' }, { tag: 'b' }, { tag: 'a' }, {}] }),
    ListNotes: ({ about, pageSize }) => ({
      notes: [{ text: `${String(about)} of ${String(pageSize)}` }],
      nextPageToken: 'more',
    }),
  };

  test('gives the whole reply, pages and all', async () => {
    await start(upstream, notes({}));
    expect(await orders('notes(pageSize: $size) { notes { text } nextPageToken }')).toEqual([
      ...['a', 'b', 'a'].map((about) => ({
        notes: { notes: [{ text: `${about} of 2` }], nextPageToken: 'more' },
      })),
      { notes: null },
    ]);
    expect(callsOf(served.calls).filter(([method]) => method === 'ListNotes')).toEqual([
      ['ListNotes', { about: 'a', pageSize: 2 }],
      ['ListNotes', { about: 'b', pageSize: 2 }],
    ]);
  });

  test('with many, gives the list', async () => {
    await start(upstream, notes({ many: true }));
    expect(await orders('notes { text }')).toEqual([
      ...['a', 'b', 'a'].map((about) => ({ notes: [{ text: `${about} of undefined` }] })),
      { notes: [] },
    ]);
  });
});

test('a batch that fails as a whole falls back to the Get of the same key', async () => {
  await start(
    {
      ...OTHERS,
      ListOrders: () => ({ orders: [{ label: 'customers/a' }, { label: 'customers/gone' }] }),
      BatchGetCustomers: () => notFound(),
      GetCustomer: ({ name }) => (name === 'customers/a' ? { name } : notFound()),
    },
    declared({
      on: 'shop.v1.Order',
      field: 'labelled',
      call: 'crm.v1.Crm/BatchGetCustomers',
      keys: { names: 'label' },
      match: { name: 'label' },
    }),
  );
  const { data, errors } = await served.query('{ orders { orders { labelled { name } } } }');
  expect(data?.orders).toEqual({ orders: [{ labelled: { name: 'customers/a' } }, { labelled: null }] });
  expect(errors?.map(({ path }) => path)).toEqual([['orders', 'orders', 1, 'labelled']]);
});

test('a declared join takes the place of one that was found', async () => {
  await start(
    {
      ...OTHERS,
      ListOrders: () => ({ orders: [{ customer: 'customers/a', number: 3 }] }),
      SearchParts: () => ({ parts: [{ number: 3, title: 'a part' }] }),
    },
    declared({
      on: 'shop.v1.Order',
      field: 'customerResource',
      call: 'crm.v1.Crm/SearchParts',
      keys: { numbers: 'number' },
      match: { number: 'number' },
    }),
  );
  expect(await orders('customerResource { title }')).toEqual([{ customerResource: { title: 'a part' } }]);
});
