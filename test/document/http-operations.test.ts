// Operations of registered OpenAPI documents in the gateway's own document, construct by construct.
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { document, OK } from '../openapi/read.ts';
import { at, operationOf } from './documents.ts';
import { made, partOfHttp, sent, type Version } from './http-services.ts';

function parameterOf(version: Version, parameter: object, place = 'query'): JsonObject {
  const all = at(
    operationOf(made(version, { parameters: [{ name: 'p', in: place, ...parameter }], ...OK })),
    'parameters',
  );
  expect(all).toHaveLength(1);
  return at(all, 0) as JsonObject;
}

describe('parameters', () => {
  const LIST = { type: 'array', items: { type: 'string' } };
  test.each<[Version, string, object, object]>([
    [
      '2.0',
      'are their own schemas',
      { type: 'integer', format: 'int64', required: true },
      { required: true, schema: { type: 'integer', format: 'int64' } },
    ],
    ['2.0', 'of a list with commas', LIST, { explode: false, schema: LIST }],
    ['2.0', 'of a list that is repeated', { ...LIST, collectionFormat: 'multi' }, { schema: LIST }],
    [
      '2.0',
      'of a list with pipes',
      { ...LIST, collectionFormat: 'pipes' },
      { style: 'pipeDelimited', schema: LIST },
    ],
    [
      '2.0',
      'of a list with tabs are text',
      { ...LIST, collectionFormat: 'tsv' },
      { schema: { type: 'string' }, description: expect.stringContaining('tab') },
    ],
    [
      '3.0',
      'with a style',
      { style: 'deepObject', explode: true, schema: { type: 'object' } },
      { style: 'deepObject', explode: true, schema: { type: 'object' } },
    ],
    [
      '3.1',
      'with a media type',
      { content: { 'application/json': { schema: { type: 'object' } } } },
      { content: { 'application/json': { schema: { type: 'object' } } } },
    ],
    [
      '3.1',
      'with everything',
      { description: 'D.', deprecated: true, allowReserved: true, example: 'e', schema: { type: 'string' } },
      { description: 'D.', deprecated: true, allowReserved: true, example: 'e', schema: { type: 'string' } },
    ],
  ])('%s: %s', (version, _what, parameter, expected) => {
    expect(parameterOf(version, parameter)).toEqual({ name: 'p', in: 'query', ...expected });
  });

  test('in a cookie of 3.2 have the style that 3.1 knows', () => {
    expect(parameterOf('3.2', { style: 'cookie', schema: { type: 'string' } }, 'cookie')).toEqual({
      name: 'p',
      in: 'cookie',
      description: 'Sent as it is, without percent-encoding.',
      schema: { type: 'string' },
    });
  });

  test('that are the whole query of 3.2 are told of', () => {
    const parameters = [
      {
        name: 'q',
        in: 'querystring',
        description: 'A filter.',
        content: { 'application/json': { schema: {} } },
      },
    ];
    const operation = operationOf(made('3.2', { parameters, ...OK }));
    expect(operation.parameters).toBeUndefined();
    expect(operation.description).toBe('The query is one value of the type `application/json`.\n\nA filter.');
  });

  test('in headers are there if they are sent on', () => {
    const parameters = ['X-Good', 'X_Bad', 'Authorization'].map((name) => ({
      name,
      in: 'header',
      schema: { type: 'string' },
    }));
    const names = at(operationOf(made('3.1', { parameters, ...OK })), 'parameters') as JsonObject[];
    expect(names.map(({ name }) => name)).toEqual(['X-Good']);
  });
});

describe('bodies', () => {
  test('of 2.0 come out of the parameters, in all that the operation consumes', () => {
    const operation = {
      consumes: ['application/json', 'application/xml'],
      parameters: [{ name: 'b', in: 'body', required: true, description: 'B.', schema: { type: 'object' } }],
      ...OK,
    };
    expect(operationOf(made('2.0', operation)).requestBody).toEqual({
      description: 'B.',
      required: true,
      content: {
        'application/json': { schema: { type: 'object' } },
        'application/xml': { schema: { type: 'object' } },
      },
    });
  });

  test.each([
    ['application/octet-stream', { type: 'string', format: 'binary' }],
    ['image/*', { type: 'string', format: 'binary' }],
    ['application/json', {}],
    ['text/plain', {}],
    ['*/*', {}],
  ])('of %s of which no schema is said have one, for generators that cannot do without', (type, schema) => {
    const operation = { requestBody: { content: { [type]: {} } }, ...OK };
    expect(at(operationOf(made('3.1', operation)), 'requestBody', 'content')).toEqual({
      [type]: { schema },
    });
  });

  test('of 2.0 made of fields are forms', () => {
    const parameters = [
      { name: 'f', in: 'formData', type: 'file', required: true },
      { name: 'l', in: 'formData', type: 'array', items: { type: 'string' }, collectionFormat: 'csv' },
    ];
    expect(operationOf(made('2.0', { parameters, ...OK })).requestBody).toEqual({
      required: true,
      content: {
        'multipart/form-data': {
          schema: {
            type: 'object',
            properties: {
              f: { type: 'string', format: 'binary' },
              l: { type: 'array', items: { type: 'string' } },
            },
            required: ['f'],
          },
          encoding: { l: { style: 'form', explode: false } },
        },
      },
    });
  });

  test('that are sequences of 3.2 are described by their items', () => {
    const responses = {
      200: { description: 'Lines.', content: { 'application/jsonl': { itemSchema: { type: 'string' } } } },
    };
    expect(at(operationOf(made('3.2', { responses })), 'responses', '200')).toEqual({
      description: 'Lines.\n\nThe schema of `application/jsonl` is that of one item of a sequence.',
      content: { 'application/jsonl': { schema: { type: 'string' } } },
    });
  });
});

describe('answers', () => {
  test('have the refusals of the gateway beside those of the service', () => {
    const { responses } = operationOf(made('3.1', OK));
    expect(responses).toEqual({
      200: { description: 'ok' },
      '4XX': { $ref: '#/components/responses/Problem' },
      default: { $ref: '#/components/responses/Problem' },
    });
  });

  test('keep what the service says, whatever else the gateway may say', () => {
    const own = { 'application/json': { schema: { type: 'string' } } };
    const responses = { 404: { description: '' }, default: { description: 'Oh.', content: own } };
    expect(operationOf(made('3.1', { responses })).responses).toEqual({
      404: { description: 'The request was refused.' },
      default: {
        description: 'Oh.',
        content: { ...own, 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    });
    // The service's own form under the very media type is the one that is shown.
    const google = operationOf(made('3.1', { responses }, {}, { rest: { errors: 'google' } })).responses;
    expect(at(google, 'default', 'content')).toEqual(own);
  });

  test('have headers and links, whose targets are called as they are here', () => {
    const source = document('3.0', {
      '/a': {
        get: {
          operationId: 'a',
          responses: {
            200: {
              description: 'ok',
              headers: { 'X-Left': { description: 'L.', schema: { type: 'integer' } } },
              links: {
                same: { operationId: 'a', parameters: { id: '$response.body#/id' }, description: 'Again.' },
                other: { operationRef: '#/paths/~1b/get' },
              },
            },
          },
        },
      },
      '/b': { get: { ...OK } },
    });
    const first = partOfHttp(document('3.0', { '/z': { get: { operationId: 'a', ...OK } } }), {
      name: 'first',
    });
    const response = at(sent([first, partOfHttp(source)]), 'paths', '/a', 'get', 'responses', '200');
    expect(response).toEqual({
      description: 'ok',
      headers: { 'X-Left': { description: 'L.', schema: { type: 'integer' } } },
      links: {
        same: { operationId: 'shop.a', parameters: { id: '$response.body#/id' }, description: 'Again.' },
        other: { operationId: 'getB' },
      },
    });
  });
});

describe('credentials', () => {
  const schemes = {
    key: { type: 'apiKey', name: 'X-Key', in: 'header' },
    bearer: { type: 'http', scheme: 'bearer' },
    cert: { type: 'mutualTLS' },
    broken: { type: 'apiKey' },
  };
  const security = [{ key: [] }, { bearer: [] }, { cert: [] }, { broken: [] }, { nowhere: [] }];

  test('are listed as far as they arrive', () => {
    const result = made('3.1', { security, ...OK }, { components: { securitySchemes: schemes } });
    expect(operationOf(result).security).toEqual([{ key: [] }, { bearer: [] }]);
    expect(at(result, 'components', 'securitySchemes')).toEqual({ key: schemes.key, bearer: schemes.bearer });
  });

  test('in Authorization are not for a service that keeps them from its upstream', () => {
    const result = made(
      '3.1',
      { security, ...OK },
      { components: { securitySchemes: schemes } },
      { forwardsAuthorization: false },
    );
    expect(operationOf(result).security).toEqual([{ key: [] }]);
  });

  test('of 2.0 are those of 3.1', () => {
    const securityDefinitions = {
      o: {
        type: 'oauth2',
        flow: 'accessCode',
        authorizationUrl: 'https://a.example',
        tokenUrl: 'https://t.example',
        scopes: { r: 'Read.' },
      },
      b: { type: 'basic' },
    };
    const result = made('2.0', { security: [{ o: ['r'] }, { b: [] }], ...OK }, { securityDefinitions });
    expect(operationOf(result).security).toEqual([{ o: ['r'] }, { b: [] }]);
    expect(at(result, 'components', 'securitySchemes')).toEqual({
      b: { type: 'http', scheme: 'basic' },
      o: {
        type: 'oauth2',
        flows: {
          authorizationCode: {
            authorizationUrl: 'https://a.example',
            tokenUrl: 'https://t.example',
            scopes: { r: 'Read.' },
          },
        },
      },
    });
  });

  test('of two services under one name are two', () => {
    const part = (name: string, scheme: object) =>
      partOfHttp(
        document(
          '3.1',
          { [`/${name}`]: { get: { security: [{ auth: [] }], ...OK } } },
          { components: { securitySchemes: { auth: scheme } } },
        ),
        { name },
      );
    const result = sent([part('one', schemes.key), part('two', schemes.bearer)]);
    expect(at(result, 'paths', '/one', 'get', 'security')).toEqual([{ auth: [] }]);
    expect(at(result, 'paths', '/two', 'get', 'security')).toEqual([{ 'two.auth': [] }]);
    expect(Object.keys(at(result, 'components', 'securitySchemes') as object)).toEqual(['auth', 'two.auth']);
  });
});
