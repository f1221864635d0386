// References by `$id`, and from within schemas that have one: to what was sent, and to nothing else. JSON Schema Core
// 2020-12, sections 8.2 and 9.1; the cases of the test suite of json-schema.org that need no other documents.
import { describe, expect, test } from '@jest/globals';
import type { JsonSchema } from '../../core/http-operation.ts';
import type { JsonValue } from '../../core/json.ts';
import { createSchemaCheck } from '../../translators/http/schema-check.ts';
import { document, type Files, OK, plain, read, readOk, show } from './read.ts';

function withSchemas(schemas: object, files: Files = {}): Files {
  const body = { content: { 'application/json': { schema: { $ref: '#/components/schemas/S' } } } };
  const paths = { '/a': { post: { operationId: 'a', requestBody: body, ...OK } } };
  return { 'api.json': document('3.1', paths, { components: { schemas } }), ...files };
}

function passes(files: Files, value: JsonValue): boolean {
  const { schemas } = readOk(files).document;
  return createSchemaCheck(schemas.get('S') ?? false, schemas, 'request')(value).length === 0;
}

const TEXT = { type: 'string' };
const NUMBER = { type: 'number' };
const property = (schema: object) => ({ properties: { p: schema } });

describe('a reference within a schema that has a name counts from there', () => {
  test.each<[string, object]>([
    [
      'the schema itself',
      { $id: 'https://a.example/s', type: ['object', 'string'], ...property({ $ref: '#' }) },
    ],
    ['a pointer', { $id: 'urn:uuid:deadbeef', ...property({ $ref: '#/$defs/t' }), $defs: { t: TEXT } }],
    ['an anchor', { $id: 's', ...property({ $ref: '#t' }), $defs: { t: { $anchor: 't', ...TEXT } } }],
    [
      'the nearest name',
      {
        $id: 'https://a.example/s',
        $defs: { t: NUMBER },
        ...property({ $id: 'inner', $ref: '#/$defs/t', $defs: { t: TEXT } }),
      },
    ],
    [
      'the file, where the schema has no such place',
      { $id: 's', ...property({ $ref: '#/components/schemas/Text' }) },
    ],
  ])('%s', (_name, schema) => {
    const files = withSchemas({ S: schema, Text: TEXT });
    expect([passes(files, { p: 'text' }), passes(files, { p: 1 })]).toEqual([true, false]);
  });
});

describe('a reference by name leads to the schema that has it', () => {
  const AT = 'https://a.example/schemas/text';
  test.each<[string, object, Files]>([
    ['in full', { S: property({ $ref: AT }), T: { $id: AT, ...TEXT } }, {}],
    [
      'from the name around it',
      { S: { $id: 'https://a.example/schemas/s', ...property({ $ref: 'text' }) }, T: { $id: AT, ...TEXT } },
      {},
    ],
    [
      'by a name that counts from another',
      {
        S: property({ $ref: AT }),
        T: { $id: 'https://a.example/x', $defs: { t: { $id: 'schemas/text', ...TEXT } } },
      },
      {},
    ],
    ['with a pointer', { S: property({ $ref: `${AT}#/$defs/t` }), T: { $id: AT, $defs: { t: TEXT } } }, {}],
    [
      'with an anchor that another schema has, too',
      {
        S: property({ $ref: `${AT}#t` }),
        N: { $anchor: 't', ...NUMBER },
        T: { $id: AT, $defs: { t: { $anchor: 't', ...TEXT } } },
      },
      {},
    ],
    [
      'that is no address',
      { S: property({ $ref: 'urn:example:text' }), T: { $id: 'urn:example:text', ...TEXT } },
      {},
    ],
    [
      'in a file that nothing else leads to',
      { S: property({ $ref: AT }) },
      { 'other/text.json': { $id: AT, ...TEXT } },
    ],
    [
      'among properties that are called as keywords are',
      { S: property({ $ref: AT }), T: { properties: { default: { $id: AT, ...TEXT } } } },
      {},
    ],
    [
      'but a file of that path goes first',
      { S: property({ $ref: 'text.json' }), N: { $id: 'text.json', ...NUMBER } },
      { 'text.json': TEXT },
    ],
  ])('%s', (_name, schemas, more) => {
    const files = withSchemas(schemas, more);
    expect([passes(files, { p: 'text' }), passes(files, { p: 1 })]).toEqual([true, false]);
  });

  test('the names are not in what is made of the document', () => {
    const files = withSchemas({ S: { $id: 'https://a.example/s', ...property({ $ref: '#' }) } });
    const schemas = [...readOk(files).document.schemas] as [string, JsonSchema][];
    expect(plain(schemas)).toEqual([['S', { properties: { p: { $ref: '#/components/schemas/S' } } }]]);
  });
});

describe('what nobody has sent is fetched from nowhere', () => {
  test.each([
    ['a name that nothing has', { S: { $ref: 'https://a.example/none' } }, /leads out of what was sent/],
    [
      'a name in an example',
      { S: { $ref: 'urn:a:b', examples: [{ $id: 'urn:a:b' }] } },
      /leads out of what was sent/,
    ],
    [
      'a name in a constant',
      { S: { $ref: 'urn:a:b' }, T: { const: { $id: 'urn:a:b' } } },
      /leads out of what was sent/,
    ],
    [
      'a path from a name',
      { S: { $id: 'https://a.example/s', ...property({ $ref: '../../etc/passwd' }) } },
      /leads out of the folder/,
    ],
    [
      'a place that a name has not',
      { S: { $ref: 'urn:a:b#/$defs/x' }, T: { $id: 'urn:a:b' } },
      /leads to nothing/,
    ],
  ])('%s', (_name, schemas, message) => {
    const result = read(withSchemas(schemas));
    expect([
      result.ok,
      result.problems
        .filter(({ severity }) => severity === 'error')
        .map(show)
        .join(),
    ]).toEqual([false, expect.stringMatching(message)]);
  });

  test('references that lead nowhere take no time of their own', () => {
    const refs = Array.from({ length: 5_000 }, (_, n) => ({ $ref: `https://a.example/none/${n}` }));
    const filler = { $id: 'urn:a:b', enum: Array.from({ length: 9_000 }, (_, n) => `value ${n}`.repeat(20)) };
    const startedAt = process.cpuUsage();
    expect(read(withSchemas({ S: { allOf: refs } }, { 'big.json': filler })).ok).toBe(false);
    expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(5_000);
  });
});

describe('names within names', () => {
  /** Each name counts from the one outside of it. */
  const nested = (id: string, inner: object): object =>
    Array.from({ length: 150 }).reduce<object>((schema) => ({ $id: id, not: schema }), inner);

  test('are put together once each, however many are inside', () => {
    const leaves = Array.from({ length: 15_000 }, () => ({ $id: 'x' }));
    const startedAt = process.cpuUsage();
    const files = withSchemas({ S: { $ref: 'urn:a:b' }, T: nested('a/', { anyOf: leaves }) });
    expect(read(files).ok).toBe(false);
    expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(3_000);
  });

  test('that grow beyond measure are nobody’s', () => {
    const [short, long] = [20, 40].map((length) => `${'a'.repeat(length)}/`);
    const ref = (id = ''): object => ({ $ref: `https://a.example/${id.repeat(150)}x` });
    const outcome = (id = ''): boolean =>
      read(
        withSchemas({ S: ref(id), T: { $id: 'https://a.example/', not: nested(id, { $id: 'x', ...TEXT }) } }),
      ).ok;
    expect([outcome(short), outcome(long)]).toEqual([true, false]);
  });

  test('of files whose paths are no text are names of nothing', () => {
    const files = withSchemas({ S: { $ref: 'urn:a:b' } }, { '\ud800.json': { $id: 'x' } });
    expect(read(files).ok).toBe(false);
  });
});

test('a dynamic reference is a plain one, and a warning says so', () => {
  const files = withSchemas({ S: property({ $dynamicRef: '#t' }), T: { $dynamicAnchor: 't', ...TEXT } });
  expect([passes(files, { p: 'text' }), passes(files, { p: 1 })]).toEqual([true, false]);
  expect(readOk(files).problems.map(show)).toContainEqual(
    expect.stringMatching(
      /warning schema: #\/components\/schemas\/S\/properties\/p: \$dynamicRef is read as \$ref/,
    ),
  );
});
