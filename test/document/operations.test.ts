// Bindings as operations: paths, parameters, bodies, answers.
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { at, documentOf, operationOf, routesOf, schemaOf } from './documents.ts';

function http(rule: string, body = '', answer = 'google.protobuf.Empty'): string {
  return `service S { rpc Do(M) returns (${answer}) { option (google.api.http) = { ${rule} }; } }
    message M { ${body} }`;
}

const NAME = 'string name = 1; string parent = 2; int64 id = 3; M sub = 4;';

describe('a template', () => {
  test.each([
    [
      'get: "/v1/{id}"',
      '/v1/{id}',
      [['id', { type: 'string', format: 'int64', pattern: '^-?(?:0|[1-9][0-9]{0,18})$' }]],
    ],
    ['get: "/v1/{name}"', '/v1/{name}', [['name', { type: 'string', minLength: 1 }]]],
    ['get: "/v1/{sub.name}"', '/v1/{sub.name}', [['sub.name', { type: 'string', minLength: 1 }]]],
    [
      'get: "/v1/{name=shelves/*/books/*}:read"',
      '/v1/shelves/{shelvesId}/books/{booksId}:read',
      [
        ['shelvesId', { type: 'string', pattern: '^[^/]+$' }],
        ['booksId', { type: 'string', pattern: '^[^/]+$' }],
      ],
    ],
    ['get: "/v1/{name=**}"', '/v1/{name}', [['name', { type: 'string' }]]],
    ['get: "/v1/{name=files/**}/x"', '/v1/files/{filesId}/x', [['filesId', { type: 'string' }]]],
    [
      'get: "/v1/{name=*/*}"',
      '/v1/{name1}/{name2}',
      [
        ['name1', { type: 'string', pattern: '^[^/]+$' }],
        ['name2', { type: 'string', pattern: '^[^/]+$' }],
      ],
    ],
    [
      'get: "/v1/{parent=a/*}/{name=a/*}"',
      '/v1/a/{aId}/a/{aId2}',
      [
        ['aId', { type: 'string', pattern: '^[^/]+$' }],
        ['aId2', { type: 'string', pattern: '^[^/]+$' }],
      ],
    ],
    ['get: "/v1/%7Bx%7D"', '/v1/%7Bx%7D', []],
  ])('%s', (rule, path, parameters) => {
    const document = documentOf(http(rule, NAME));
    expect(routesOf(document)).toEqual([`get ${path}`]);
    const found = ((operationOf(document).parameters ?? []) as JsonObject[])
      .filter((parameter) => parameter.in === 'path')
      .map(({ name, required, schema }) => [name, required, schema]);
    expect(found).toEqual(parameters.map(([name, schema]) => [name, true, schema]));
  });

  test('takes the names of its parameters from the patterns of resources, whole or as a beginning', () => {
    const document = documentOf(`service S {
      rpc Get(M) returns (M) { option (google.api.http) = { get: "/v1/{name=projects/*/topics/*}" }; }
      rpc List(M) returns (M) { option (google.api.http) = { get: "/v1/{parent=projects/*}/topics" }; } }
      message M { option (google.api.resource) = { type: "x.example/Topic" pattern: "projects/{project}/topics/{topic_name}" };
        string name = 1; string parent = 2; }`);
    expect(routesOf(document)).toEqual([
      'get /v1/projects/{project}/topics',
      'get /v1/projects/{project}/topics/{topic_name}',
    ]);
    const [project] = at(
      document,
      'paths',
      '/v1/projects/{project}/topics/{topic_name}',
      'get',
      'parameters',
    ) as JsonObject[];
    expect(project?.description).toBe('Part of `name`, which is `projects/{project}/topics/{topic_name}`.');
  });

  test('that OpenAPI cannot tell from an earlier one shares its path and the names in it', () => {
    const document = documentOf(`service S {
      rpc A(M) returns (M) { option (google.api.http) = { get: "/v1/{name}" }; }
      rpc B(M) returns (M) { option (google.api.http) = { delete: "/v1/{parent}" }; } }
      message M { string name = 1; string parent = 2; }`);
    expect(routesOf(document)).toEqual(['get /v1/{name}', 'delete /v1/{name}']);
    expect(at(document, 'paths', '/v1/{name}', 'delete', 'parameters', 0, 'name')).toBe('name');
  });
});

describe('bindings', () => {
  const two = `service S {
    rpc A(M) returns (M) { option (google.api.http) = { get: "/a" additional_bindings { post: "/b" body: "*" } }; }
    rpc B(M) returns (M); } message M { string x = 1; }`;

  test.each([
    ['undeclared', ['get /a', 'post /b', 'post /test.v1.S/B']],
    ['all', ['get /a', 'post /b', 'post /test.v1.S/A', 'post /test.v1.S/B']],
    ['none', ['get /a', 'post /b']],
  ] as const)('of methods without routes are listed: %s', (automaticRoutes, routes) => {
    expect(routesOf(documentOf(two, { automaticRoutes })).toSorted()).toEqual([...routes].toSorted());
  });

  test('have operation ids of their own', () => {
    const document = documentOf(two, { automaticRoutes: 'all' });
    const ids = Object.values(at(document, 'paths') as Record<string, Record<string, JsonObject>>)
      .flatMap((item) => Object.values(item))
      .map(({ operationId }) => operationId);
    expect(ids.toSorted()).toEqual(['S_A', 'S_A_2', 'S_A_3', 'S_B']);
  });

  test.each([
    ['custom: { kind: "*" path: "/a" }', ['get /a']],
    ['custom: { kind: "*" path: "/a" } body: "*"', ['post /a']],
    ['custom: { kind: "HEAD" path: "/a" }', ['head /a']],
    // No word for it in OpenAPI 3.1: the automatic route stands in.
    ['custom: { kind: "LOCK" path: "/a" }', ['post /test.v1.S/Do']],
  ])('%s', (rule, routes) => {
    expect(routesOf(documentOf(http(rule)))).toEqual(routes);
  });
});

describe('query parameters', () => {
  const queryOf = (document: JsonObject): unknown[] =>
    ((operationOf(document).parameters ?? []) as JsonObject[]).filter((one) => one.in === 'query');

  test('are the leaves that the path leaves, by dots, with how they are written', () => {
    const document = documentOf(
      `${http(
        'get: "/v1/{name}"',
        `string name = 1;
        // How many.
        int32 page_size = 2 [(google.api.field_behavior) = REQUIRED];
        repeated string tag = 3; map<string, int32> weight = 4; map<string, N> things = 5; N in_it = 6; repeated N list = 7;
        google.protobuf.Timestamp since = 8; google.protobuf.BoolValue flag = 9; google.protobuf.Struct any = 10;
        repeated google.protobuf.Duration waits = 11; string shown = 12 [(google.api.field_behavior) = OUTPUT_ONLY]; E e = 13;
        string old = 14 [deprecated = true]; map<int64, google.protobuf.BoolValue> flags = 15;
        map<string, google.protobuf.Struct> frees = 16;`,
      )} message N { string a = 1 [(google.api.field_behavior) = REQUIRED]; N again = 2; } enum E { E_ZERO = 0; }`,
    );
    expect(queryOf(document)).toEqual([
      {
        name: 'pageSize',
        in: 'query',
        description: 'How many.',
        required: true,
        schema: { type: 'integer', format: 'int32' },
      },
      { name: 'tag', in: 'query', schema: { type: 'array', items: { type: 'string' } } },
      {
        name: 'weight',
        in: 'query',
        style: 'deepObject',
        explode: true,
        schema: { type: 'object', additionalProperties: { type: 'integer', format: 'int32' } },
      },
      { name: 'inIt.a', in: 'query', schema: { type: 'string' } },
      { name: 'since', in: 'query', schema: { type: 'string', format: 'date-time' } },
      { name: 'flag', in: 'query', schema: { type: 'boolean' } },
      {
        name: 'waits',
        in: 'query',
        schema: {
          type: 'array',
          items: { type: 'string', pattern: '^-?[0-9]+(\\.[0-9]{1,9})?s$', examples: ['1.5s'] },
        },
      },
      { name: 'e', in: 'query', schema: { $ref: '#/components/schemas/E' } },
      { name: 'old', in: 'query', deprecated: true, schema: { type: 'string' } },
      {
        name: 'flags',
        in: 'query',
        style: 'deepObject',
        explode: true,
        schema: {
          type: 'object',
          propertyNames: { pattern: '^-?(?:0|[1-9][0-9]{0,18})$' },
          additionalProperties: { type: 'boolean' },
        },
      },
    ]);
  });

  test('are none of what the body or a oneof with the path fills', () => {
    const document = documentOf(
      `${http('post: "/v1/{a.x}" body: "b"', 'N a = 1; N b = 2; string c = 3;')}
      message N { oneof o { string x = 1; string y = 2; } string z = 3; }`,
    );
    expect(queryOf(document)).toEqual([
      expect.objectContaining({ name: 'a.z' }),
      expect.objectContaining({ name: 'c' }),
    ]);
  });

  test('are none at all beside a whole body', () => {
    expect(queryOf(documentOf(http('post: "/v1" body: "*"', 'string a = 1;')))).toEqual([]);
  });

  test('say what is null in JSON by its name', () => {
    const nothing = { type: 'string', enum: ['NULL_VALUE'] };
    const document = documentOf(
      http(
        'get: "/v1/{a}"',
        `google.protobuf.NullValue a = 1; google.protobuf.NullValue b = 2;
        repeated google.protobuf.NullValue c = 3; map<string, google.protobuf.NullValue> d = 4;`,
      ),
    );
    expect((operationOf(document).parameters as JsonObject[]).slice(0, 4)).toMatchObject([
      { name: 'a', in: 'path', schema: nothing },
      { name: 'b', in: 'query', schema: nothing },
      { name: 'c', in: 'query', schema: { type: 'array', items: nothing } },
      { name: 'd', in: 'query', schema: { type: 'object', additionalProperties: nothing } },
    ]);
  });

  test('have their proto names where a JSON name would be read as a way or a key', () => {
    const document = documentOf(
      `${http(
        'get: "/v1"',
        `string a_b = 1 [json_name = "a.b"]; string c_d = 2 [json_name = "c[d]"]; string e_f = 3 [json_name = "e f"];
        N g_h = 4 [json_name = "g.h"];`,
      )} message N { string x_y = 1; }`,
    );
    expect(queryOf(document).map((one) => (one as JsonObject).name)).toEqual(['a_b', 'c_d', 'e f', 'g_h.xY']);
  });

  test('hold JSON where the service wants that', () => {
    const document = documentOf(http('get: "/v1"', 'google.protobuf.Struct a = 1;'), {
      rest: { structInQuery: true },
    });
    expect(queryOf(document)).toEqual([
      {
        name: 'a',
        in: 'query',
        content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } },
      },
    ]);
  });
});

// Of what has no schema openapi-generator and orval make nothing; of this, every generator makes bytes.
const BINARY = { '*/*': { schema: { type: 'string', format: 'binary' } } };

describe('a body', () => {
  test('that is the whole request lacks what the path has', () => {
    const document = documentOf(
      http(
        'post: "/v1/{name}" body: "*"',
        'string name = 1 [(google.api.field_behavior) = REQUIRED]; string why = 2;',
      ),
    );
    expect(at(operationOf(document), 'requestBody')).toEqual({
      content: { 'application/json': { schema: { $ref: '#/components/schemas/M-body' } } },
    });
    expect(schemaOf(document, 'M-body')).toEqual({ type: 'object', properties: { why: { type: 'string' } } });
  });

  test('that lacks something deep inside leaves the rest as it is', () => {
    const document = documentOf(
      `${http('post: "/v1/{n.name}" body: "*"', 'N n = 1; N other = 2;')} message N { string name = 1 [(google.api.field_behavior) = REQUIRED]; string x = 2; }`,
    );
    expect(at(schemaOf(document, 'M-body'), 'properties')).toEqual({
      n: { $ref: '#/components/schemas/N-body' },
      other: { $ref: '#/components/schemas/N' },
    });
    expect(schemaOf(document, 'N-body')).toEqual({ type: 'object', properties: { x: { type: 'string' } } });
    expect(schemaOf(document, 'N').required).toEqual(['name']);
  });

  test('of a PATCH requires nothing and lets null clear', () => {
    const document = documentOf(
      `${http('patch: "/v1/{n.name}" body: "n"', 'N n = 1 [(google.api.field_behavior) = REQUIRED]; google.protobuf.FieldMask mask = 2;')}
      message N { string name = 1; string x = 2 [(google.api.field_behavior) = REQUIRED]; O o = 3; P p = 4; string seen = 5 [(google.api.field_behavior) = OUTPUT_ONLY]; }
      message O { string y = 1 [(google.api.field_behavior) = REQUIRED]; } message P { string z = 1; }`,
    );
    expect(at(operationOf(document), 'requestBody', 'required')).toBe(true);
    expect(schemaOf(document, 'N-patch')).toEqual({
      type: 'object',
      properties: {
        x: { type: ['string', 'null'] },
        o: { anyOf: [{ $ref: '#/components/schemas/O-patch' }, { type: 'null' }] },
        p: { anyOf: [{ $ref: '#/components/schemas/P' }, { type: 'null' }] },
      },
    });
  });

  test.each([
    ['string a = 1;', { type: 'string' }],
    ['repeated int32 a = 1;', { type: 'array', items: { type: 'integer', format: 'int32' } }],
    ['map<string, string> a = 1;', { type: 'object', additionalProperties: { type: 'string' } }],
  ])('may be a field like %s', (field, schema) => {
    const document = documentOf(http('post: "/v1" body: "a"', field));
    expect(at(operationOf(document), 'requestBody', 'content', 'application/json', 'schema')).toEqual(schema);
  });

  test.each([
    ['as a field', 'post: "/v1" body: "a"', 'google.api.HttpBody a = 1; string b = 2;', 'M'],
    ['as the whole', 'post: "/v1" body: "*"', '', 'google.api.HttpBody'],
  ])('of bytes %s is binary', (_how, rule, fields, input) => {
    const document = documentOf(http(rule, fields).replace('Do(M)', `Do(${input})`));
    expect(at(operationOf(document), 'requestBody', 'content')).toEqual(BINARY);
  });

  test('of a stream is a list or lines', () => {
    const document = documentOf('service S { rpc Do(stream M) returns (M); } message M { string a = 1; }');
    const ref = { $ref: '#/components/schemas/M' };
    expect(at(operationOf(document), 'requestBody', 'content')).toEqual({
      'application/json': { schema: { type: 'array', items: ref } },
      'application/x-ndjson': { schema: ref },
    });
  });
});

describe('an answer', () => {
  const contentOf = (document: JsonObject): unknown =>
    at(operationOf(document), 'responses', '200', 'content');

  test('is the field that response_body names', () => {
    const document = documentOf(
      `${http('get: "/v1" response_body: "items"', '', 'R')} message R { repeated string items = 1; }`,
    );
    expect(contentOf(document)).toEqual({
      'application/json': { schema: { type: 'array', items: { type: 'string' } } },
    });
  });

  test.each([
    ['R r = 1;', { anyOf: [{ $ref: '#/components/schemas/R' }, { type: 'null' }] }],
    ['google.protobuf.Timestamp r = 1;', { type: ['string', 'null'], format: 'date-time' }],
    ['google.protobuf.BoolValue r = 1;', { type: ['boolean', 'null'] }],
    ['google.protobuf.Value r = 1;', { description: 'Any JSON value.' }],
    ['optional string r = 1;', { type: 'string' }],
  ])('that is the one field %s is null where a message is not there', (field, schema) => {
    const document = documentOf(`${http('get: "/v1" response_body: "r"', '', 'R')} message R { ${field} }`);
    expect(contentOf(document)).toEqual({ 'application/json': { schema } });
  });

  test('of Empty is an object, or 204 where the service wants that', () => {
    expect(contentOf(documentOf(http('get: "/v1"')))).toEqual({
      'application/json': { schema: { type: 'object' } },
    });
    const bodiless = documentOf(http('get: "/v1"'), { rest: { emptyAs204: true } });
    expect(Object.keys(operationOf(bodiless).responses as object)).toEqual(['204', '4XX', 'default']);
  });

  test('of bytes is binary', () => {
    expect(contentOf(documentOf(http('get: "/v1"', '', 'google.api.HttpBody')))).toEqual(BINARY);
  });

  test('of a stream is a list, lines or events', () => {
    const ref = { $ref: '#/components/schemas/R' };
    const body = `${http('get: "/v1"', '', 'stream R')} message R { string a = 1; }`;
    expect(contentOf(documentOf(body))).toEqual({
      'application/json': { schema: { type: 'array', items: ref } },
      'application/x-ndjson': { schema: ref },
      'text/event-stream': { schema: ref },
    });
  });

  test.each([
    ['a message with a field error', 'string error = 1;', {}],
    ['a service that always wraps', 'string a = 1;', { ndjsonWrapper: 'always' as const }],
  ])('of a stream has wrapped lines for %s', (_why, field, rest) => {
    const document = documentOf(`${http('get: "/v1"', '', 'stream R')} message R { ${field} }`, { rest });
    expect(at(contentOf(document) as JsonObject, 'application/x-ndjson', 'schema')).toEqual({
      type: 'object',
      properties: { result: { $ref: '#/components/schemas/R' } },
      required: ['result'],
    });
  });

  test.each([
    ['problem', 'Problem', 'application/problem+json'],
    ['google', 'GoogleError', 'application/json'],
    ['status', 'Status', 'application/json'],
  ] as const)('that says no has the form %s', (errors, name, mediaType) => {
    const document = documentOf(http('get: "/v1"'), { rest: { errors } });
    expect(at(operationOf(document), 'responses', 'default')).toEqual({
      $ref: `#/components/responses/${name}`,
    });
    expect(at(document, 'components', 'responses', name, 'content')).toEqual({
      [mediaType]: { schema: { $ref: `#/components/schemas/${name}` } },
    });
  });
});

describe('words', () => {
  test('come from comments; without one, the name is the summary', () => {
    const document = documentOf(`
      // Keeps things.
      service Store {
        // Reads a thing. It may be
        // an old one.
        //
        // See also.
        rpc Get(M) returns (M);
        rpc BatchGetThings(M) returns (M) { option deprecated = true; } } message M {}`);
    expect(at(document, 'tags')).toEqual([{ name: 'Store', description: 'Keeps things.' }]);
    expect(at(document, 'paths', '/test.v1.Store/Get', 'post')).toMatchObject({
      tags: ['Store'],
      summary: 'Reads a thing',
      description: 'Reads a thing. It may be\nan old one.\n\nSee also.',
    });
    const other = at(document, 'paths', '/test.v1.Store/BatchGetThings', 'post');
    expect(other).toMatchObject({ summary: 'Batch get things', deprecated: true });
    expect(other).not.toHaveProperty('description');
  });
});
