// Names and formats that nobody knows: served as they are, one listed warning for all of a kind.
// Sources: OpenAPI 3.1.1, "Components Object"; the Format Registry (spec.openapis.org/registry/format).
import { describe, expect, test } from '@jest/globals';
import { document, OK, type read, readOk, show } from './read.ts';

const remarksOf = (files: Parameters<typeof read>[0], rule: string): string[] =>
  readOk(files)
    .problems.filter((problem) => problem.rule === rule)
    .map(show);
const GET = { get: { operationId: 'a', ...OK } };
const withSchemas = (schemas: object, version = '3.1') =>
  document(
    version,
    { '/a': GET },
    version === '2.0' ? { definitions: schemas } : { components: { schemas } },
  );

describe('formats', () => {
  test('nobody knows are named once, with line, column and how often they are given', () => {
    const text = `openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /a/{n}:
    get:
      operationId: a
      parameters:
        - {name: n, in: path, required: true, schema: {type: integer, format: int7}}
      responses: {200: {description: ok}}
components:
  schemas:
    S:
      type: object
      properties:
        a: {type: string, format: flurb}
        b: {type: string, format: flurb}
        c: {$ref: '#/components/schemas/T'}
        d: {$ref: '#/components/schemas/T'}
    T:
      type: string
      format: flurb
`;
    expect(remarksOf({ 'a.yaml': text }, 'format')).toEqual([
      'a.yaml:8:71 warning format: #/paths/~1a~1{n}/get/parameters/0/schema/format: nobody knows the format "int7", it is ignored',
      'a.yaml:15:27 warning format: #/components/schemas/S/properties/a/format: nobody knows the format "flurb", it is ignored; it is given 3 times, here first',
    ]);
  });

  test('of the parameters of 2.0, too, and once for a parameter that many operations share', () => {
    const parameters = { p: { name: 'p', in: 'query', type: 'string', format: 'odd' } };
    const operation = { ...OK, parameters: [{ $ref: '#/parameters/p' }] };
    const paths = {
      '/a': { get: { operationId: 'a', ...operation }, put: { operationId: 'b', ...operation } },
    };
    expect(remarksOf({ 'a.json': document('2.0', paths, { parameters }) }, 'format')).toEqual([
      expect.stringMatching(/#\/parameters\/p\/format: nobody knows the format "odd", it is ignored$/),
    ]);
  });

  test.each([
    ...['int32', 'int64', 'float', 'double', 'byte', 'binary', 'date', 'date-time', 'password', 'uuid'],
    ...['email', 'uri', 'ipv6', 'regex', 'decimal', 'unixtime', 'media-range', 'uint64', 'sf-token'],
  ])('%s is known', (format) => {
    const schemas = { S: { type: 'string', format } };
    expect(remarksOf({ 'a.json': withSchemas(schemas) }, 'format')).toEqual([]);
  });

  test.each([7, null, {}, ['x']])('%j is no format at all', (format) => {
    expect(remarksOf({ 'a.json': withSchemas({ S: { type: 'string', format } }) }, 'format')).toEqual([]);
  });

  test('a property called format is none', () => {
    const schemas = { S: { properties: { format: { type: 'string', enum: ['flurb'] } } } };
    expect(remarksOf({ 'a.json': withSchemas(schemas) }, 'format')).toEqual([]);
  });

  test('beyond twenty are counted', () => {
    const schemas = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, index) => [`S${index}`, { type: 'string', format: `f${index}` }]),
    );
    const found = remarksOf({ 'a.json': withSchemas(schemas) }, 'format');
    expect(found).toHaveLength(21);
    expect(found.at(-1)).toMatch(
      /S20\/format: 2980 more formats that nobody knows are ignored, this is the first$/,
    );
  });
});

describe('names', () => {
  test.each(['3.0', '3.1', '3.2'])('of components of %s with other characters are served', (version) => {
    const schemas = { 'My Type<x>': { type: 'string' }, ok_1: { type: 'string' }, é: { type: 'string' } };
    const files = { 'a.json': withSchemas(schemas, version) };
    expect(readOk(files).problems.map(show)).toEqual([
      expect.stringMatching(
        /^a\.json:1:\d+ warning name: #\/components\/schemas\/My Type<x>: "My Type<x>" has other characters than .*; so do 1 more: "é"$/,
      ),
    ]);
    expect([...readOk(files).document.schemas.keys()]).toEqual(['My Type<x>', 'ok_1', 'é']);
  });

  test('of definitions of 2.0 may have any', () => {
    expect(readOk({ 'a.json': withSchemas({ 'Page«Pet»': {} }, '2.0') }).problems).toEqual([]);
  });

  test('many of them are one warning with examples', () => {
    const schemas = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`a b ${index}`, {}]));
    expect(remarksOf({ 'a.json': withSchemas(schemas) }, 'name')).toEqual([
      expect.stringMatching(/"a b 0" has .*; so do 499 more: "a b 1", "a b 2", "a b 3", …$/),
    ]);
  });

  test.each([
    ['get thing/é', 1],
    ['a<b>', 1],
    ['repos/get-by.id:v1', 0],
  ])('the operationId %s is used, with %d warnings', (operationId, count) => {
    const files = { 'a.json': document('3.1', { '/a': { get: { operationId, ...OK } } }) };
    expect(readOk(files).operations.map(({ name }) => name)).toEqual([operationId]);
    expect(remarksOf(files, 'name')).toEqual(
      Array.from({ length: count }, () =>
        expect.stringContaining(`#/paths/~1a/get/operationId: ${JSON.stringify(operationId)} has characters`),
      ),
    );
  });
});

describe('schemas that references find without a name of their own', () => {
  const answer = (schema: object) => ({ description: 'ok', content: { 'application/json': { schema } } });
  const namesOf = (refs: readonly string[], rest: { paths?: object; components?: object }) => {
    const properties = Object.fromEntries(refs.map(($ref, index) => [`p${index}`, { $ref }]));
    const paths = {
      ...rest.paths,
      '/z': { get: { responses: { 200: answer({ type: 'object', properties }) } } },
    };
    const { document: head } = readOk({
      'a.json': document('3.1', paths, { components: rest.components ?? {} }),
    });
    return [...head.schemas.keys()];
  };
  const owner = { type: 'object', properties: { name: { type: 'string' } } };

  test('are called by the way there from what has a name, and never by their number', () => {
    const pet = answer({
      type: 'object',
      properties: { owner, tags: { type: 'array', items: { allOf: [owner] } } },
    });
    const operation = {
      parameters: [{ name: 'q', in: 'query', schema: { type: 'integer', enum: [1] } }],
      requestBody: { content: { 'application/json': { schema: owner } } },
      responses: { 200: pet, 404: answer(owner) },
    };
    const names = namesOf(
      [
        '#/paths/~1pets~1{id}/put/responses/200/content/application~1json/schema',
        '#/paths/~1pets~1{id}/put/responses/404/content/application~1json/schema',
        '#/paths/~1pets~1{id}/put/requestBody/content/application~1json/schema',
        '#/paths/~1pets~1{id}/put/parameters/0/schema',
        '#/paths/~1pets~1{id}/put/responses/200/content/application~1json/schema/properties/owner',
        '#/paths/~1pets~1{id}/put/responses/200/content/application~1json/schema/properties/tags/items/allOf/0',
        '#/paths/~1toys/get/responses/200/content/application~1json/schema',
        '#/paths/~1toys/get/responses/200/content/application~1json/schema/properties/owner',
        '#/paths/~1/get/responses/200/content/application~1json/schema',
      ],
      {
        paths: {
          '/pets/{id}': { put: { ...operation, parameters: [...operation.parameters] } },
          '/': { get: { responses: { 200: answer(owner) } } },
          '/toys': { get: { responses: { 200: answer({ type: 'object', properties: { owner } }) } } },
        },
      },
    );
    expect(names.toSorted()).toEqual([
      'get_response',
      'owner',
      'pets_id_put_parameter',
      'pets_id_put_request',
      'pets_id_put_response',
      'pets_id_put_response404',
      'tags',
      'toys_get_response',
      'toys_get_response_owner',
    ]);
  });

  test('are called as components and definitions are', () => {
    const names = namesOf(
      [
        '#/components/schemas/Pet/properties/tag',
        '#/components/schemas/Pet/$defs/Kind',
        '#/components/schemas/Pet/additionalProperties',
        '#/components/responses/Gone/content/application~1json/schema',
        '#/components/schemas/Pet/properties/0',
      ],
      {
        components: {
          schemas: {
            Pet: {
              type: 'object',
              properties: { tag: owner, 0: owner },
              additionalProperties: owner,
              $defs: { Kind: { type: 'string' } },
            },
          },
          responses: { Gone: answer(owner) },
        },
      },
    );
    expect(names.toSorted()).toEqual(['Gone', 'Kind', 'Pet', 'Pet_0', 'Pet_value', 'tag']);
  });

  test('take no time of their own, however many are called alike or how long a word is', () => {
    const word = `a${'_'.repeat(100_000)}b`;
    const startedAt = process.cpuUsage();
    const names = namesOf(
      [
        `#/components/schemas/Long/properties/${word}`,
        ...Array.from({ length: 10_000 }, (_, index) => `#/components/schemas/Many/oneOf/${index}`),
      ],
      {
        components: {
          schemas: {
            Long: { properties: { [word]: owner } },
            Many: { oneOf: Array.from({ length: 10_000 }, () => owner) },
          },
        },
      },
    );
    expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(5_000);
    expect(names).toContain('Many_10001');
    expect(names).toContain('a');
  });
});
