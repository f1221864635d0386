// Values where a service chose another form or name: what the upstream reads and what the client gets is the same
// message as without. Source: graphql reference, sections 2, 3.1 and 3.6.
import { afterEach, describe, expect, test } from '@jest/globals';
import { buildASTSchema, printType } from 'graphql';
import type { GraphSettings } from '../../core/graph-settings.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { typeDefinitions } from '../../schema/graphql/type-definitions.ts';
import { requestOf, type Served, serve, unary } from './door.ts';
import { compile, operationsOf, proto3 } from './sources.ts';

const files = compile({
  'shop.proto': proto3(
    `service Shop { rpc Echo(Item) returns (Item) { option idempotency_level = NO_SIDE_EFFECTS; } }
     enum State { STATE_UNSPECIFIED = 0; STATE_NEW = 1; STATE_OLD = 2; }
     message Part { string name = 1; }
     message Item {
       string display_name = 1;
       oneof owner { string person = 2; int64 shelf = 3; Part part = 4; }
       map<string, int64> counts = 5;
       map<int32, State> states = 6;
       map<string, Part> parts = 7;
       State state = 8;
     }`,
    'shop.v1',
  ),
});
const operations = operationsOf('shop', files, ['shop.proto']);

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

/** The one root field's value, and what the upstream read. */
async function ask(settings: GraphSettings, query: string, reply?: JsonValue) {
  served = await serve([{ name: 'shop', operations, settings }], (call) =>
    unary(call, reply ?? requestOf(call)),
  );
  const { data, errors } = await served.query(query);
  const [call] = served.calls;
  return {
    errors,
    found: Object.values(data ?? {})[0] as JsonObject | null,
    sent: call === undefined ? undefined : requestOf(call),
  };
}

describe('maps: json', () => {
  test('go in and come out as ProtoJSON has them', async () => {
    const { errors, found, sent } = await ask(
      { maps: 'json' },
      '{ echo(counts: {a: "9223372036854775807"}) { counts } }',
    );
    expect([errors, found, sent]).toEqual([
      undefined,
      { counts: { a: '9223372036854775807' } },
      { counts: { a: '9223372036854775807' } },
    ]);
  });

  test('without entries is an empty object, as lists are empty', async () => {
    const { found } = await ask({ maps: 'json' }, '{ echo { counts states parts { key } } }', {});
    expect(found).toEqual({ counts: {}, states: {}, parts: [] });
  });

  test('values of enums have their proto names, keys are text', async () => {
    const { found } = await ask({ maps: 'json' }, '{ echo { states } }', { states: { '-1': 'STATE_OLD' } });
    expect(found).toEqual({ states: { '-1': 'STATE_OLD' } });
  });
});

describe('renamed', () => {
  const overlay = {
    'shop.v1.Item.display_name': { rename: 'title' },
    'shop.v1.Item.owner': { rename: 'holder' },
    'shop.v1.Item.shelf': { rename: 'place' },
    'shop.v1.State.STATE_NEW': { rename: 'FRESH' },
    'shop.v1.Shop.Echo': { rename: 'mirror' },
  };

  test('things are what they were to the upstream', async () => {
    const { errors, found, sent } = await ask(
      { overlay },
      '{ mirror(title: "t", holder: {place: 7}, state: FRESH, states: [{key: 1, value: FRESH}]) { title state states { key value } holder { ... on ItemShelf { value } } } }',
    );
    expect(errors).toBeUndefined();
    expect(found).toEqual({
      title: 't',
      state: 'FRESH',
      states: [{ key: 1, value: 'FRESH' }],
      holder: { value: '7' },
    });
    expect(sent).toEqual({
      displayName: 't',
      shelf: '7',
      state: 'STATE_NEW',
      states: { '1': 'STATE_NEW' },
    });
  });
});

describe('oneof: fields', () => {
  const settings: GraphSettings = { overlay: { 'shop.v1.Item.owner': { oneof: 'fields' } } };

  test('the member that is set has its value, the others are null; a set zero is a zero', async () => {
    const { found } = await ask(settings, '{ echo { person shelf part { name } } }', { shelf: '0' });
    expect(found).toEqual({ person: null, shelf: '0', part: null });
  });

  test('one member goes in', async () => {
    const { sent } = await ask(settings, '{ echo(part: {name: "p"}) { person } }');
    expect(sent).toEqual({ part: { name: 'p' } });
  });

  test('two members are refused when the message is written, before it leaves', async () => {
    let written = 0;
    served = await serve([{ name: 'shop', operations, settings }], (call) => {
      const request = requestOf(call);
      written += 1;
      return unary(call, request);
    });
    const { errors } = await served.query('{ echo(person: "a", shelf: 1) { person } }');
    expect(errors?.map(({ message, extensions }) => [extensions.code, message])).toEqual([
      ['INVALID_ARGUMENT', 'shelf: only one of person and shelf may be set'],
    ]);
    expect(written).toBe(0);
  });
});

test('a hidden value of an enum is null, as an unknown one is', async () => {
  const settings: GraphSettings = { overlay: { 'shop.v1.State.STATE_OLD': { hide: true } } };
  const { errors, found } = await ask(settings, '{ echo { state } }', { state: 'STATE_OLD' });
  expect([errors, found]).toEqual([undefined, { state: null }]);
});

test('a hidden member of a oneof that is set leaves the oneof null', async () => {
  const settings: GraphSettings = { overlay: { 'shop.v1.Item.person': { hide: true } } };
  const { errors, found } = await ask(settings, '{ echo { owner { __typename } displayName } }', {
    person: 'a',
  });
  expect([errors, found]).toEqual([undefined, { owner: null, displayName: '' }]);
});

test('what is nonNull and null all the same takes its parent with it, with an error at its path', async () => {
  const settings: GraphSettings = { overlay: { 'shop.v1.Item.state': { nonNull: true } } };
  const { errors, found } = await ask(settings, '{ echo { displayName state } }', {});
  expect(found).toBeNull();
  expect(errors?.map(({ path }) => path)).toEqual([['echo', 'state']]);
});

test('editions: LEGACY_REQUIRED is never null, explicit presence may be, implicit is its default; delimited messages are messages', () => {
  const text = [
    'edition = "2023"; package e.v1;',
    'service S { rpc GetThing(Q) returns (Thing); }',
    'message Q { string id = 1; }',
    'message Thing {',
    '  string must = 1 [features.field_presence = LEGACY_REQUIRED];',
    '  string may = 2;',
    '  int32 plain = 3 [features.field_presence = IMPLICIT];',
    '  Q inner = 4 [features.message_encoding = DELIMITED];',
    '}',
  ].join('\n');
  const source = { name: 'e', operations: operationsOf('e', compile({ 'e.proto': text }), ['e.proto']) };
  const type = buildASTSchema(typeDefinitions(buildGraph([source]).graph)).getType('Thing');
  expect(type && printType(type)).toBe(
    'type Thing {\n  must: String!\n  may: String\n  plain: Int!\n  inner: Q\n}',
  );
});
