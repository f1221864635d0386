// Plans held equal to graphql-js over the real demo servers, gRPC and HTTP, with joins both ways and upstreams that
// fail. `SEED=7 DOCUMENTS=1000` asks for others, or for more; `test/graphql/fuzz-plans.ts` goes on for as long as one likes.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compareWorlds, demoCase } from './demo-documents.ts';
import { startWorld, type World } from './demo-worlds.ts';
import type { Asked } from './plan-oracle.ts';

const SEED = Number(process.env.SEED ?? 20260104);
const DOCUMENTS = Number(process.env.DOCUMENTS ?? 120);

let planned: World;
let oracle: World;

beforeAll(async () => {
  planned = await startWorld({ plans: true });
  oracle = await startWorld({ plans: false });
});
afterAll(async () => {
  await planned?.close();
  await oracle?.close();
});

describe('documents written by hand', () => {
  test.each<[what: string, asked: Asked]>([
    [
      'books, their authors and their reviews, and back',
      {
        query: `{ books(pageSize: 20) { books { title authorResource { displayName }
          reviews { id reader { displayName } bookResource { name related: relatedBooksResources { name } } } } } }`,
      },
    ],
    [
      'fragments, conditions and members of unions',
      {
        query: `query ($deep: Boolean!, $short: Boolean!) { books(pageSize: 30) { books { ...B @include(if: $deep) name
          acquisition { __typename ... on BookPurchase { seller } ... on BookExchangedWith { value } ...D @skip(if: $short) } } } }
          fragment B on Book { title labels { key value } attributes dimensions { heightMm ...H } }
          fragment D on BookDonation { donor anonymous } fragment H on BookDimensions { widthMm }`,
        variables: { deep: true, short: false },
      },
    ],
    [
      'what is not there',
      { query: '{ a: book(name: "books/nope") { title } b: book(name: "books/b2") { title subtitle } }' },
    ],
    [
      'a mutation, and what is true after it',
      {
        query: `mutation { a: archiveBook(name: "books/b1") { state } b: archiveBook(name: "books/b1") { state } c: archiveBook(name: "books/none") { state } }`,
      },
    ],
    [
      'a subscription',
      {
        query:
          'subscription { watchBooks(count: 3, interval: "0.001s") { sequence event book { title authorResource { displayName } } } }',
      },
    ],
  ])('%s', async (_what, asked) => {
    const one = { number: 0, asked: { variables: {}, ...asked }, steering: () => [] };
    const { planned: own, oracle: expected } = await compareWorlds(planned, oracle, one);
    expect(own).toEqual(expected);
    expect(own).toEqual(own.map(() => expect.objectContaining({ data: expect.stringContaining('{') })));
  });
});

test(`${DOCUMENTS} documents from seed ${SEED} are answered as graphql-js answers them`, async () => {
  const seen = { data: 0, errors: 0 };
  for (let number = 0; number < DOCUMENTS; number++) {
    const one = demoCase(planned.graph, SEED, number);
    const { planned: own, oracle: expected } = await compareWorlds(planned, oracle, one);
    expect({ asked: one.asked, results: own }).toEqual({ asked: one.asked, results: expected });
    const [first] = own as readonly { data?: string; errors?: readonly string[] }[];
    seen.data += Number(first?.data !== undefined);
    seen.errors += Number(first?.errors !== undefined);
  }
  expect(seen.data).toBeGreaterThan(DOCUMENTS * 0.6);
  expect(seen.errors).toBeGreaterThan(DOCUMENTS * 0.1);
});
