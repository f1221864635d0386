// What a service may choose of path, query and body. Source: transcoding reference, sections 4 (`structInQuery`,
// `enumCaseInsensitive`) and 5 (`bodyConflict`, query with `body: "*"`, `queryIntoBody`).
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { RestSettings } from '../../core/rest-options.ts';
import { problemOf } from '../harness/problem.ts';
import { type OddWorld, startOddWorld } from './odd-rules.ts';

let world: OddWorld;
const withRest = (rest: RestSettings): void => {
  beforeAll(async () => {
    world = await startOddWorld({ rest });
  });
  afterAll(() => world.close());
  beforeEach(() => world.echo.reset());
};

type Body = unknown;
type Arrives = [request: string, method: string, message: unknown, body?: Body];
type Refused = [request: string, fields: string[], words: string, body?: Body];

const ask = (request: string, body: Body) => {
  const [method = '', path = ''] = request.split(' ');
  return world.send(method, path, body === undefined ? {} : { body });
};

function arrives(rows: readonly Arrives[]): void {
  test.each(rows)('%s → %s %j', async (...row) => {
    const [request, method, message, body] = row;
    expect((await ask(request, body)).status).toBe(200);
    expect(world.arrived(method)).toEqual(message);
  });
}

function refused(rows: readonly Refused[]): void {
  test.each(rows)('400: %s, %j', async (...row) => {
    const [request, fields, words, body] = row;
    const problem = problemOf(await ask(request, body));
    expect([problem.status, problem.code]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(problem.violations.map(({ field }) => field)).toEqual(fields);
    expect(problem.detail).toContain(words);
    expect(world.echo.received()).toEqual([]);
  });
}

describe('faults of path, query and body are told together', () => {
  withRest({});
  refused([
    [
      'POST /v1/part/a?nope=1&number=x',
      ['nope', 'size', 'number', 'tags'],
      '(and 3 more)',
      { size: 'x', tags: 5 },
    ],
    ['POST /v1/whole/a?number=1', ['number', 'flag'], 'no query parameters', { flag: 1 }],
    ['GET /v1/types/number/x?kind=KIND_NOPE', ['kind', 'number'], 'kind'],
    ['PATCH /v1/part/a?nope=1', ['nope', 'size'], 'nope', { size: 'x' }],
  ]);

  test('up to 20', async () => {
    const query = Array.from({ length: 15 }, (_, index) => `nope${index}=1`).join('&');
    const tags = Array.from({ length: 15 }, (_, index) => index);
    const problem = problemOf(await ask(`POST /v1/part/a?${query}`, { tags }));
    expect(problem.violations).toHaveLength(20);
    expect(problem.violations[19]).toMatchObject({ field: 'tags[4]' });
  });
});

describe('bodyConflict: reject', () => {
  withRest({ bodyConflict: 'reject' });
  arrives([
    ['POST /v1/whole/a', 'Whole', { name: 'a', number: 5 }, { number: 5 }],
    // The same value is no conflict, however it is spelled.
    ['POST /v1/whole/a', 'Whole', { name: 'a' }, { name: 'a' }],
    ['POST /v1/whole/a', 'Whole', { name: 'a' }, { name: null }],
    ['PUT /v1/whole/a', 'Whole', { nested: { title: 'a', size: '1' } }, { nested: { title: 'a', size: 1 } }],
    ['PATCH /v1/part/a', 'Part', { nested: { title: 'a', size: '7' }, mask: 'size' }, { size: 7 }],
    ['GET /v1/things/a?number=1', 'Get', { name: 'a', number: 1 }],
  ]);
  const words = 'the path gives this field another value';
  refused([
    ['POST /v1/whole/a', ['name'], words, { name: 'b' }],
    ['POST /v1/whole/a', ['name'], words, { name: '' }],
    ['POST /v1/whole/a', ['name'], words, { name: 5 }],
    ['PUT /v1/whole/a', ['nested.title'], words, { nested: { title: 'b' } }],
    ['PUT /v1/whole/a', ['nested'], 'expected an object', { nested: 'b' }],
    // Named as the sender of the body sees it.
    ['PATCH /v1/part/a', ['title'], words, { title: 'b' }],
    ['POST /v1/whole/a', ['name', 'number'], words, { name: 'b', number: 'x' }],
  ]);
});

describe('query with body "*": ignore', () => {
  withRest({ queryWithWholeBody: 'ignore' });
  arrives([
    ['POST /v1/whole/a?number=7&nope=1', 'Whole', { name: 'a', flag: true }, { flag: true }],
    ['POST /v1/whole/a?name=b', 'Whole', { name: 'a' }, {}],
    ['POST /odd.v1.Odd/Get?trace=1', 'Get', { name: 'x' }, { name: 'x' }],
  ]);
  refused([
    ['POST /v1/part/a?nope=1', ['nope'], 'there is no such parameter', {}],
    ['GET /v1/plain?nope=1', ['nope'], 'there is no such parameter'],
  ]);
  test('parameters of every method are still read', async () => {
    const answer = await ask('POST /v1/whole/a?nope=1&$alt=json;enum-encoding=int', { kind: 'KIND_SMALL' });
    expect(answer.json()).toEqual({ name: 'a', kind: 1 });
    expect((await ask('POST /v1/whole/a?$alt=xml', {})).status).toBe(400);
  });
  test('400: a malformed percent-encoding', async () => {
    expect(problemOf(await ask('POST /v1/whole/a?x=%zz', {})).status).toBe(400);
  });
});

describe('queryIntoBody', () => {
  withRest({ queryIntoBody: true });
  arrives([
    ['POST /v1/whole/a?number=7', 'Whole', { name: 'a', flag: true, number: 7 }, { flag: true }],
    [
      'POST /v1/part/a?nested.title=t',
      'PartBeside',
      { name: 'a', nested: { title: 't', size: '1' } },
      { size: 1 },
    ],
    // Repeated values come after those of the body.
    [
      'POST /v1/whole/a?texts=c&texts=d',
      'Whole',
      { name: 'a', texts: ['a', 'b', 'c', 'd'] },
      { texts: ['a', 'b'] },
    ],
    ['POST /v1/list/a?texts=c', 'PartList', { name: 'a', texts: ['b', 'c'] }, ['b']],
    [
      'POST /v1/whole/a?labels[x]=1',
      'Whole',
      { name: 'a', labels: { w: '0', x: '1' } },
      { labels: { w: '0' } },
    ],
    ['POST /v1/whole/a?pageToken=p', 'Whole', { name: 'a', pageToken: 'p' }, { page_token: null }],
    ['POST /v1/whole/a?texts=c', 'Whole', { name: 'a', texts: ['c'] }, { texts: null }],
    ['PATCH /v1/part/a?nested.size=7', 'Part', { nested: { title: 'a', size: '7' }, mask: 'size' }, {}],
  ]);
  refused([
    ['POST /v1/whole/a?number=7', ['number'], 'there twice', { number: 7 }],
    ['POST /v1/whole/a?page_token=p', ['page_token'], 'there twice', { page_token: 'q' }],
    ['POST /v1/whole/a?pageToken=p', ['pageToken'], 'there twice', { page_token: 'q' }],
    ['POST /v1/whole/a?labels[w]=1', ['labels[w]'], 'the key is there twice', { labels: { w: '0' } }],
    ['POST /v1/whole/a?texts=c', ['texts'], 'value of another kind', { texts: 'b' }],
    ['POST /v1/whole/a?nested.size=1', ['nested.size', 'nested'], 'value of another kind', { nested: 'b' }],
    [
      'POST /v1/whole/a?choiceText=t',
      ['choiceText'],
      'only one of choiceNumber and choiceText',
      { choiceNumber: 1 },
    ],
    // The path is never re-aimed.
    ['POST /v1/whole/a?name=b', ['name'], 'comes from the path', {}],
    ['PUT /v1/whole/a?nested.title=b', ['nested.title'], 'comes from the path', {}],
    ['POST /v1/whole/a?nope=1', ['nope'], 'there is no such parameter', {}],
  ]);
});

describe('structInQuery', () => {
  withRest({ structInQuery: true });
  const json = (value: unknown) => encodeURIComponent(JSON.stringify(value));
  arrives([
    [`GET /v1/plain?struct=${json({ a: [1, null, 'x'] })}`, 'Get', { struct: { a: [1, null, 'x'] } }],
    ['GET /v1/plain?value=5', 'Get', { value: 5 }],
    ['GET /v1/plain?value=null', 'Get', { value: null }],
    [`GET /v1/plain?value=${json('x')}`, 'Get', { value: 'x' }],
    [`GET /v1/plain?list=${json([1, { a: true }])}`, 'Get', { list: [1, { a: true }] }],
    [
      `GET /v1/things/a?struct=${json({ ['__proto__']: 1 })}`,
      'Get',
      { name: 'a', struct: { ['__proto__']: 1 } },
    ],
  ]);
  refused([
    ['GET /v1/plain?value=x', ['value'], 'must be JSON text'],
    ['GET /v1/plain?value=', ['value'], 'must be JSON text'],
    ['GET /v1/plain?struct=5', ['struct'], 'an object'],
    [`GET /v1/plain?list=${json({})}`, ['list'], 'a list'],
    ['GET /v1/plain?value=null&value=1', ['value'], 'there twice'],
    [`GET /v1/plain?struct=${json({ a: 1 }).replace('1', '1e400')}`, ['struct.a'], 'out of the range'],
    ['GET /v1/plain?struct=%7B%22a%22:1,%22a%22:2%7D', ['struct'], 'twice'],
    ['GET /v1/plain?struct.a=1', ['struct.a'], 'there is no such parameter'],
    ['GET /v1/plain?any=%7B%7D', ['any'], 'a message cannot be a parameter'],
    [`GET /v1/plain?value=${'%5B'.repeat(250)}`, ['value'], 'nesting'],
  ]);
});

describe('structInQuery is off by default', () => {
  withRest({});
  refused([
    ['GET /v1/plain?struct=%7B%7D', ['struct'], 'a message cannot be a parameter'],
    ['GET /v1/plain?value=5', ['value'], 'a message cannot be a parameter'],
    ['GET /v1/plain?list=%5B%5D', ['list'], 'a message cannot be a parameter'],
    ['GET /v1/plain?kind=kind_small', ['kind'], 'one of KIND_UNSPECIFIED'],
  ]);
});

describe('enumCaseInsensitive', () => {
  withRest({ enumCaseInsensitive: true });
  arrives([
    ['GET /v1/plain?kind=kind_small', 'Get', { kind: 'KIND_SMALL' }],
    [
      'GET /v1/plain?kinds=Kind_Small&kinds=KIND_LARGE&kinds=2',
      'Get',
      { kinds: ['KIND_SMALL', 'KIND_LARGE', 'KIND_LARGE'] },
    ],
    ['GET /v1/plain?sorts[a]=kind_large', 'Get', { sorts: { a: 'KIND_LARGE' } }],
    ['GET /v1/types/kind/kind_large', 'Types', { kind: 'KIND_LARGE' }],
  ]);
  refused([
    ['GET /v1/plain?kind=small', ['kind'], 'one of KIND_UNSPECIFIED'],
    ['GET /v1/plain?kind=kind_smaLL%20', ['kind'], 'one of KIND_UNSPECIFIED'],
    // Bodies are ProtoJSON.
    ['POST /odd.v1.Odd/Get', ['kind'], 'one of KIND_UNSPECIFIED', { kind: 'kind_small' }],
  ]);
});
