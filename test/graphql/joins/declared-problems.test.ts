// What is wrong with a declared join is told at registration, at the place of the name that is wrong.
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Problem } from '../../../core/problem.ts';
import { buildGraph, type GraphSource } from '../../../schema/graphql/build-graph.ts';
import { declared, NOWHERE, settings, shopSources } from './shop.ts';

let sources: readonly GraphSource[];

beforeAll(() => {
  sources = shopSources();
});

type Given = Parameters<typeof declared>[0];

const PART: Given = {
  on: 'shop.v1.Order',
  field: 'part',
  call: 'crm.v1.Crm/SearchParts',
  keys: { numbers: 'number' },
  match: { number: 'number' },
};

function problemsOf(...given: readonly Given[]): readonly Problem[] {
  const { problems } = buildGraph(sources, settings(...given.map(declared)));
  return problems.filter(({ path }) => path === NOWHERE.path);
}

function errorsOf(given: Given): [column: number | undefined, message: string][] {
  return problemsOf(given)
    .filter(({ severity }) => severity === 'error')
    .map(({ column, message }) => [column, message]);
}

test('a declaration that fits is listed with its reason', () => {
  expect(problemsOf(PART)).toEqual([
    {
      severity: 'note',
      rule: 'join',
      message: 'Order.part is read by crm.v1.Crm/SearchParts: dragoman.yaml declares it on line 1',
      ...NOWHERE,
    },
  ]);
});

describe('a fault is told where it was written', () => {
  test.each<[what: string, given: Partial<Given>, errors: [column: number, message: string][]]>([
    ['no name', { field: 'a-b' }, [[3, 'a-b is no name that GraphQL allows']]],
    [
      'a name that is taken',
      { field: 'number' },
      [[3, 'Order has a field number of its own; choose another name']],
    ],
    [
      'a call that writes',
      { call: 'crm.v1.Crm/SetNote' },
      [[4, 'crm.v1.Crm/SetNote does not only read: nothing says that it only reads']],
    ],
    [
      'a call that streams',
      { call: 'shop.v1.Shop/WatchOrders' },
      [[4, 'shop.v1.Shop/WatchOrders streams; a join needs one answer to one request']],
    ],
    ['no keys', { keys: {}, match: {} }, [[1, 'part needs keys or args: what of the parent is asked for']]],
    [
      'a field that the request lacks',
      { keys: { nothing: 'number' }, match: {} },
      [[10, 'crm.v1.SearchPartsRequest has no field "nothing"']],
    ],
    [
      'a field that the parent lacks',
      { keys: { numbers: 'nothing' }, match: {} },
      [[11, 'shop.v1.Order has no field "nothing"']],
    ],
    [
      'types that differ',
      { keys: { numbers: 'tag' }, match: {} },
      [[11, 'numbers of crm.v1.SearchPartsRequest is Int, but tag of shop.v1.Order is String']],
    ],
    [
      'a batch without a match',
      { match: {} },
      [[10, 'match must say which field of an item answers number: items are never matched by their place']],
    ],
    [
      'a match of another type',
      { match: { title: 'number' } },
      [
        [30, 'title of crm.v1.Part is String, but number is Int'],
        [10, 'match must say which field of an item answers number: items are never matched by their place'],
      ],
    ],
    [
      'a match of what is no key',
      { match: { number: 'number', code: 'tag' } },
      [[31, 'tag is matched, but no key is made of it']],
    ],
    [
      'an item field that is not there',
      { match: { nothing: 'number' } },
      [
        [30, 'crm.v1.Part has no field "nothing"'],
        [10, 'match must say which field of an item answers number: items are never matched by their place'],
      ],
    ],
    [
      'a list as an argument',
      { keys: { numbers: 'number' }, args: { codes: 'tag' } },
      [[20, 'codes is a list; put it under keys']],
    ],
    [
      'two lists of keys',
      { keys: { numbers: 'number', codes: 'tag' }, match: { number: 'number', code: 'tag' } },
      [[10, 'codes and numbers are two lists; parts of one key belong into one list of messages']],
    ],
    [
      'an argument that is a key',
      { arguments: ['numbers'] },
      [[40, 'numbers is a key; the client cannot give it, too']],
    ],
    [
      'an argument that is not there',
      { arguments: ['nothing'] },
      [[40, 'crm.v1.SearchPartsRequest has no argument nothing']],
    ],
    [
      'a result that is not there',
      { result: 'nothing' },
      [[50, 'crm.v1.SearchPartsResponse has no field "nothing"']],
    ],
    [
      'a result of no messages',
      { result: 'total' },
      [[50, 'total holds no messages, so there is nothing to select of it']],
    ],
    [
      'many of one',
      { on: 'shop.v1.Order', call: 'crm.v1.Crm/GetSeller', keys: { name: 'tag' }, match: {}, many: true },
      [[4, 'crm.v1.Seller has not exactly one list of messages; result must name one']],
    ],
  ])('%s', (_what, given, errors) => {
    expect(errorsOf({ ...PART, ...given })).toEqual(errors);
  });
});

describe('what is not registered yet is waited for', () => {
  test.each<[what: string, given: Partial<Given>, column: number, message: string]>([
    [
      'the message',
      { on: 'shop.v1.Nothing' },
      2,
      'no registered service shows shop.v1.Nothing; this join waits for one',
    ],
    [
      'the method',
      { call: 'crm.v9.Crm/X' },
      4,
      'no registered service has the method crm.v9.Crm/X; this join waits for one',
    ],
  ])('%s', (_what, given, column, message) => {
    expect(problemsOf({ ...PART, ...given })).toEqual([
      { severity: 'note', rule: 'join-waits', message, ...NOWHERE, column },
    ]);
  });
});

test('one call for each parent is told as a cost, and a circle as a circle', () => {
  const problems = problemsOf(PART, {
    on: 'crm.v1.Part',
    field: 'order',
    call: 'shop.v1.Shop/GetOrder',
    args: { name: 'code' },
  });
  expect(problems.map(({ severity, rule }) => [severity, rule])).toEqual([
    ['note', 'join'],
    ['note', 'join'],
    ['note', 'join-cost'],
    ['note', 'join-cycle'],
  ]);
  expect(problems[2]?.message).toMatch(/^Part\.order: no BatchGet, up to N calls/);
  expect(problems[3]?.message).toMatch(/^joins lead in a circle through Order and Part:/);
});
