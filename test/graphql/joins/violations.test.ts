// What the service behind a joined field finds wrong with its request: told at the place of the field, and where it
// speaks of an argument of the client's, by that argument. Source: graphql reference, section 8.
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { GatewayError } from '../../../core/error.ts';
import type { GraphSource } from '../../../schema/graphql/build-graph.ts';
import { type Served, serve } from '../door.ts';
import { answering, declared, settings, shopSources } from './shop.ts';

let sources: readonly GraphSource[];
let served: Served;

beforeAll(() => {
  sources = shopSources();
});
afterEach(() => served?.close());

function wrong(field: string): GatewayError {
  return new GatewayError('invalid_argument', 'that is wrong', {
    source: 'upstream',
    violations: [{ field, description: 'must be less' }],
  });
}

describe.each([
  ['by a plan', '{ orders { orders { tag notes(pageSize: 1000) { notes { text } } } } }'],
  // More combinations of conditions than one document has plans for.
  [
    'by graphql-js',
    `query (${[0, 1, 2, 3, 4].map((n) => `$c${n}: Boolean!`)}) { orders { orders { tag notes(pageSize: 1000) {
      notes { text ${[0, 1, 2, 3, 4].map((n) => `a${n}: text @skip(if: $c${n})`).join(' ')} } } } } }`,
  ],
])('executed %s', (_way, query) => {
  test.each<[field: string, argument: readonly string[] | undefined]>([
    ['page_size', ['pageSize']],
    ['pageSize', ['pageSize']],
    // A key is no argument: it comes from the parent.
    ['about', undefined],
    ['nothing.of.the.kind', undefined],
  ])('a violation of %s names %j', async (field, argument) => {
    served = await serve(
      sources,
      answering({
        ListOrders: () => ({ orders: [{ name: 'orders/1', tag: 'x' }] }),
        ListNotes: () => wrong(field),
      }),
      {
        joins: settings(
          declared({
            on: 'shop.v1.Order',
            field: 'notes',
            call: 'crm.v1.Crm/ListNotes',
            args: { about: 'tag' },
            arguments: ['page_size'],
          }),
        ),
      },
    );
    let errors: unknown;
    for (let bits = 0; bits < 17; bits++) {
      const variables = Object.fromEntries(
        [0, 1, 2, 3, 4].map((n) => [`c${n}`, ((bits >> n) & 1) === 1] as const),
      );
      errors = (await served.query(query, variables)).errors;
    }
    expect(errors).toMatchObject([
      {
        path: ['orders', 'orders', 0, 'notes'],
        message: 'that is wrong',
        extensions: { source: 'upstream' },
      },
    ]);
    const [{ extensions }] = errors as [{ extensions: { violations: unknown } }];
    expect(extensions.violations).toEqual([
      { field, description: 'must be less', ...(argument && { argument }) },
    ]);
  });
});
