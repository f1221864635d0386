// The page for browsers. Source: graphql reference, section 9 (introspection, nothing from elsewhere).

import { request as httpRequest } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { defaultQuery } from '../../gateway/graphql/default-query.ts';
import { buildGraph, type GraphSource } from '../../schema/graphql/build-graph.ts';
import { type Served, serve, unary } from './door.ts';
import { librarySource } from './library.ts';
import { compile, operationsOf, proto3 } from './sources.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const library = librarySource();
let served: Served;

beforeAll(async () => {
  served = await serve([library], (call) => unary(call, {}));
});
afterAll(() => served.close());

const open = (headers: Record<string, string> = {}): Promise<Response> =>
  fetch(served.url, { headers: { accept: BROWSER, ...headers } });

describe('a browser', () => {
  test('gets a whole page that may load nothing from elsewhere', async () => {
    const response = await open();
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toMatch(
      /default-src 'none'.*connect-src 'self'.*frame-ancestors 'none'/,
    );
    expect(html.startsWith('<!doctype html>')).toBe(true);
    expect(html.match(/<(script|link)[^>]*(src|href)="https?:/g)).toBeNull();
    expect(html).toContain('"endpoint":"/graphql"');
    expect(html).toContain('books(pageSize: 5)');
    expect(html.trimEnd().endsWith('</html>')).toBe(true);
  });

  test('that has the page is told so', async () => {
    const etag = (await open()).headers.get('etag') ?? '';
    expect(etag).not.toBe('');
    const again = await open({ 'if-none-match': etag });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  test('that takes gzip gets the same page compressed', async () => {
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    httpRequest(served.url, { headers: { accept: BROWSER, 'accept-encoding': 'gzip, br' } }, (response) => {
      expect(response.headers['content-encoding']).toBe('gzip');
      const chunks: Buffer[] = [];
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => resolve(Buffer.concat(chunks)));
    }).end();
    const html = await (await open({ 'accept-encoding': 'identity' })).text();
    expect(gunzipSync(await promise).toString() === html).toBe(true);
  });

  test('gets an ordinary refusal when the page is switched off', async () => {
    const own = await serve([library], (call) => unary(call, {}), { graphiql: false });
    try {
      const response = await fetch(own.url, { headers: { accept: BROWSER } });
      expect([response.status, response.headers.get('content-type')]).toEqual([
        400,
        'application/json; charset=utf-8',
      ]);
    } finally {
      await own.close();
    }
  });
});

test('the snapshot is let go when the page is sent', async () => {
  await open();
  expect(served.pinned()).toBe(0);
});

describe('the first query', () => {
  const source = (body: string): GraphSource => ({
    name: 'shop',
    operations: operationsOf('shop', compile({ 'a.proto': proto3(body) }), ['a.proto']),
  });

  test.each<[what: string, sources: readonly GraphSource[], text: string]>([
    ['the demo library: a page of books', [library], 'books(pageSize: 5)'],
    ['nothing registered', [], '__typename'],
    [
      'nothing without required arguments',
      [
        source(
          'service S { rpc GetA(Q) returns (A) { option (google.api.http) = { get: "/v1/{id}" }; } } message Q { string id = 1; } message A { int32 b = 1; }',
        ),
      ],
      '__typename',
    ],
    [
      'a single value',
      [
        source(
          'service S { rpc GetCount(Q) returns (google.protobuf.Int64Value) { option (google.api.http) = { get: "/v1/count" }; } } message Q {}',
        ),
      ],
      'getCount',
    ],
    [
      'an object of objects alone',
      [
        source(
          'service S { rpc GetA(Q) returns (A) { option (google.api.http) = { get: "/v1/a" }; } } message Q {} message A { A a = 1; }',
        ),
      ],
      '__typename',
    ],
  ])('for %s works as it stands', async (_what, sources, text) => {
    const query = defaultQuery(buildGraph(sources).graph);
    expect(query).toContain(text);
    const own = await serve(sources, (call) =>
      unary(call, call.operation.output.name.endsWith('Int64Value') ? '7' : {}),
    );
    try {
      expect((await own.query(query)).errors).toBeUndefined();
    } finally {
      await own.close();
    }
  });
});
