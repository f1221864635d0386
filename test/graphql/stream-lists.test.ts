// A finite stream as a list (overlay `stream: list`). Source: graphql reference, section 3.4.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { GraphSettings } from '../../core/graph-settings.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { checkOverlay } from '../../schema/graphql/check-overlay.ts';
import { type Answer, type Served, serve, stream } from './door.ts';
import { compile, operationsOf, proto3 } from './sources.ts';

const files = compile({
  'shop.proto': proto3(
    `service Shop {
       rpc ExportItems(ExportRequest) returns (stream Item);
       rpc GetItem(ExportRequest) returns (Item);
     }
     message ExportRequest { string filter = 1; }
     message Item { string name = 1; int64 weight = 2; }`,
    'shop.v1',
  ),
});
const operations = operationsOf('shop', files, ['shop.proto']);
const settings: GraphSettings = { overlay: { 'shop.v1.Shop.ExportItems': { stream: 'list', limit: 3 } } };

test('it is a query, and no subscription', () => {
  const { graph } = buildGraph([{ name: 'shop', operations, settings }]);
  expect([graph.queries.map(({ name }) => name), graph.subscriptions]).toEqual([['exportItems', 'item'], []]);
});

describe('asked for', () => {
  let served: Served | undefined;
  afterEach(async () => {
    await served?.close();
    served = undefined;
  });

  async function ask(answer: Answer) {
    served = await serve([{ name: 'shop', operations, settings }], answer);
    return served.query('{ exportItems(filter: "x") { name weight } }');
  }

  async function* each<T>(values: readonly T[]) {
    yield* values;
  }
  const items = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `i${index}` }));

  test('all messages of the stream are its items, in their order', async () => {
    const { data, errors } = await ask((call) => stream(call, each(items(3))));
    expect([errors, data]).toEqual([
      undefined,
      { exportItems: [0, 1, 2].map((index) => ({ name: `i${index}`, weight: '0' })) },
    ]);
  });

  test('a stream of nothing is an empty list', async () => {
    expect((await ask((call) => stream(call, each([])))).data).toEqual({ exportItems: [] });
  });

  test('one message more than declared is a failure at its path, and the upstream is left', async () => {
    let given = 0;
    let left = false;
    const { data, errors } = await ask((call) =>
      stream(
        call,
        (async function* () {
          try {
            for (const item of items(100)) {
              given += 1;
              yield item;
            }
          } finally {
            left = true;
          }
        })(),
      ),
    );
    expect({ data, errors, given, left }).toMatchObject({
      data: { exportItems: null },
      errors: [
        {
          message:
            'the upstream has more than 3 messages, and a list of them may have no more; ask for less, or subscribe',
          path: ['exportItems'],
          extensions: { code: 'RESOURCE_EXHAUSTED' },
        },
      ],
      given: 4,
      left: true,
    });
  });
});

describe('refused', () => {
  test.each<[string, GraphSettings['overlay'], string, string]>([
    [
      'a list without a limit',
      { 'shop.v1.Shop.ExportItems': { stream: 'list' } },
      'stream',
      'a stream that is a list needs a limit: the most messages it may have',
    ],
    [
      'a list of what does not stream',
      { 'shop.v1.Shop.GetItem': { stream: 'list', limit: 3 } },
      'stream',
      'shop.v1.Shop.GetItem does not answer with a stream',
    ],
    [
      'a limit of no list',
      { 'shop.v1.Shop.ExportItems': { limit: 3 } },
      'limit',
      'limit is for a stream that is a list',
    ],
  ])('%s', (_what, overlay, member, message) => {
    const [key = ''] = Object.keys(overlay ?? {});
    expect(checkOverlay('shop', { ...(overlay && { overlay }) }, operations)).toEqual([
      {
        severity: 'error',
        rule: 'graphql-overlay',
        message,
        path: `services.shop.graphql.overlay["${key}"].${member}`,
      },
    ]);
  });
});
