// The schema as text beside the endpoint, for those who may introspect. Source: graphql reference, section 12.
import { afterEach, describe, expect, test } from '@jest/globals';
import { buildSchema, validateSchema } from 'graphql';
import type { GatewayConfig } from '../../gateway/config/gateway-config.ts';
import { demoService, inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

let gateway: TestGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

const library = demoService('library', 'grpc://127.0.0.1:1');

async function start(graphql: Partial<GatewayConfig['graphql']> = {}): Promise<string> {
  const settings = { path: '/graphql', graphiql: false, introspection: true, ...graphql };
  gateway = await startTestGateway([library], { graphql: settings });
  return gateway.publicUrl;
}

describe('GET /graphql/schema.graphql', () => {
  test('answers the schema as text, which is valid', async () => {
    const response = await fetch(`${await start()}/graphql/schema.graphql`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/plain; charset=utf-8',
    ]);
    const sdl = await response.text();
    expect(validateSchema(buildSchema(sdl))).toEqual([]);
    expect(sdl).toContain('book(');
  });

  test('follows a registration, and answers 304 as long as nothing changed', async () => {
    const url = `${await start()}/graphql/schema.graphql`;
    const first = await fetch(url);
    const etag = first.headers.get('etag') ?? '';
    const same = await fetch(url, { headers: { 'if-none-match': etag } });
    expect([same.status, await same.text()]).toEqual([304, '']);
    await gateway?.registry.put(
      inlineService(
        'extra',
        'syntax = "proto3"; package extra.v1; service Extra { rpc Poke(M) returns (M); } message M { string a = 1; }',
        'grpc://127.0.0.1:1',
      ),
    );
    const changed = await fetch(url, { headers: { 'if-none-match': etag } });
    expect(changed.status).toBe(200);
    expect(await changed.text()).toContain('poke(');
  });

  test('is compressed for those who take it, under a tag of its own', async () => {
    const url = `${await start()}/graphql/schema.graphql`;
    const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
    const gzipped = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
    expect(gzipped.headers.get('content-encoding')).toBe('gzip');
    expect(gzipped.headers.get('etag')).not.toBe(plain.headers.get('etag'));
    expect(await gzipped.text()).toBe(await plain.text());
  });

  test('answers HEAD without a body, and names what it takes to others', async () => {
    const url = `${await start()}/graphql/schema.graphql`;
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const post = await fetch(url, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('is below the path that the configuration gives GraphQL', async () => {
    const base = await start({ path: '/api/graph' });
    expect((await fetch(`${base}/api/graph/schema.graphql`)).status).toBe(200);
    expect((await fetch(`${base}/graphql/schema.graphql`)).status).toBe(404);
  });

  test('is refused where introspection is switched off', async () => {
    const response = await fetch(`${await start({ introspection: false })}/graphql/schema.graphql`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      403,
      'application/problem+json',
    ]);
    expect(await response.json()).toMatchObject({
      code: 'PERMISSION_DENIED',
      detail: 'the schema is not shown: introspection is switched off',
    });
  });

  test('is a path that no service may take', async () => {
    await start();
    const taking = inlineService(
      'taking',
      `syntax = "proto3"; package t.v1; import "google/api/annotations.proto";
       service T { rpc Get(M) returns (M) { option (google.api.http) = { get: "/graphql/schema.graphql" }; } } message M { string a = 1; }`,
      'grpc://127.0.0.1:1',
    );
    await expect(gateway?.registry.put(taking)).rejects.toMatchObject({
      problems: [expect.objectContaining({ rule: 'reserved-path' })],
    });
  });
});
