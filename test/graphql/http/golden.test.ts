// The demo's reviews as a schema, whole. `UPDATE_GOLDEN=1` writes the file anew; what has changed is read before it is kept.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { buildGraph } from '../../../schema/graphql/build-graph.ts';
import { printSdl } from '../../../schema/graphql/type-definitions.ts';
import { REVIEWS_DOCUMENT } from '../../../upstream-mocks/reviews/reviews.ts';
import { operationsOf } from './document.ts';

const GOLDEN = join(import.meta.dirname, 'reviews.golden.graphql');
const isUpdate = process.env.UPDATE_GOLDEN === '1';

test('the reviews', () => {
  const operations = operationsOf('reviews', readFileSync(REVIEWS_DOCUMENT, 'utf8'));
  const { graph, problems } = buildGraph([{ name: 'reviews', operations }]);
  const text = printSdl(graph);
  if (isUpdate) writeFileSync(GOLDEN, text);
  expect(problems).toEqual([]);
  expect(text).toBe(readFileSync(GOLDEN, 'utf8'));
});
