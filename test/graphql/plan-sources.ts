// What plans are tested with: every kind of value there is, and the demo services.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GraphSource } from '../../schema/graphql/build-graph.ts';
import { compile, demoSource, operationsOf, ROOT } from './sources.ts';

/** Compiles; call it once per file. */
export function everythingSources(): readonly GraphSource[] {
  const everything = 'every/v1/everything.proto';
  const library = 'library/v1/library.proto';
  const orders = 'orders/v1/orders.proto';
  const files = compile({
    [everything]: readFileSync(join(ROOT, 'test/fixtures/graphql/everything.proto'), 'utf8'),
    ...demoSource(library),
    ...demoSource(orders),
  });
  return [
    { name: 'everything', operations: operationsOf('everything', files, [everything]) },
    { name: 'library', operations: operationsOf('library', files, [library]) },
    { name: 'orders', operations: operationsOf('orders', files, [orders]) },
  ];
}
