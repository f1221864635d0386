// Choices of a service that has an OpenAPI document: `camelCase`, `outputNullability` and `maps` (graphql reference,
// section 4).
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { GraphSettings } from '../../../core/graph-settings.ts';
import { send } from '../../harness/http-client.ts';
import { startTestGateway, type TestGateway } from '../../harness/start-gateway.ts';
import { documentOf, httpSource, show } from './document.ts';

const PARTS = {
  paths: `
    /pets/{pet_id}:
      put:
        operationId: putPet
        parameters:
          - { name: pet_id, in: path, required: true, schema: { type: string } }
          - { name: dry-run, in: query, schema: { type: boolean } }
        requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } } }
        responses: { "200": { description: it, content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } } } }
  `,
  schemas: `
    Pet:
      type: object
      required: [full_name, former_owners, sizes]
      properties:
        full_name: { type: string }
        former_owners: { type: array, items: { type: string } }
        sizes: { type: object, additionalProperties: { type: integer, format: int32 } }
        x-ray: { type: boolean }
        by_name: { type: object, additionalProperties: { type: object, properties: { the_name: { type: string } } } }
  `,
};

const typeWith = (settings: GraphSettings, name: string): string =>
  show([httpSource(PARTS, settings)]).type(name) ?? 'absent';

test('by default names are the document’s, promises count, and maps are entries', () => {
  expect(typeWith({}, 'Pet')).toBe(
    [
      'type Pet {',
      '  full_name: String!',
      '  former_owners: [String!]!',
      '  sizes: [PetSizesEntry!]!',
      '  x_ray: Boolean',
      '  by_name: [PetByNameEntry!]',
      '}',
    ].join('\n'),
  );
});

describe('camelCase', () => {
  test('renames properties of answers and requests', () => {
    expect(typeWith({ camelCase: true }, 'Pet')).toContain('  fullName: String!\n  formerOwners: [String!]!');
    expect(typeWith({ camelCase: true }, 'PetInput')).toContain('  xRay: Boolean');
  });

  test('two names that become one: the later one yields', () => {
    const both = `Pet: { type: object, properties: { a_b: { type: string }, aB: { type: integer, format: int32 } } }`;
    const type = show([httpSource({ ...PARTS, schemas: both }, { camelCase: true })]).type('Pet');
    expect(type).toBe('type Pet {\n  aB: String\n  aB_: Int\n}');
  });

  test('yields to an overlay', () => {
    const overlay = { '#/components/schemas/Pet/properties/full_name': { rename: 'Called' } };
    expect(typeWith({ camelCase: true, overlay }, 'Pet')).toContain('  Called: String!');
  });

  test('leaves names without letters as they are', () => {
    const odd = 'Pet: { type: object, properties: { "+1": { type: string }, "--": { type: string } } }';
    const type = show([httpSource({ ...PARTS, schemas: odd }, { camelCase: true })]).type('Pet');
    expect(type).toBe('type Pet {\n  _1: String\n  __: String\n}'.replace('__', 'x__'));
  });
});

describe('outputNullability', () => {
  test('lenient lets everything in answers be null, items included, and nothing else', () => {
    const settings = { outputNullability: 'lenient' } as const;
    expect(typeWith(settings, 'Pet')).toContain(
      '  full_name: String\n  former_owners: [String]\n  sizes: [PetSizesEntry!]\n',
    );
    expect(typeWith(settings, 'PetSizesEntry')).toBe('type PetSizesEntry {\n  key: String!\n  value: Int\n}');
    expect(typeWith(settings, 'PetInput')).toContain('  full_name: String!\n  former_owners: [String!]!');
  });

  test('an overlay may still say nonNull', () => {
    const overlay = { '#/components/schemas/Pet/properties/full_name': { nonNull: true } };
    expect(typeWith({ outputNullability: 'lenient', overlay }, 'Pet')).toContain('  full_name: String!');
  });
});

test('maps: json shows maps of scalars as JSON objects, and keeps entries where there are fields to select', () => {
  const type = typeWith({ maps: 'json' }, 'Pet');
  expect(type).toContain('  sizes: JSONObject!');
  expect(type).toContain('  by_name: [PetByNameEntry!]');
  expect(typeWith({ maps: 'json' }, 'PetInput')).toContain('  sizes: JSONObject!');
});

describe('a service with all three', () => {
  let upstream: Server;
  let gateway: TestGateway;
  let received = { url: '', body: '' };
  let body = '';
  beforeAll(async () => {
    upstream = createServer(async (request, response) => {
      received = { url: request.url ?? '', body: Buffer.concat(await request.toArray()).toString() };
      response.setHeader('content-type', 'application/json').end(body);
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const content = documentOf(PARTS);
    gateway = await startTestGateway([
      {
        name: 'api',
        source: { kind: 'openapi', files: [{ path: 'api.yaml', content }], entry: 'api.yaml' },
        upstream: { targets: [{ url: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` }] },
        graphql: { camelCase: true, outputNullability: 'lenient', maps: 'json' },
      },
    ]);
  });
  afterAll(async () => {
    await gateway?.close();
    upstream?.closeAllConnections();
    upstream?.close();
  });

  test('sends the document’s names, reads them, and lives with what is missing', async () => {
    body = '{"full_name":"Rex","former_owners":["a",null],"sizes":{"m":1}}';
    const query =
      'mutation { putPet(petId: "p 1", dryRun: true, input: { fullName: "Rex", formerOwners: ["a"], sizes: { m: 1 } }) { fullName formerOwners sizes xRay byName { key } } }';
    const answer = await send(gateway.publicUrl, { path: '/graphql', body: { query } });
    expect(answer.json()).toEqual({
      data: {
        putPet: { fullName: 'Rex', formerOwners: ['a', null], sizes: { m: 1 }, xRay: null, byName: null },
      },
    });
    expect(received).toEqual({
      url: '/pets/p%201?dry-run=true',
      body: '{"full_name":"Rex","former_owners":["a"],"sizes":{"m":1}}',
    });
  });

  test('an answer without what the document promises is what it is', async () => {
    body = '{}';
    const query =
      'mutation { putPet(petId: "1", input: { fullName: "", formerOwners: [], sizes: {} }) { fullName formerOwners sizes } }';
    const answer = await send(gateway.publicUrl, { path: '/graphql', body: { query } });
    expect(answer.json()).toEqual({ data: { putPet: { fullName: null, formerOwners: null, sizes: null } } });
  });
});
