// What the document says of a parameter of a stored document is what the gateway takes: each text is judged by both.
import { describe, expect, test } from '@jest/globals';
import { GatewayError } from '../../core/error.ts';
import { operationOf as operationNamed } from '../../gateway/graphql/documents/aggregate.ts';
import { readVariables } from '../../gateway/graphql/documents/read-variables.ts';
import { buildExecutableSchema } from '../../gateway/graphql/executable-schema.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { httpSource } from '../graphql/http/document.ts';
import { aggregate, documentOfAggregates, GRAPH } from './aggregates.ts';
import { at } from './documents.ts';
import { createJudge } from './validators.ts';

/** A service whose numbers have no format: whole numbers that JSON holds exactly. */
const { graph } = buildGraph([
  httpSource({
    paths: `
      /count:
        get:
          operationId: count
          parameters: [{ name: upTo, in: query, schema: { type: integer } }]
          responses: { "200": { description: ok, content: { application/json: { schema: { type: string } } } } }
    `,
  }),
]);
const SOURCES = [
  { schema: buildExecutableSchema(GRAPH), graph: GRAPH, field: 'search', argument: (name: string) => name },
  { schema: buildExecutableSchema(graph), graph, field: 'count', argument: () => 'upTo' },
] as const;

const TEXTS = [
  '',
  '0',
  '1',
  '-1',
  '1.5',
  'true',
  'false',
  'NEW',
  'new',
  'x',
  '9007199254740991',
  '9007199254740993',
  '2147483648',
  '2026-01-02T03:04:05Z',
];

/** A text as generated clients send it: numbers and flags are those of JSON. */
function asJson(text: string, type: unknown): unknown {
  if (type === 'string') return text;
  return /^(?:true|false|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)$/.test(text) ? JSON.parse(text) : text;
}

describe.each([
  ['kind', 'Kind', 0],
  ['least', 'Int64', 0],
  ['limit', 'Int', 0],
  ['rating', 'Float', 0],
  ['open', 'Boolean', 0],
  ['upTo', 'SafeInteger', 1],
] as const)('%s: %s', (name, type, index) => {
  const { schema, graph: own, field, argument } = SOURCES[index];
  const text = `query Q($v: ${type}) { ${field}(${argument(name)}: $v)${index === 0 ? ' { items { title } }' : ''} }`;
  const given = aggregate(text, { template: '/page', variables: { v: 'query.p' } });
  const document = documentOfAggregates([given], own);
  const judge = createJudge(document);
  const place = ['paths', '/page', 'get', 'parameters', '0', 'schema'] as const;
  const told = at(document, ...place, 'type');
  const operation = operationNamed(text, undefined);

  // How large a number of a format is, the judge leaves to the format's name.
  const texts = TEXTS.filter((value) => type !== 'Int' || !(Number(value) >= 2 ** 31));
  test.each(texts)('%j', (value) => {
    const isTaken = ((): boolean => {
      try {
        if (operation === undefined) throw new Error('no operation');
        readVariables(
          given,
          operation,
          { path: new Map(), query: new URLSearchParams({ p: value }), body: undefined },
          schema,
        );
        return true;
      } catch (error) {
        if (error instanceof GatewayError) return false;
        throw error;
      }
    })();
    expect(judge(asJson(value, told), ...place) === '').toBe(isTaken);
  });
});
