// Where operations of registered OpenAPI documents are found, and what they are called beside those of others.
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { document, OK } from '../openapi/read.ts';
import { at, operationOf, routesOf, schemaOf } from './documents.ts';
import { documentOfHttp, partOfHttp, partOfProxy, sent } from './http-services.ts';
import { faultsOf } from './validators.ts';

describe('names', () => {
  test('are made where a document has none, or none that is free or fit', () => {
    const source = document('3.1', {
      '/pets/{petId}': { get: OK },
      '/a': { get: { operationId: 'x', ...OK }, put: { operationId: 'x', ...OK } },
      '/b': { get: { operationId: 'List all', ...OK } },
    });
    const ids = Object.values(at(documentOfHttp(source), 'paths') as JsonObject).flatMap((item) =>
      Object.values(item as JsonObject).map((operation) => at(operation, 'operationId')),
    );
    expect(ids).toEqual(['x', 'putA', 'List_all', 'getPetsByPetId']);
  });

  test('of tags: those of the document, and the name of the service for what has none', () => {
    const source = document(
      '3.1',
      { '/a': { get: { tags: ['pets', 'pets', 'rare'], ...OK }, put: OK } },
      { tags: [{ name: 'unused' }, { name: 'pets', description: 'Pets.' }] },
    );
    const result = documentOfHttp(source);
    expect(result.tags).toEqual([
      { name: 'pets', description: 'Pets.' },
      { name: 'rare' },
      { name: 'shop', description: 'T.' },
    ]);
    expect(at(result, 'paths', '/a', 'get', 'tags')).toEqual(['pets', 'rare']);
    expect(at(result, 'paths', '/a', 'put', 'tags')).toEqual(['shop']);
  });

  test('of what two services call alike are those of the first; equal schemas are one', () => {
    const part = (name: string, fields: object) =>
      partOfHttp(
        document(
          '3.1',
          {
            [`/${name}`]: {
              get: {
                operationId: 'get',
                tags: ['t'],
                responses: {
                  200: {
                    description: 'ok',
                    content: { 'a/b': { schema: { $ref: '#/components/schemas/Item' } } },
                  },
                },
              },
            },
          },
          {
            components: {
              schemas: {
                Item: {
                  type: 'object',
                  properties: { ...fields, same: { $ref: '#/components/schemas/Same' } },
                },
                Same: { type: 'string' },
              },
            },
          },
        ),
        { name },
      );
    const result = sent([part('one', { a: {} }), part('two', { b: {} })]);
    expect(faultsOf(result)).toEqual([]);
    expect(Object.keys(at(result, 'components', 'schemas') as object)).toEqual([
      'Item',
      'Problem',
      'Same',
      'two.Item',
    ]);
    expect(at(result, 'paths', '/two', 'get')).toMatchObject({ operationId: 'two.get', tags: ['two.t'] });
    expect(at(schemaOf(result, 'two.Item'), 'properties', 'same')).toEqual({
      $ref: '#/components/schemas/Same',
    });
  });
});

describe('paths', () => {
  test('are those that clients call: prefix, base path, path', () => {
    const source = document(
      '2.0',
      {
        '/a/{b}.json': {
          get: { parameters: [{ name: 'b', in: 'path', required: true, type: 'string' }], ...OK },
        },
      },
      { basePath: '/v2' },
    );
    expect(routesOf(documentOfHttp(source, { prefix: '/shop' }))).toEqual(['get /shop/v2/a/{b}.json']);
  });

  test('that OpenAPI 3.1 has no method for, and plain proxies, are told of', () => {
    const source = document('3.2', {
      '/a': { get: OK, query: { summary: 'Ask', ...OK }, additionalOperations: { LOCK: OK } },
    });
    const result = sent([partOfHttp(source), partOfProxy({ name: 'legacy', prefix: '/old' })]);
    expect(routesOf(result)).toEqual(['get /a']);
    expect(at(result, 'info', 'description')).toBe(
      [
        'Also served, beyond what this document can list:',
        '',
        '- `QUERY /a` of the service `shop` (Ask): OpenAPI 3.1 has no such method.',
        '- `LOCK /a` of the service `shop`: OpenAPI 3.1 has no such method.',
        '- Everything below `/old` goes to the service `legacy` as it is.',
      ].join('\n'),
    );
  });
});

describe('hosts', () => {
  const part = (name: string, hosts: readonly string[], method = 'get') =>
    partOfHttp(document('3.1', { '/a/{x}': { [method]: { operationId: name, ...OK } } }), { name, hosts });

  test('that all have in common are the servers of the document', () => {
    const result = sent([part('one', ['a.example', '*.b.example'])]);
    expect(result.servers).toEqual([
      { url: '//a.example' },
      {
        url: '//{name}.b.example',
        variables: { name: { default: 'api', description: 'Any name below `b.example`.' } },
      },
    ]);
    expect(faultsOf(result)).toEqual([]);
    expect(operationOf(result).servers).toBeUndefined();
  });

  test('of one service are the servers of its operations', () => {
    const result = sent([part('one', []), part('two', ['b.example'], 'put')]);
    expect(result.servers).toEqual([{ url: '/' }]);
    expect(at(result, 'paths', '/a/{x}', 'put', 'servers')).toEqual([{ url: '//b.example' }]);
    expect(at(result, 'paths', '/a/{x}', 'get')).not.toHaveProperty('servers');
  });

  test('what only leads from an operation that is not listed is not there', () => {
    const owned = (name: string, hosts: readonly string[]) =>
      partOfHttp(
        document(
          '3.1',
          {
            '/a': {
              get: {
                tags: [name],
                security: [{ [name]: [] }],
                responses: {
                  200: {
                    description: 'ok',
                    content: { 'a/b': { schema: { $ref: `#/components/schemas/${name}` } } },
                  },
                },
              },
            },
          },
          {
            components: {
              schemas: {
                [name]: { items: { $ref: `#/components/schemas/${name}s` } },
                [`${name}s`]: { type: 'string' },
              },
              securitySchemes: { [name]: { type: 'http', scheme: 'bearer' } },
            },
          },
        ),
        { name, hosts },
      );
    const result = sent([owned('one', ['a.example']), owned('two', ['b.example'])]);
    expect(result.tags).toEqual([{ name: 'one', description: 'T.' }]);
    expect(at(result, 'components')).toEqual({
      schemas: {
        Problem: expect.anything(),
        one: { items: { $ref: '#/components/schemas/ones' } },
        ones: { type: 'string' },
      },
      responses: { Problem: expect.anything() },
      securitySchemes: { one: { type: 'http', scheme: 'bearer' } },
    });
  });

  test('with one path between them: the first is listed, and the other told of', () => {
    const result = sent([part('one', ['a.example']), part('two', ['b.example'])]);
    expect(at(result, 'paths', '/a/{x}', 'get')).toMatchObject({
      operationId: 'one',
      servers: [{ url: '//a.example' }],
    });
    expect(at(result, 'info', 'description')).toContain(
      '- `GET /a/{x}` of the service `two` on b.example: see the document of that service.',
    );
    expect(operationOf(sent([part('two', ['b.example'])]))).toMatchObject({ operationId: 'two' });
  });
});
