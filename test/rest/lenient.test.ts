// What a service may have dropped instead of refused. Source: transcoding reference, sections 4 and 5
// (`unknownFields: ignore`, `ignoreQuery`), and section 6 for the names of enums.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { problemOf } from '../harness/problem.ts';
import { type OddWorld, startOddWorld } from './odd-rules.ts';

let world: OddWorld;
beforeAll(async () => {
  world = await startOddWorld({
    rest: { unknownFields: 'ignore', ignoreQuery: ['trace', 'utm_*', 'name', 'page_*'] },
  });
});
afterAll(() => world.close());
beforeEach(() => world.echo.reset());

const post = (body: string) =>
  world.send('POST', '/odd.v1.Odd/Get', { headers: { 'content-type': 'application/json' }, body });

describe('unknownFields: ignore', () => {
  test.each([
    ['a field', '{"name":"a","nope":1}', { name: 'a' }],
    ['a field of any kind', '{"nope":{"deep":[{"x":null}]},"name":"a"}', { name: 'a' }],
    ['another letter case', '{"Name":"a","number":1}', { number: 1 }],
    ['inside a message', '{"nested":{"title":"t","nope":1}}', { nested: { title: 't' } }],
    ['inside a list', '{"many":[{"nope":1},{"title":"t"}]}', { many: [{}, { title: 't' }] }],
    ['inside a map', '{"shelves":{"a":{"nope":1}}}', { shelves: { a: {} } }],
    ['inside a member of a oneof', '{"choiceNested":{"nope":1}}', { choiceNested: {} }],
    [
      'inside an Any',
      '{"any":{"@type":"t/odd.v1.Tag","name":"a","nope":1}}',
      { any: { '@type': 't/odd.v1.Tag', name: 'a' } },
    ],
    [
      'beside the value of an Any',
      '{"any":{"@type":"t/google.protobuf.Duration","value":"1s","nope":1}}',
      { any: { '@type': 't/google.protobuf.Duration', value: '1s' } },
    ],
    ['an extension that is none', '{"[odd.v1.nope]":1,"name":"a"}', { name: 'a' }],
    ['the name of an enum', '{"kind":"KIND_NOPE","name":"a"}', { name: 'a' }],
    [
      'the name of an enum in a list',
      '{"kinds":["KIND_SMALL","KIND_NOPE","KIND_LARGE"]}',
      { kinds: ['KIND_SMALL', 'KIND_LARGE'] },
    ],
    [
      'the name of an enum in a map',
      '{"sorts":{"a":"KIND_NOPE","b":"KIND_SMALL"}}',
      { sorts: { b: 'KIND_SMALL' } },
    ],
    ['the name of an enum in a oneof', '{"choiceKind":"KIND_NOPE","choiceText":"t"}', { choiceText: 't' }],
    ['nothing else: an unknown number stays', '{"kind":77}', { kind: 77 }],
    ['__proto__', '{"__proto__":{"name":"b"},"name":"a"}', { name: 'a' }],
  ])('passes over %s', async (_name, body, message) => {
    expect((await post(body)).status).toBe(200);
    expect(world.arrived('Get')).toEqual(message);
  });

  test.each([
    ['a wrong type', '{"number":"x","nope":1}', 'number'],
    ['a wrong type of an enum', '{"kind":true}', 'kind'],
    ['a text for a list of enums', '{"kinds":"KIND_NOPE"}', 'kinds'],
    ['a field under both names', '{"page_token":"a","pageToken":"b"}', 'pageToken'],
    ['a type that cannot be resolved', '{"any":{"@type":"t/nope.Nope"}}', 'any.@type'],
    ['a place after what was passed over', '{"many":[{"nope":1},{"size":"x"}]}', 'many[1].size'],
    ['an item after what was passed over', '{"kinds":["KIND_NOPE",1.5]}', 'kinds[1]'],
  ])('still refuses %s', async (_name, body, field) => {
    const problem = problemOf(await post(body));
    expect([problem.status, problem.violations.map((violation) => violation.field)]).toEqual([400, [field]]);
    expect(world.echo.received()).toEqual([]);
  });

  test.each([
    ['GET /v1/plain?kind=KIND_NOPE', 'kind'],
    ['GET /v1/plain?kinds=KIND_SMALL&kinds=KIND_NOPE', 'kinds'],
    ['GET /v1/plain?nope=1', 'nope'],
    ['GET /v1/types/kind/KIND_NOPE', 'kind'],
  ])('is about bodies alone: %s', async (request, field) => {
    const [method = '', path = ''] = request.split(' ');
    const problem = problemOf(await world.send(method, path));
    expect([problem.status, problem.violations.map((violation) => violation.field)]).toEqual([400, [field]]);
    expect(world.echo.received()).toEqual([]);
  });

  test('a body field that is part of a request is read the same way', async () => {
    const answer = await world.send('POST', '/v1/part/a', { body: { title: 't', nope: 1 } });
    expect(answer.status).toBe(200);
    expect(world.arrived('PartBeside')).toEqual({ name: 'a', nested: { title: 't' } });
  });
});

describe('ignoreQuery', () => {
  test.each([
    ['GET /v1/plain?trace=1&number=5', 'Get', { number: 5 }],
    ['GET /v1/plain?utm_source=x&utm_=y&number=5', 'Get', { number: 5 }],
    ['GET /v1/plain?utm_source=x&utm_source=y', 'Get', {}],
    ['GET /v1/plain?utm_a.b[c]=x&nested.title=t', 'Get', { nested: { title: 't' } }],
    ['GET /v1/things/a?trace', 'Get', { name: 'a' }],
    // What names a field is used, whatever the list says.
    ['GET /v1/plain?page_token=x', 'Get', { pageToken: 'x' }],
    ['GET /v1/plain?name=a', 'Get', { name: 'a' }],
  ])('%s', async (request, method, message) => {
    const [verb = '', path = ''] = request.split(' ');
    expect((await world.send(verb, path)).status).toBe(200);
    expect(world.arrived(method)).toEqual(message);
  });

  test('holds where the body is the whole request', async () => {
    const answer = await world.send('POST', '/v1/whole/a?trace=1&utm_x=2', { body: { number: 5 } });
    expect(answer.status).toBe(200);
    expect(world.arrived('Whole')).toEqual({ name: 'a', number: 5 });
  });

  test.each([
    ['what is not listed', '/v1/plain?tracer=1', 'tracer'],
    ['another letter case', '/v1/plain?Trace=1', 'Trace'],
    ['a field that the path binds', '/v1/things/a?name=b', 'name'],
  ])('refuses %s', async (_name, path, field) => {
    const problem = problemOf(await world.send('GET', path));
    expect([problem.status, problem.violations.map((violation) => violation.field)]).toEqual([400, [field]]);
    expect(world.echo.received()).toEqual([]);
  });
});
