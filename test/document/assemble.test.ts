// Parts under one roof: names, shared components, order.
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { assembleDocument } from '../../schema/document/assemble.ts';
import type { DocumentPart } from '../../schema/document/document-part.ts';
import { at, partOf } from './documents.ts';

const HEAD = { title: 'All', version: '1' };

function shop(path: string, fields = 'string a = 1; Part part = 2;', part = 'string b = 1;'): string {
  return `service Shop { rpc Get(Item) returns (Item) { option (google.api.http) = { get: "${path}" }; } }
    message Item { ${fields} } message Part { ${part} }`;
}

function schemasOf(document: JsonObject): string[] {
  return Object.keys(at(document, 'components', 'schemas') as object);
}

describe('of two services', () => {
  test('equal types of the same full name are one component', () => {
    const parts = [partOf(shop('/a'), {}, 'one'), partOf(shop('/b'), {}, 'two')];
    expect(schemasOf(assembleDocument(parts, HEAD))).toEqual(['Item', 'Part', 'Problem']);
  });

  test('types of other packages yield to who came first', () => {
    const parts = [
      partOf(shop('/a'), {}, 'one'),
      partOf(shop('/b', 'string c = 1; Part part = 2;'), {}, 'two', 'test.v2'),
    ];
    const document = assembleDocument(parts, HEAD);
    expect(schemasOf(document)).toEqual(['Item', 'Part', 'Problem', 'test.v2.Item', 'test.v2.Part']);
    expect(at(document, 'components', 'schemas', 'test.v2.Item', 'properties', 'part')).toEqual({
      $ref: '#/components/schemas/test.v2.Part',
    });
    expect(at(document, 'paths', '/b', 'get')).toMatchObject({
      tags: ['test.v2.Shop'],
      operationId: 'test.v2.Shop_Get',
    });
    expect(at(document, 'paths', '/a', 'get')).toMatchObject({ tags: ['Shop'], operationId: 'Shop_Get' });
  });

  test('types that differ only in what they refer to are two components', () => {
    const parts = [
      partOf(shop('/a'), {}, 'one'),
      partOf(shop('/b', undefined, 'string other = 1;'), {}, 'two'),
    ];
    const document = assembleDocument(parts, HEAD);
    expect(schemasOf(document)).toEqual(['Item', 'Part', 'Problem', 'test.v1.Item', 'test.v1.Part']);
    expect(
      at(document, 'paths', '/b', 'get', 'responses', '200', 'content', 'application/json', 'schema'),
    ).toEqual({
      $ref: '#/components/schemas/test.v1.Item',
    });
    expect(at(document, 'components', 'schemas', 'test.v1.Item', 'properties', 'part')).toEqual({
      $ref: '#/components/schemas/test.v1.Part',
    });
  });

  test('and a third of the same names each has its own', () => {
    const parts = ['one', 'two', 'three'].map((name, index) =>
      partOf(shop(`/${name}`, `string ${name} = 1;`, `string p${index} = 1;`), {}, name),
    );
    const document = assembleDocument(parts, HEAD);
    expect(schemasOf(document)).toEqual(['Item', 'Problem', 'test.v1.Item', 'three.test.v1.Item']);
    const ids = ['one', 'two', 'three'].map((name) =>
      at(document, 'paths', `/${name}`, 'get', 'operationId'),
    );
    expect(ids).toEqual(['Shop_Get', 'test.v1.Shop_Get', 'three.test.v1.Shop_Get']);
  });

  test('a newcomer renames nothing', () => {
    const first = partOf(shop('/a'), {}, 'one');
    const alone = assembleDocument([first], HEAD);
    const both = assembleDocument([first, partOf(shop('/b', 'string c = 1;'), {}, 'two')], HEAD);
    expect(at(both, 'components', 'schemas')).toMatchObject(at(alone, 'components', 'schemas') as object);
    expect(at(both, 'paths', '/a')).toEqual(at(alone, 'paths', '/a'));
  });
});

describe('within one service', () => {
  test('types of one short name all have their full names, whatever their order', () => {
    const part = partOf(
      `service S { rpc Get(A.Item) returns (Item) { option (google.api.http) = { post: "/a" body: "*" }; } }
      message A { message Item { string x = 1; } } message Item { string y = 1; }`,
    );
    // As if both were called `Item` in packages of their own.
    const same: DocumentPart = {
      ...part,
      components: part.components.map((one) => (one.name === 'A.Item' ? { ...one, name: 'Item' } : one)),
    };
    const reversed = { ...same, components: same.components.toReversed() };
    expect(schemasOf(assembleDocument([same], HEAD))).toEqual(['Problem', 'test.v1.A.Item', 'test.v1.Item']);
    expect(JSON.stringify(assembleDocument([reversed], HEAD))).toBe(
      JSON.stringify(assembleDocument([same], HEAD)),
    );
  });

  test('of a path and method claimed twice the first is listed', () => {
    const part = partOf(`service S {
      rpc A(M) returns (M) { option (google.api.http) = { get: "/v1/{x}" }; }
      rpc B(M) returns (M) { option (google.api.http) = { get: "/v1/{y}" }; } } message M { string x = 1; string y = 2; }`);
    const document = assembleDocument([part], HEAD);
    expect(Object.keys(at(document, 'paths') as object)).toEqual(['/v1/{x}']);
    expect(at(document, 'paths', '/v1/{x}', 'get', 'operationId')).toBe('S_A');
  });
});

test('a response is called like its schema, of which some generators make a type of the same name', () => {
  const proto = `${shop('/a', 'Problem p = 1; Part part = 2;')} message Problem {}`;
  const document = assembleDocument([partOf(proto)], HEAD);
  expect(schemasOf(document)).toContain('dragoman.Problem');
  expect(Object.keys(at(document, 'components', 'responses') as object)).toEqual(['dragoman.Problem']);
  expect(at(document, 'paths', '/a', 'get', 'responses', 'default')).toEqual({
    $ref: '#/components/responses/dragoman.Problem',
  });
});

test('references are followed in discriminators and stay in what only looks like one', () => {
  const part: DocumentPart = {
    service: 'two',
    tags: [],
    operations: [],
    components: [
      {
        kind: 'schemas',
        name: 'A',
        fullName: 'two.A',
        value: {
          oneOf: [{ $ref: '#/components/schemas/two.B' }],
          discriminator: { propertyName: 'kind', mapping: { b: '#/components/schemas/two.B' } },
          properties: { $ref: { type: 'string' } },
        },
      },
      { kind: 'schemas', name: 'B', fullName: 'two.B', value: { $ref: '#/components/schemas/nobody.C' } },
    ],
  };
  expect(at(assembleDocument([part], HEAD), 'components', 'schemas')).toEqual({
    A: {
      oneOf: [{ $ref: '#/components/schemas/B' }],
      discriminator: { propertyName: 'kind', mapping: { b: '#/components/schemas/B' } },
      properties: { $ref: { type: 'string' } },
    },
    B: { $ref: '#/components/schemas/nobody.C' },
  });
});

test('nothing registered is a document, too', () => {
  expect(assembleDocument([], { ...HEAD, servers: ['https://api.example.com'] })).toEqual({
    openapi: '3.1.1',
    info: { title: 'All', version: '1' },
    servers: [{ url: 'https://api.example.com' }],
    security: [],
    tags: [],
    paths: {},
    components: {},
  });
});
