// An entry of the overlay that matches nothing, or asks for what its thing cannot have, is a problem at its place.
// Source: graphql reference, section 3.6.
import { describe, expect, test } from '@jest/globals';
import type { GraphSettings } from '../../core/graph-settings.ts';
import { parseGraphSettings } from '../../gateway/config/graph-settings.ts';
import { checkOverlay } from '../../schema/graphql/check-overlay.ts';
import { compile, operationsOf, proto3 } from './sources.ts';

const files = compile({
  'shop.proto': proto3(
    `service Shop {
      rpc GetItem(GetItemRequest) returns (Item);
      rpc Watch(GetItemRequest) returns (stream Item);
    }
    message GetItemRequest { string name = 1; google.protobuf.FieldMask read_mask = 2; }
    message Item { string name = 1; optional string title = 2; oneof owner { string person = 3; int32 shelf = 4; } State state = 5; google.protobuf.FieldMask seen = 6; }
    message Unused { string name = 1; }
    enum State { STATE_UNSPECIFIED = 0; STATE_NEW = 1; }`,
    'shop.v1',
  ),
});
const operations = operationsOf('shop', files, ['shop.proto']);

const check = (overlay: GraphSettings['overlay'], prefix?: string) =>
  checkOverlay('shop', { ...(overlay && { overlay }), ...(prefix !== undefined && { prefix }) }, operations);

test('what every kind of thing can have is taken', () => {
  const common = { rename: 'Other', hide: true };
  expect(
    check({
      'shop.v1.Item': common,
      'shop.v1.Item.title': { ...common, nonNull: true },
      'shop.v1.Item.owner': { ...common, nonNull: true, oneof: 'fields' },
      'shop.v1.State': common,
      'shop.v1.State.STATE_NEW': common,
      'shop.v1.Shop': { hide: true },
      'shop.v1.Shop.GetItem': { ...common, effect: 'query', cost: 2 },
      'shop.v1.GetItemRequest.read_mask': { expose: true },
    }),
  ).toEqual([]);
});

describe('refused', () => {
  test.each<[key: string, entry: object, member: string | undefined, message: string]>([
    [
      'shop.v1.Itm',
      { hide: true },
      undefined,
      '"shop.v1.Itm" is nothing that this service shows in GraphQL; an entry is named by the full name of a message, field, oneof, enum, service or method, or as package.Enum.VALUE',
    ],
    [
      'shop.v1.Shop/GetItem',
      { hide: true },
      undefined,
      '"shop.v1.Shop/GetItem" is nothing that this service shows in GraphQL; did you mean shop.v1.Shop.GetItem?',
    ],
    [
      'Item',
      { hide: true },
      undefined,
      '"Item" is nothing that this service shows in GraphQL; did you mean shop.v1.Item?',
    ],
    [
      'shop.v1.STATE_NEW',
      { hide: true },
      undefined,
      '"shop.v1.STATE_NEW" is nothing that this service shows in GraphQL; did you mean shop.v1.State.STATE_NEW?',
    ],
    [
      // proto3 makes such a oneof for `optional`; nobody wrote it.
      'shop.v1.Item._title',
      { hide: true },
      undefined,
      '"shop.v1.Item._title" is nothing that this service shows in GraphQL; an entry is named by the full name of a message, field, oneof, enum, service or method, or as package.Enum.VALUE',
    ],
    [
      'shop.v1.Item',
      { effect: 'query' },
      'effect',
      'effect is not for a message, which shop.v1.Item is; it takes rename, hide',
    ],
    [
      'shop.v1.Shop.GetItem',
      { nonNull: true },
      'nonNull',
      'nonNull is not for a method, which shop.v1.Shop.GetItem is; it takes rename, hide, effect, cost, stream, limit',
    ],
    [
      'shop.v1.Shop.Watch',
      { effect: 'mutation' },
      'effect',
      'shop.v1.Shop.Watch streams, and a stream is a subscription whatever it does',
    ],
    ['shop.v1.Item.seen', { expose: true }, 'expose', 'shop.v1.Item.seen is no FieldMask of a request'],
    [
      'shop.v1.GetItemRequest.name',
      { expose: false },
      'expose',
      'shop.v1.GetItemRequest.name is no FieldMask of a request',
    ],
    ...['__item', '2nd', 'a-b', ''].map((name): [string, object, string, string] => [
      'shop.v1.Item',
      { rename: name },
      'rename',
      `${JSON.stringify(name)} is no GraphQL name; letters, digits and _ are, no digit first, no __ in front`,
    ]),
    [
      'shop.v1.State.STATE_NEW',
      { rename: 'true' },
      'rename',
      '"true" is no GraphQL name; letters, digits and _ are, no digit first, no __ in front',
    ],
  ])('%s with %j', (key, entry, member, message) => {
    const path = `services.shop.graphql.overlay[${JSON.stringify(key)}]${member === undefined ? '' : `.${member}`}`;
    expect(check({ [key]: entry })).toEqual([{ severity: 'error', rule: 'graphql-overlay', message, path }]);
  });

  test('a prefix that can begin no name', () => {
    expect(check(undefined, 'my-shop')).toEqual([
      {
        severity: 'error',
        rule: 'graphql-overlay',
        message: 'graphql.prefix must be letters and digits, a letter first, 64 at most',
        path: 'services.shop.graphql.prefix',
      },
    ]);
  });
});

describe('a file of choices', () => {
  test('knows where each entry stands', () => {
    const text = ['prefix: Shop', 'overlay:', '  shop.v1.Item:', '    rename: Ware', '    hide: true'].join(
      '\n',
    );
    const reading = parseGraphSettings(text, { path: 'graph.yaml', service: 'shop' });
    expect(reading.problems).toEqual([]);
    const { settings, places } = reading.ok ? reading.value : { settings: undefined, places: new Map() };
    expect(settings).toEqual({ prefix: 'Shop', overlay: { 'shop.v1.Item': { rename: 'Ware', hide: true } } });
    expect(Object.fromEntries(places)).toEqual({
      'services.shop.graphql.prefix': { path: 'graph.yaml', line: 1, column: 9 },
      'services.shop.graphql.overlay["shop.v1.Item"]': { path: 'graph.yaml', line: 3, column: 3 },
      'services.shop.graphql.overlay["shop.v1.Item"].rename': { path: 'graph.yaml', line: 4, column: 5 },
      'services.shop.graphql.overlay["shop.v1.Item"].hide': { path: 'graph.yaml', line: 5, column: 5 },
    });
  });

  test('may be JSON', () => {
    const reading = parseGraphSettings('{"maps": "json"}', { path: 'graph.json', service: 'shop' });
    expect(reading.ok && reading.value.settings).toEqual({ maps: 'json' });
  });

  test('is refused with every fault at its line and column', () => {
    const text = [
      'prefx: Shop',
      'overlay:',
      '  shop.v1.Item: { effect: read-only }',
      '  shop.v1.Shop: 5',
    ].join('\n');
    const { ok, problems } = parseGraphSettings(text, { path: 'graph.yaml', service: 'shop' });
    expect(ok).toBe(false);
    expect(problems.map(({ line, column, message }) => `${line}:${column}: ${message}`)).toEqual([
      '1:1: unknown key "prefx"; did you mean "prefix"?',
      '3:27: overlay.shop.v1.Item.effect must be query, mutation, read, idempotent or write, found "read-only"',
      '4:17: overlay.shop.v1.Shop must be a mapping with rename, hide, effect, nonNull, expose, oneof, cost, join, stream and limit, found 5',
    ]);
  });
});
