// Documents of every version read into one form. Source: OpenAPI 2.0, 3.0.4, 3.1.1, 3.2.0.
import { describe, expect, test } from '@jest/globals';
import { document, OK, only, plain, read, readOk, show } from './read.ts';

const VERSIONS = ['3.0', '3.1', '3.2'];

test.each(['2.0', ...VERSIONS])('the smallest document of %s', (version) => {
  const {
    document: head,
    operations,
    problems,
  } = readOk({ 'a.json': document(version, { '/a': { get: { operationId: 'a', ...OK } } }) });
  expect([head.title, head.version, operations.map(({ name, path }) => [name, path]), problems]).toEqual([
    'T',
    '1',
    [['a', '/a']],
    [],
  ]);
});

test.each([
  [{ openapi: '4.0.0' }, '"4.0.0"'],
  [{ openapi: '3.10.0' }, '"3.10.0"'],
  [{ swagger: '1.2' }, 'swagger "1.2"'],
  [{}, 'neither'],
  [{ openapi: {} }, 'neither'],
])('%j is no document', (head, found) => {
  const { ok, problems } = read({ 'a.json': { ...head, paths: {} } });
  expect([ok, problems.map(({ rule, message }) => [rule, message.endsWith(`found ${found}`)])]).toEqual([
    false,
    [['openapi-version', true]],
  ]);
});

describe('YAML', () => {
  test('with numbers as keys and merge keys', () => {
    const text = `
openapi: 3.1.0
info: {title: T, version: 1.0}
x-common: &common
  summary: shared
  tags: [a]
paths:
  /a:
    get:
      <<: *common
      operationId: getA
      tags: [b]
      responses:
        200: {description: ok}
        2XX: {description: other}
`;
    const { operations, document: head } = readOk({ 'a.yaml': text });
    const [{ http } = { http: undefined }] = operations;
    expect([head.version, http?.summary, http?.tags, http?.responses.map(({ status }) => status)]).toEqual([
      '1',
      'shared',
      ['b'],
      ['200', '2XX'],
    ]);
  });

  test('words of older YAML are text', () => {
    const text =
      'openapi: 3.0.3\ninfo: {title: yes, version: "1"}\npaths:\n  /a:\n    get:\n      operationId: no\n      responses: {200: {description: off}}\n';
    expect(readOk({ 'a.yaml': text }).operations.map(({ name }) => name)).toEqual(['no']);
  });
});

describe('schemas', () => {
  const schemaOf = (version: string, schema: object): unknown => {
    const key =
      version === '2.0' ? { definitions: { S: schema } } : { components: { schemas: { S: schema } } };
    const { document: head } = readOk({ 'a.json': document(version, { '/a': { get: OK } }, key) });
    return plain(head.schemas.get('S'));
  };

  test.each([
    // 3.0 in the words of 2020-12
    [{ type: 'string', nullable: true }, { type: ['string', 'null'] }],
    [{ type: 'string', nullable: false }, { type: 'string' }],
    [
      { type: 'string', nullable: true, enum: ['a'] },
      { type: ['string', 'null'], enum: ['a', null] },
    ],
    [
      { nullable: true, allOf: [{ type: 'object' }] },
      { anyOf: [{ allOf: [{ type: 'object' }] }, { type: 'null' }] },
    ],
    [
      { type: 'number', minimum: 1, exclusiveMinimum: true },
      { type: 'number', exclusiveMinimum: 1 },
    ],
    [
      { type: 'number', maximum: 1, exclusiveMaximum: false },
      { type: 'number', maximum: 1 },
    ],
    [
      { type: 'string', example: 'a' },
      { type: 'string', examples: ['a'] },
    ],
    [
      { type: 'object', additionalProperties: { type: 'string' } },
      { type: 'object', additionalProperties: { type: 'string' } },
    ],
    [{ $ref: '#/components/schemas/S', description: 'ignored' }, { $ref: '#/components/schemas/S' }],
    [
      {
        oneOf: [{ $ref: '#/components/schemas/S' }],
        discriminator: { propertyName: 'k', mapping: { a: 'S', b: '#/components/schemas/S' } },
      },
      {
        oneOf: [{ $ref: '#/components/schemas/S' }],
        discriminator: {
          propertyName: 'k',
          mapping: { a: '#/components/schemas/S', b: '#/components/schemas/S' },
        },
      },
    ],
  ])('of 3.0: %j', (schema, expected) => {
    expect(schemaOf('3.0', schema)).toEqual(expected);
  });

  test.each([
    [{ type: ['string', 'null'] }, { type: ['string', 'null'] }],
    [{ const: null }, { const: null }],
    [
      { type: 'number', exclusiveMinimum: 1 },
      { type: 'number', exclusiveMinimum: 1 },
    ],
    [
      { $ref: '#/components/schemas/S', description: 'kept' },
      { $ref: '#/components/schemas/S', description: 'kept' },
    ],
    [
      { prefixItems: [{ type: 'string' }], items: false },
      { prefixItems: [{ type: 'string' }], items: false },
    ],
    [
      JSON.parse('{"if":{"type":"string"},"then":{"minLength":1}}'),
      JSON.parse('{"if":{"type":"string"},"then":{"minLength":1}}'),
    ],
    [
      { properties: { __proto__: { type: 'string' }, constructor: { type: 'integer' } } },
      { properties: { constructor: { type: 'integer' } } },
    ],
    [true, true],
  ])('of 3.1: %j', (schema, expected) => {
    expect(schemaOf('3.1', schema as object)).toEqual(expected);
  });

  test('a property called __proto__ is one like any other', () => {
    const text =
      '{"openapi":"3.1.0","info":{"title":"T","version":"1"},"paths":{"/a":{"get":{}}},"components":{"schemas":{"S":{"properties":{"__proto__":{"type":"string"}}}}}}';
    const schema = readOk({ 'a.json': text }).document.schemas.get('S');
    expect(JSON.stringify(schema)).toBe('{"properties":{"__proto__":{"type":"string"}}}');
    expect(({} as Record<string, unknown>).type).toBeUndefined();
  });

  test.each([
    [
      { 'x-nullable': true, type: 'integer' },
      { 'x-nullable': true, type: ['integer', 'null'] },
    ],
    [{ type: 'file' }, { type: 'string', format: 'binary' }],
    [
      { discriminator: 'kind', type: 'object' },
      { type: 'object', discriminator: { propertyName: 'kind' } },
    ],
    [
      { items: [{ type: 'string' }], type: 'array' },
      { type: 'array', prefixItems: [{ type: 'string' }] },
    ],
    [{ $ref: '#/definitions/S' }, { $ref: '#/components/schemas/S' }],
  ])('of 2.0: %j', (schema, expected) => {
    expect(schemaOf('2.0', schema)).toEqual(expected);
  });
});

describe('parameters', () => {
  const parametersOf = (version: string, parameter: object) =>
    only(
      readOk({ 'a.json': document(version, { '/a': { get: { parameters: [parameter], ...OK } } }) }),
    ).http.parameters.map(({ name, place, isRequired, style, explode, schema, mediaType }) => ({
      name,
      place,
      isRequired,
      style,
      explode,
      schema: plain(schema),
      mediaType,
    }));
  const base = { name: 'p', isRequired: false, schema: true, mediaType: undefined };

  test.each([
    [{ in: 'query' }, { place: 'query', style: 'form', explode: true }],
    [
      { in: 'query', style: 'pipeDelimited' },
      { place: 'query', style: 'pipeDelimited', explode: false },
    ],
    [
      { in: 'query', style: 'deepObject', explode: true },
      { place: 'query', style: 'deepObject', explode: true },
    ],
    [
      { in: 'query', explode: false },
      { place: 'query', style: 'form', explode: false },
    ],
    [
      { in: 'query', style: 'matrix' },
      { place: 'query', style: 'form', explode: true },
    ],
    [{ in: 'header' }, { place: 'header', style: 'simple', explode: false }],
    [{ in: 'cookie' }, { place: 'cookie', style: 'form', explode: true }],
    [
      { in: 'query', required: true, schema: { type: 'string' } },
      { place: 'query', style: 'form', explode: true, isRequired: true, schema: { type: 'string' } },
    ],
    [
      { in: 'query', content: { 'application/json': { schema: { type: 'object' } } } },
      {
        place: 'query',
        style: 'form',
        explode: true,
        schema: { type: 'object' },
        mediaType: 'application/json',
      },
    ],
  ])('of 3.x: %j', (parameter, expected) => {
    for (const version of VERSIONS)
      expect(parametersOf(version, { name: 'p', ...parameter })).toEqual([{ ...base, ...expected }]);
  });

  test('of 3.2: the whole query, and cookies as they stand', () => {
    expect(
      parametersOf('3.2', {
        name: 'q',
        in: 'querystring',
        content: { 'application/x-www-form-urlencoded': {} },
      })[0]?.place,
    ).toBe('querystring');
    expect(parametersOf('3.2', { name: 'c', in: 'cookie', style: 'cookie' })[0]?.style).toBe('cookie');
  });

  test.each([
    [{ type: 'integer' }, 'form', false, { type: 'integer' }],
    [
      { type: 'array', items: { type: 'string' } },
      'form',
      false,
      { type: 'array', items: { type: 'string' } },
    ],
    [{ type: 'array', collectionFormat: 'multi' }, 'form', true, { type: 'array' }],
    [{ type: 'array', collectionFormat: 'ssv' }, 'spaceDelimited', false, { type: 'array' }],
    [{ type: 'array', collectionFormat: 'tsv' }, 'tabDelimited', false, { type: 'array' }],
    [{ type: 'array', collectionFormat: 'pipes' }, 'pipeDelimited', false, { type: 'array' }],
  ])('of 2.0: %j', (parameter, style, explode, schema) => {
    expect(parametersOf('2.0', { name: 'p', in: 'query', required: true, ...parameter })).toEqual([
      { ...base, isRequired: true, place: 'query', style, explode, schema },
    ]);
  });

  test.each(['Accept', 'content-type', 'AUTHORIZATION'])(
    'the header %s is none (OpenAPI 3.x, "Parameter Object")',
    (name) => {
      expect(parametersOf('3.1', { name, in: 'header', schema: {} })).toEqual([]);
    },
  );

  test('of an operation go before those of its path', () => {
    const { http } = only(
      readOk({
        'a.json': document('3.1', {
          '/a/{x}': {
            parameters: [
              { name: 'x', in: 'path', required: true, schema: { type: 'integer' } },
              { name: 'q', in: 'query', description: 'of the path' },
            ],
            get: { parameters: [{ name: 'q', in: 'query', description: 'its own' }], ...OK },
          },
        }),
      }),
    );
    expect(http.parameters.map(({ name, description }) => [name, description])).toEqual([
      ['x', ''],
      ['q', 'its own'],
    ]);
  });
});

describe('bodies and responses', () => {
  test('of 2.0: a body in all types that are consumed', () => {
    const operation = {
      consumes: ['application/json', 'application/xml'],
      parameters: [{ name: 'b', in: 'body', required: true, schema: { type: 'object' } }],
      ...OK,
    };
    const { http } = only(readOk({ 'a.json': document('2.0', { '/a': { post: operation } }) }));
    expect([
      http.requestBody?.isRequired,
      http.requestBody?.content.map(({ mediaType, schema }) => [mediaType, plain(schema)]),
    ]).toEqual([
      true,
      [
        ['application/json', { type: 'object' }],
        ['application/xml', { type: 'object' }],
      ],
    ]);
  });

  test('of 2.0: a form of its fields', () => {
    const parameters = [
      { name: 'f', in: 'formData', type: 'file', required: true },
      { name: 't', in: 'formData', type: 'array', items: { type: 'string' }, collectionFormat: 'multi' },
    ];
    const { http } = only(
      readOk({
        'a.json': document('2.0', {
          '/a': { post: { consumes: ['multipart/form-data'], parameters, ...OK } },
        }),
      }),
    );
    const [media] = http.requestBody?.content ?? [];
    expect([
      media?.mediaType,
      plain(media?.schema),
      media?.encoding.get('t')?.explode,
      http.parameters,
    ]).toEqual([
      'multipart/form-data',
      {
        type: 'object',
        required: ['f'],
        properties: {
          f: { type: 'string', format: 'binary' },
          t: { type: 'array', items: { type: 'string' } },
        },
      },
      true,
      [],
    ]);
  });

  test('of 2.0: answers in all types that are produced', () => {
    const responses = {
      200: { description: 'ok', schema: { type: 'string' }, headers: { 'X-A': { type: 'integer' } } },
      default: { description: 'no' },
    };
    const { http } = only(
      readOk({
        'a.json': document(
          '2.0',
          { '/a': { get: { responses } } },
          { produces: ['text/plain', 'application/json'] },
        ),
      }),
    );
    expect(
      http.responses.map(({ status, content, headers }) => [
        status,
        content.map(({ mediaType }) => mediaType),
        headers.map(({ name, schema }) => [name, plain(schema)]),
      ]),
    ).toEqual([
      ['200', ['text/plain', 'application/json'], [['X-A', { type: 'integer' }]]],
      ['default', [], []],
    ]);
  });

  test('of 3.x: media types, ranges, encodings, items of sequences', () => {
    const content = {
      'Application/JSON; charset=utf-8': { schema: { type: 'object' }, example: { a: 1 } },
      'image/*': {},
      'multipart/form-data': { encoding: { a: { contentType: 'image/png', style: 'deepObject' } } },
      'application/jsonl': { itemSchema: { type: 'integer' } },
    };
    const { http } = only(
      readOk({ 'a.json': document('3.2', { '/a': { post: { requestBody: { content }, ...OK } } }) }),
    );
    const media = http.requestBody?.content ?? [];
    expect(media.map(({ mediaType }) => mediaType)).toEqual([
      'application/json; charset=utf-8',
      'image/*',
      'multipart/form-data',
      'application/jsonl',
    ]);
    expect(plain(media[0]?.example)).toEqual({ a: 1 });
    expect(media[2]?.encoding.get('a')).toEqual({
      contentType: 'image/png',
      style: 'deepObject',
      explode: false,
      allowReserved: false,
    });
    expect(plain(media[3]?.itemSchema)).toEqual({ type: 'integer' });
  });

  test('links lead to operations, by id or by reference', () => {
    const { operations } = readOk({
      'a.json': document('3.1', {
        '/a': {
          get: {
            operationId: 'a',
            responses: {
              200: {
                description: '',
                links: {
                  byId: { operationId: 'b', parameters: { 'path.id': '$response.body#/id' } },
                  byRef: { operationRef: '#/paths/~1b~1{id}/get', requestBody: 1 },
                },
              },
            },
          },
        },
        '/b/{id}': { get: { operationId: 'b', ...OK } },
      }),
    });
    const links = operations[0]?.http.responses[0]?.links ?? [];
    expect(
      links.map(({ name, operation, parameters, requestBody }) => [
        name,
        operation,
        [...parameters],
        requestBody,
      ]),
    ).toEqual([
      ['byId', 'b', [['path.id', '$response.body#/id']], undefined],
      ['byRef', 'b', [], 1],
    ]);
  });
});

describe('the base path', () => {
  test.each([
    ['2.0', { host: 'h', basePath: '/v2/' }, '/v2/a'],
    ['2.0', { basePath: '/' }, '/a'],
    ['2.0', {}, '/a'],
    ['3.1', { servers: [{ url: 'https://h.example/api/v3/' }, { url: '/other' }] }, '/api/v3/a'],
    ['3.1', { servers: [{ url: 'https://h.example' }] }, '/a'],
    ['3.1', { servers: [{ url: '/v1' }] }, '/v1/a'],
    ['3.1', { servers: [{ url: 'v1' }] }, '/v1/a'],
    [
      '3.1',
      {
        servers: [
          {
            url: '{scheme}://h/{base}',
            variables: { scheme: { default: 'https' }, base: { default: 'b/c' } },
          },
        ],
      },
      '/b/c/a',
    ],
    ['3.1', { servers: [] }, '/a'],
    ['3.1', { servers: [{ url: 'https://h/../x' }] }, '/a'],
  ])('of %s with %j makes %s', (version, more, path) => {
    expect(only(readOk({ 'a.json': document(version, { '/a': { get: OK } }, more) })).path).toBe(path);
  });

  test('is that of the innermost servers', () => {
    const paths = {
      '/a': { servers: [{ url: '/path' }], get: { servers: [{ url: '/op' }], ...OK }, put: OK },
    };
    const { operations } = readOk({ 'a.json': document('3.1', paths, { servers: [{ url: '/root' }] }) });
    expect(operations.map(({ path }) => path).sort()).toEqual(['/op/a', '/path/a']);
  });
});

describe('security', () => {
  test('is the operation’s own, or that of the document; none is none', () => {
    const paths = {
      '/a': { get: { ...OK, security: [] }, put: { ...OK, security: [{ key: [] }, {}] }, post: OK },
    };
    const more = {
      security: [{ oauth: ['read'] }],
      components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } },
    };
    const { operations, document: head } = readOk({ 'a.json': document('3.1', paths, more) });
    const byMethod = Object.fromEntries(
      operations.map(({ http }) => [http.method, http.security.map((one) => [...one])]),
    );
    expect(byMethod).toEqual({ GET: [], PUT: [[['key', []]], []], POST: [[['oauth', ['read']]]] });
    expect(plain(head.securitySchemes.get('key'))).toEqual({ type: 'apiKey', in: 'header', name: 'X-Key' });
  });

  test('of 2.0 is said in the words of 3.x', () => {
    const securityDefinitions = {
      b: { type: 'basic' },
      o: {
        type: 'oauth2',
        flow: 'accessCode',
        authorizationUrl: 'https://a',
        tokenUrl: 'https://t',
        scopes: { r: 'read' },
      },
    };
    const { document: head } = readOk({
      'a.json': document('2.0', { '/a': { get: OK } }, { securityDefinitions }),
    });
    expect(plain([...head.securitySchemes])).toEqual([
      ['b', { type: 'http', scheme: 'basic' }],
      [
        'o',
        {
          type: 'oauth2',
          flows: {
            authorizationCode: {
              authorizationUrl: 'https://a',
              tokenUrl: 'https://t',
              scopes: { r: 'read' },
            },
          },
        },
      ],
    ]);
  });
});

test('methods of 3.2 beside the usual ones', () => {
  const paths = { '/a': { query: OK, additionalOperations: { COPY: OK, copy: OK, TRACE: OK } } };
  const { operations, problems } = readOk({ 'a.json': document('3.2', paths) });
  expect(operations.map(({ http }) => http.method)).toEqual(['QUERY', 'COPY']);
  expect(problems.filter(({ rule }) => rule === 'operation').map(show)).toHaveLength(2);
});
