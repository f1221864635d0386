// The joins that docs/graphql.md declares, over the demo services.
import { expect, test } from '@jest/globals';
import type { GatewayConfig } from '../../gateway/config/gateway-config.ts';
import { parseConfig } from '../../gateway/config/load-config.ts';
import { joinedFields } from '../../registry/joined-fields.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { compile, demoSource, operationsOf } from '../graphql/sources.ts';
import { read, section } from './markdown.ts';

test('what docs/graphql.md declares is there, and the N+1 report of it', async () => {
  const [, yaml = ''] =
    /```yaml\n(joins:[\s\S]*?)```/.exec(section(read('docs/graphql.md'), 2, 'Joins')) ?? [];
  const result = await parseConfig(yaml, { env: {} });
  expect(result.problems).toEqual([]);
  const { joins } = (result as { value: GatewayConfig }).value;
  const sources = ['library', 'inventory', 'users', 'orders'].map((name) => {
    const path = `${name}/v1/${name}.proto`;
    return { name, operations: operationsOf(name, compile(demoSource(path)), [path]) };
  });
  const { graph, problems } = buildGraph(sources, joins);
  expect(problems.filter(({ severity }) => severity !== 'note')).toEqual([]);
  expect(problems.filter(({ rule }) => rule === 'join-cost').map(({ message }) => message)).toEqual([
    expect.stringMatching(/^User\.orders: no BatchGet, up to N calls/),
  ]);
  expect(joinedFields(graph).map(({ name, join }) => `${name} ${join.operation.name} ${join.form}`)).toEqual([
    'Book.authorResource BatchGetAuthors batch',
    'Book.relatedBooksResources BatchGetBooks batch',
    'Book.stock BatchGetStock batch',
    'Order.buyer BatchGetUsers batch',
    'OrderLine.bookResource BatchGetBooks batch',
    'User.orders ListOrders single',
  ]);
});
