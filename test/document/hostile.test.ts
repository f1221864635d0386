// Documents that nobody means well with: what they hold does not break the gateway's own document, nor what others read
// out of it, nor the time it takes to make it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { GatewayError } from '../../core/error.ts';
import { EMPTY_GRAPH } from '../../core/graph.ts';
import type { JsonObject } from '../../core/json.ts';
import { createOpenapiDocuments } from '../../gateway/openapi/openapi-documents.ts';
import type { ServiceDefinition } from '../../registry/service-definition.ts';
import type { RegisteredService } from '../../registry/snapshot.ts';
import { send } from '../harness/http-client.ts';
import { demoService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { document, OK } from '../openapi/read.ts';
import { at, operationOf, schemaOf } from './documents.ts';
import { answering, documentOfHttp, httpOperations, made, partOfHttp, sent } from './http-services.ts';
import { faultsOf, lintRemarks } from './validators.ts';

const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` });

describe('names', () => {
  test('of objects themselves are no components, and stay what they are in values', () => {
    // As text: an object literal would set a prototype.
    const source = `
openapi: 3.1.0
info: { title: T, version: "1" }
paths:
  /it:
    get:
      operationId: __proto__
      tags: [__proto__, constructor]
      security: [{ __proto__: [] }]
      parameters: [{ name: __proto__, in: query, schema: { type: string } }]
      responses:
        "200":
          description: ok
          headers: { __proto__: { schema: { type: string } } }
          content: { application/json: { schema: { $ref: "#/components/schemas/__proto__" } } }
components:
  securitySchemes: { __proto__: { type: http, scheme: bearer } }
  schemas:
    __proto__: { type: object, required: [__proto__], properties: { __proto__: { $ref: "#/components/schemas/constructor" } } }
    constructor: { type: string, enum: [__proto__] }
    "A B/C~D": { type: string }
`;
    const result = documentOfHttp(source);
    expect(faultsOf(result)).toEqual([]);
    expect(Object.keys(at(result, 'components', 'schemas') as object)).toEqual([
      'Problem',
      'constructor_',
      'proto_',
    ]);
    const text = JSON.stringify(schemaOf(result, 'proto_'));
    expect(text).toBe(
      '{"properties":{"__proto__":{"$ref":"#/components/schemas/constructor_"}},"type":"object","required":["__proto__"]}',
    );
    expect(at(operationOf(result), 'security')).toEqual([{ proto_: [] }]);
    expect(({} as JsonObject).type).toBeUndefined();
  });

  test('that OpenAPI forbids are changed, each into one of its own', () => {
    const schemas = { 'A B': { type: 'string' }, 'A/B': { type: 'integer' }, A_B: { type: 'boolean' } };
    const responses = {
      200: {
        description: 'ok',
        content: { 'a/b': { schema: { prefixItems: [ref('A B'), ref('A~1B'), ref('A_B')] } } },
      },
    };
    const result = made('3.1', { responses }, { components: { schemas } });
    const items = at(
      operationOf(result),
      'responses',
      '200',
      'content',
      'a/b',
      'schema',
      'prefixItems',
    ) as JsonObject[];
    expect(items.map(({ $ref }) => at(result, ...String($ref).split('/').slice(1), 'type'))).toEqual([
      'string',
      'integer',
      'boolean',
    ]);
  });
});

describe('references', () => {
  test('in circles stay circles, and cost nothing', () => {
    const schemas = {
      A: ref('B'),
      B: ref('A'),
      C: { allOf: [ref('C')], properties: { c: ref('C'), a: ref('A') } },
    };
    const result = made(
      '3.1',
      { responses: { 200: { description: 'ok', content: { 'a/b': { schema: ref('C') } } } } },
      { components: { schemas } },
    );
    expect(schemaOf(result, 'A')).toEqual(ref('B'));
    expect(schemaOf(result, 'C')).toEqual({ properties: { c: ref('C'), a: ref('A') }, allOf: [ref('C')] });
  });

  test('that are mere data are not handed to tools that would follow them', async () => {
    const bait = { $ref: 'file:///etc/passwd' };
    const schema = {
      type: 'object',
      example: bait,
      default: { deep: [bait] },
      enum: [bait],
      const: bait,
      'x-more': bait,
      properties: { $ref: { type: 'string' } },
    };
    const operation = {
      parameters: [{ name: 'p', in: 'query', example: bait, schema: { type: 'object', examples: [bait] } }],
      responses: { 200: { description: 'ok', content: { 'application/json': { schema, example: bait } } } },
    };
    const result = made('3.1', operation);
    expect(JSON.stringify(result)).not.toContain('passwd');
    expect(at(operationOf(result), 'responses', '200', 'content', 'application/json', 'schema')).toEqual({
      type: 'object',
      properties: { $ref: { type: 'string' } },
    });
    expect((await lintRemarks(result)).filter((remark) => remark.startsWith('no-unresolved-refs'))).toEqual(
      [],
    );
  });
});

test('values that no document may have are left out, whatever they are', () => {
  const wrong: unknown[] = [null, 7, 'x', [], {}, true, [7], { a: 7 }];
  const keywords = [
    ...[
      'title',
      'description',
      'enum',
      'examples',
      'pattern',
      'minLength',
      'required',
      'dependentRequired',
      'xml',
    ],
    ...[
      'externalDocs',
      'discriminator',
      'allOf',
      'items',
      'properties',
      'type',
      'multipleOf',
      'readOnly',
      'format',
    ],
  ];
  for (const keyword of keywords) {
    const prefixItems = wrong.map((value) => ({ [keyword]: value }));
    expect(() => made('3.1', { responses: answering('3.1', { prefixItems }) })).not.toThrow();
  }
});

test('a hundred schemas that all refer to all are as many components', () => {
  const count = 100;
  const names = Array.from({ length: count }, (_, index) => `S${index}`);
  const properties = Object.fromEntries(names.map((name) => [name, ref(name)]));
  const schemas = Object.fromEntries(names.map((name) => [name, { type: 'object', properties }]));
  const source = document(
    '3.1',
    { '/it': { get: { responses: answering('3.1', ref('S0')) } } },
    { components: { schemas } },
  );
  const result = documentOfHttp(source);
  expect(Object.keys(at(result, 'components', 'schemas') as object)).toHaveLength(count + 1);
});

test('of a large service the document is made in turns: others are answered meanwhile', async () => {
  const count = 3000;
  const paths = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `/p${index}`,
      { get: { responses: answering('3.1', ref(`S${index}`)) } },
    ]),
  );
  const schemas = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `S${index}`,
      { type: 'object', description: 'x'.repeat(2000) },
    ]),
  );
  const operations = httpOperations(document('3.1', paths, { components: { schemas } }));
  const service = { name: 'shop', revision: '1', operations } as unknown as RegisteredService;
  const snapshot = { revision: '1', services: new Map([['shop', service]]), graph: EMPTY_GRAPH };
  const documents = createOpenapiDocuments({ automaticRoutes: 'undeclared' });
  let turns = 0;
  let isDone = false;
  const count1 = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count1);
  };
  setImmediate(count1);
  const [first, second] = await Promise.all([documents.of(snapshot), documents.of(snapshot)]);
  isDone = true;
  // Made once, however many ask for it.
  expect(second).toBe(first);
  expect(first?.bytes.length).toBeGreaterThan(count * 2000);
  expect(turns).toBeGreaterThan(3);
});

describe('registered at a running gateway', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway([demoService('users', 'grpc://127.0.0.1:9')]);
  });
  afterAll(() => gateway?.close());

  function service(name: string, content: object): ServiceDefinition {
    return {
      name,
      source: {
        kind: 'openapi',
        files: [{ path: 'api.json', content: JSON.stringify(content) }],
        entry: 'api.json',
      },
      upstream: { targets: [{ url: 'http://127.0.0.1:9' }] },
    };
  }
  const fetched = async (): Promise<JsonObject> =>
    (await send(gateway.publicUrl, { path: '/openapi.json' })).json() as JsonObject;

  test('a hundred thousand schemas are refused, and the document is what it was', async () => {
    const before = await fetched();
    const schemas = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`S${index}`, {}]));
    const error = await gateway.registry
      .put(service('large', document('3.1', { '/large': { get: OK } }, { components: { schemas } })))
      .catch((thrown: unknown) => thrown);
    expect((error as GatewayError).problems.map(({ message }) => message)).toEqual([
      '#/components/schemas: this holds more than 20000 members',
    ]);
    expect(await fetched()).toEqual(before);
  });

  test('a service with names of others changes nothing of theirs', async () => {
    const before = await fetched();
    const schemas = { User: { type: 'string' }, Problem: { type: 'string' } };
    const operation = {
      operationId: 'UserService_GetUser',
      tags: ['UserService'],
      responses: answering('3.1', { anyOf: [ref('User'), ref('Problem')] }),
    };
    await gateway.registry.put(
      service('thief', document('3.1', { '/mine': { get: operation } }, { components: { schemas } })),
    );
    const after = await fetched();
    expect(faultsOf(after)).toEqual([]);
    expect(at(after, 'components', 'schemas')).toMatchObject(at(before, 'components', 'schemas') as object);
    expect(at(after, 'paths')).toMatchObject(at(before, 'paths') as object);
    expect(at(after, 'paths', '/mine', 'get')).toMatchObject({
      operationId: 'thief.UserService_GetUser',
      tags: ['thief.UserService'],
    });
    const alone = (
      await send(gateway.publicUrl, { path: '/openapi.json?service=thief' })
    ).json() as JsonObject;
    expect(at(alone, 'paths', '/mine', 'get')).toMatchObject({ operationId: 'UserService_GetUser' });
    expect(alone.info).toMatchObject({ title: 'T' });
    await gateway.registry.remove('thief');
    expect(await fetched()).toEqual(before);
  });
});

test('two services of one name for everything, one after the other', () => {
  const part = (name: string) =>
    partOfHttp(
      document(
        '3.1',
        { [`/${name}`]: { get: { operationId: 'x', responses: answering('3.1', ref('X')) } } },
        { components: { schemas: { X: { const: name } } } },
      ),
      { name },
    );
  const result = sent(['a', 'b', 'b.X', 'c'].map(part));
  expect(faultsOf(result)).toEqual([]);
  expect(Object.keys(at(result, 'components', 'schemas') as object)).toHaveLength(5);
});
