// What services have chosen for REST, as their operations tell it: the other form of messages, parameters into bodies,
// and the parameters that every method takes.
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import type { RestSettings } from '../../core/rest-options.ts';
import { at, documentOf, operationOf } from './documents.ts';

const MESSAGES = `message M { string id = 1; P p = 2; string word = 3; repeated string tags = 4; google.api.HttpBody raw = 5; }
  message P { string a = 1 [(google.api.field_behavior) = REQUIRED]; int32 b = 2; }`;

function operation(rule: string, rest: RestSettings = {}, types = ['M', 'M']): JsonObject {
  const [input, output] = types;
  return operationOf(
    documentOf(
      `service S { rpc Do(${input}) returns (${output}) { option (google.api.http) = { ${rule} }; } } ${MESSAGES}`,
      { rest },
    ),
  );
}

function typesOf(place: unknown): string[] {
  return Object.keys(at(place as JsonObject, 'content') as object);
}

describe('rest.protobuf', () => {
  const BOTH = ['application/json', 'application/x-protobuf', 'application/proto'];
  test.each<[string, string, RestSettings, string[], string[], string[]]>([
    ['is both ways for messages', 'post: "/a" body: "*"', { protobuf: true }, ['M', 'M'], BOTH, BOTH],
    [
      'goes for a field that is a message',
      'post: "/a" body: "p" response_body: "p"',
      { protobuf: true },
      ['M', 'M'],
      BOTH,
      BOTH,
    ],
    [
      'not for a field that is none',
      'post: "/a" body: "word" response_body: "tags"',
      { protobuf: true },
      ['M', 'M'],
      ['application/json'],
      ['application/json'],
    ],
    [
      'not for bytes of any type',
      'post: "/a" body: "raw" response_body: "raw"',
      { protobuf: true },
      ['M', 'M'],
      ['*/*'],
      ['*/*'],
    ],
    [
      'not for streams',
      'post: "/a" body: "*"',
      { protobuf: true },
      ['stream M', 'stream M'],
      ['application/json', 'application/x-ndjson'],
      ['application/json', 'application/x-ndjson', 'text/event-stream'],
    ],
    [
      'not for who has not chosen it',
      'post: "/a" body: "*"',
      {},
      ['M', 'M'],
      ['application/json'],
      ['application/json'],
    ],
  ])('%s', (_what, rule, rest, types, body, answer) => {
    const { requestBody, responses } = operation(rule, rest, types);
    expect(typesOf(requestBody)).toEqual(body);
    expect(typesOf(at(responses, '200'))).toEqual(answer);
  });

  test('has no schema: that is one of JSON', () => {
    const { requestBody } = operation('post: "/a" body: "*"', { protobuf: true });
    expect(at(requestBody, 'content', 'application/x-protobuf')).toEqual({});
  });
});

describe('rest.queryIntoBody', () => {
  const named = (value: JsonObject) =>
    ((value.parameters ?? []) as JsonObject[]).flatMap(({ name, required }) =>
      name === undefined ? [] : [`${name}${required === true ? ' (required)' : ''}`],
    );

  test.each([
    [
      'what the body has may come in the query',
      'put: "/a/{id}" body: "*"',
      ['id (required)', 'p.a', 'p.b', 'word', 'tags'],
    ],
    ['also inside of a field', 'put: "/a/{id}" body: "p"', ['id (required)', 'p.a', 'p.b', 'word', 'tags']],
    ['but not into bytes', 'put: "/a/{id}" body: "raw"', ['id (required)', 'p.a', 'p.b', 'word', 'tags']],
  ])('%s', (_what, rule, expected) => {
    expect(
      named(operation(rule, { queryIntoBody: true })).filter((name) => !name.startsWith('raw.')),
    ).toEqual(expected);
  });

  test('without it, what the body has comes in the body', () => {
    expect(named(operation('put: "/a/{id}" body: "*"'))).toEqual(['id (required)']);
    expect(named(operation('put: "/a/{id}" body: "p"')).filter((name) => name.startsWith('p.'))).toEqual([]);
  });
});

describe('parameters of every method', () => {
  const REF = '#/components/parameters/';
  const refsOf = ({ parameters }: JsonObject) =>
    (parameters as JsonObject[]).flatMap(({ $ref }) =>
      $ref === undefined ? [] : [String($ref).slice(REF.length)],
    );

  test.each([
    ['an answer with fields', 'get: "/a"', ['M', 'M'], ['alt', 'fields', 'prettyPrint']],
    ['a stream', 'get: "/a"', ['M', 'stream M'], ['altStream', 'fields', 'prettyPrint']],
    ['bytes', 'get: "/a" response_body: "raw"', ['M', 'M'], ['altMedia', 'prettyPrint']],
    ['a list of text', 'get: "/a" response_body: "tags"', ['M', 'M'], ['alt', 'prettyPrint']],
    [
      'a message without fields',
      'post: "/a" body: "*"',
      ['M', 'google.protobuf.Empty'],
      ['alt', 'prettyPrint'],
    ],
    ['a value of any kind', 'get: "/a"', ['M', 'google.protobuf.Struct'], ['alt', 'prettyPrint']],
  ])('of %s', (_what, rule, types, expected) => {
    expect(refsOf(operation(rule, {}, types))).toEqual(expected);
  });

  test('are components, spelled so that no field is in their way', () => {
    const document = documentOf(
      `service S { rpc Do(M) returns (M) { option (google.api.http) = { get: "/a" }; } } ${MESSAGES}`,
    );
    const parameters = at(document, 'components', 'parameters') as JsonObject;
    expect(
      Object.entries(parameters).map(([key, value]) => [key, at(value, 'name'), at(value, 'in')]),
    ).toEqual([
      ['alt', '$alt', 'query'],
      ['fields', '$fields', 'query'],
      ['prettyPrint', '$prettyPrint', 'query'],
    ]);
    expect(at(parameters, 'alt', 'schema', 'enum')).toEqual(['json', 'json;enum-encoding=int']);
  });
});
