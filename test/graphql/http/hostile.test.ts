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

const numbered = (count: number): string[] => Array.from({ length: count }, (_, n) => `v${n}`);

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
    [
      'choices of scalars that come to one, ten times at each level',
      doubling(
        12,
        (next, index) => ({
          oneOf: Array.from({ length: 10 }, (_, n) => ({
            allOf: [next, { maxLength: 100 + n, title: `T${index}-${n}` }],
          })),
        }),
        { type: 'string' },
      ),
      1,
    ],
    [
      'choices of merged objects, ten times at each level',
      doubling(
        12,
        (next, index) => ({
          oneOf: Array.from({ length: 10 }, (_, n) => merged(next, `p${index}x${n}`)),
        }),
        OBJECT,
      ),
      1,
    ],
    [
      'two choices of twenty beside each other, twenty times over',
      {
        Thing: {
          allOf: Array.from({ length: 20 }, (_, one) => ({
            oneOf: Array.from({ length: 20 }, (__, two) => ({
              type: 'object',
              required: [`p${one}x${two}`],
              properties: { [`p${one}x${two}`]: { const: 'x' } },
            })),
          })),
        },
      },
      1,
    ],
    [
      'enums of ten thousand values that are merged',
      {
        Thing: {
          type: 'object',
          properties: {
            it: {
              allOf: [{ enum: numbered(10_000) }, { enum: numbered(10_000).toReversed() }],
            },
          },
        },
      },
      2,
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

describe('names that GraphQL does not know', () => {
  const han = Array.from({ length: 3_000 }, (_, n) => String.fromCodePoint(0x4e00 + n));

  test('enum values without a letter of ASCII are told apart, and mapped back', () => {
    const { graph } = graphOf({
      Thing: { type: 'object', properties: { it: { type: 'string', enum: han } } },
    });
    const type = graph.types.get('ThingIt');
    const values = type?.kind === 'enum' ? type.values : [];
    expect(values.map(({ protoName }) => protoName)).toEqual(han);
    expect(new Set(values.map(({ name }) => name)).size).toBe(han.length);
    expect(values.slice(0, 3).map(({ name }) => name)).toEqual(['_', '_2', '_3']);
  });

  test('so are properties and components', () => {
    const { graph } = graphOf({
      Thing: {
        type: 'object',
        properties: Object.fromEntries(han.map((name) => [name, ref(name)])),
      },
      ...Object.fromEntries(han.map((name) => [name, OBJECT])),
    });
    const type = graph.types.get('Thing');
    const fields = type?.kind === 'object' ? type.fields : [];
    expect(fields).toHaveLength(han.length);
    expect(graph.types.size).toBe(han.length + 1);
    for (const name of [...graph.types.keys(), ...fields.map((field) => field.name)]) {
      expect(name).toMatch(/^(?!__)[A-Za-z_][A-Za-z0-9_]*$/);
    }
  });
});
