// Documents that want to cost more than they are worth: each is shown as far as it goes, and in little time.
import { describe, expect, test } from '@jest/globals';
import { buildGraph } from '../../../schema/graphql/build-graph.ts';
import { operationsOf } from './document.ts';

type Schemas = Record<string, unknown>;

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

function graphOf(schemas: Schemas) {
  const content = JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Hostile', version: '1' },
    paths: {
      '/a': {
        get: {
          operationId: 'a',
          responses: { 200: { description: 'a', content: { 'application/json': { schema: ref('Thing') } } } },
        },
      },
    },
    components: { schemas },
  });
  return buildGraph([{ name: 'api', operations: operationsOf('api', content) }]);
}

function chain(length: number, step: (next: object) => object): Schemas {
  const schemas: Schemas = { Thing: ref('A0') };
  for (let index = 0; index < length; index++) schemas[`A${index}`] = step(ref(`A${index + 1}`));
  schemas[`A${length}`] = { type: 'string' };
  return schemas;
}

/** Each level leads to the next one twice. */
function doubling(levels: number, level: (next: object, index: number) => object, last: object): Schemas {
  const schemas: Schemas = { Thing: ref('A0') };
  for (let index = 0; index < levels; index++) schemas[`A${index}`] = level(ref(`A${index + 1}`), index);
  schemas[`A${levels}`] = last;
  return schemas;
}

const OBJECT = { type: 'object', required: ['z'], properties: { z: { type: 'string' } } };
const merged = (next: object, name: string) => ({
  allOf: [next, { properties: { [name]: { type: 'string' } } }],
});

describe('documents that grow when they are followed', () => {
  test.each<[string, Schemas, number]>([
    [
      'allOf that merges twice at each level',
      doubling(40, (next) => ({ allOf: [{ allOf: [next, {}] }, { allOf: [next, {}] }] }), OBJECT),
      1,
    ],
    [
      'choices of choices',
      doubling(
        30,
        (next, index) => ({
          oneOf: [
            { oneOf: [next] },
            { anyOf: [next, { type: 'object', title: `T${index}`, properties: { [`p${index}`]: {} } }] },
          ],
        }),
        OBJECT,
      ),
      1,
    ],
    [
      'parts without a name that hold themselves',
      { Thing: { type: 'object', properties: { a: merged(ref('Thing'), 'z') } } },
      100,
    ],
    [
      'parts without a name that double',
      doubling(
        30,
        (next) => ({ type: 'object', properties: { a: merged(next, 'b'), c: merged(next, 'd') } }),
        OBJECT,
      ),
      20_001,
    ],
    ['references that lead to references', chain(10_000, (next) => next), 1],
    ['lists of lists', chain(10_000, (items) => ({ type: 'array', items })), 1],
    [
      'entries of entries',
      chain(10_000, (additionalProperties) => ({ type: 'object', additionalProperties })),
      30,
    ],
    ['objects in objects', chain(10_000, (next) => ({ type: 'object', properties: { next } })), 10_000],
  ])('%s', (_name, schemas, most) => {
    const { graph, problems } = graphOf(schemas);
    expect(graph.queries.map(({ name }) => name)).toEqual(['a']);
    expect(graph.types.size).toBeLessThanOrEqual(most);
    expect(problems.length).toBeLessThanOrEqual(101);
    expect(problems.every(({ severity }) => severity === 'note')).toBe(true);
  });
});
