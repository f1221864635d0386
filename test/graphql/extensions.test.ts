// Extensions of proto2 messages (option `extensions`). Source: graphql reference, section 3.3.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { GraphSettings } from '../../core/graph-settings.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { printSdl } from '../../schema/graphql/type-definitions.ts';
import { type Served, serve, unary } from './door.ts';
import { compile, operationsOf } from './sources.ts';

const files = compile({
  'shop.proto': `
    syntax = "proto2";
    package shop.v1;
    service Shop { rpc GetItem(GetItemRequest) returns (Box) { option idempotency_level = NO_SIDE_EFFECTS; } }
    message GetItemRequest { optional string name = 1; }
    message Box { optional Item item = 1; }
    message Item { optional string name = 1; optional string title = 2; extensions 100 to 199; }
    message Rating { optional int64 stars = 1; }
    extend Item { optional Rating rating = 100; repeated string labels = 101; }`,
});
const operations = operationsOf('shop', files, ['shop.proto']);
const shown: GraphSettings = { extensions: true };

test('only messages that can be extended have them, and only if that is chosen', () => {
  const sdl = (settings: GraphSettings) =>
    printSdl(buildGraph([{ name: 'shop', operations, settings }]).graph);
  expect(sdl(shown).match(/^ {2}_extensions: .*$/gm)).toEqual(['  _extensions: JSONObject']);
  expect(sdl({})).not.toContain('_extensions');
});

describe('asked for', () => {
  let served: Served | undefined;
  afterEach(async () => {
    await served?.close();
    served = undefined;
  });

  async function ask(query: string, item: object) {
    served = await serve([{ name: 'shop', operations, settings: shown }], (call) =>
      unary(call, { item: { ...item } }),
    );
    return served.query(query);
  }

  const EXTENDED = { name: 'i1', '[shop.v1.rating]': { stars: '5' }, '[shop.v1.labels]': ['new', 'red'] };

  test('they are ProtoJSON by full names, 64-bit integers as text', async () => {
    expect(await ask('{ getItem { item { name _extensions } } }', EXTENDED)).toEqual({
      data: {
        getItem: {
          item: {
            name: 'i1',
            _extensions: { 'shop.v1.rating': { stars: '5' }, 'shop.v1.labels': ['new', 'red'] },
          },
        },
      },
    });
  });

  test('alone, and of a message that holds none: null', async () => {
    expect(await ask('{ getItem { item { _extensions } } }', { name: 'i1' })).toEqual({
      data: { getItem: { item: { _extensions: null } } },
    });
  });
});
