// Services that claim hosts are found on these alone, the most particular first. DESIGN, section 5.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HostTable } from '../../schema/routes/host-table.ts';
import { send } from '../harness/http-client.ts';
import { demoService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type HttpUpstream, openapiService, proxyService, startHttpUpstream } from './upstream.ts';

const GET = { get: { responses: { 200: { description: '' } } } };

describe('the gateway', () => {
  let upstream: HttpUpstream;
  let gateway: TestGateway;
  beforeAll(async () => {
    upstream = await startHttpUpstream();
    upstream.answer((request, response) => void response.end(request.url));
    const { url } = upstream;
    const hosted = (name: string, hosts: string[] | undefined) =>
      proxyService(url, { name, prefix: '/', rewrite: `/${name}`, ...(hosts !== undefined && { hosts }) });
    gateway = await startTestGateway([
      openapiService(url, { '/only': GET }, { hosts: ['api.example'] }),
      hosted('exact', ['a.shop.example']),
      hosted('wide', ['*.shop.example']),
      hosted('wider', ['*.example']),
      openapiService(url, { '/everywhere': GET }, { name: 'all' }),
    ]);
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  test.each([
    ['a.shop.example', '/x', 200, '/exact/x'],
    ['A.Shop.Example:8080', '/x', 200, '/exact/x'],
    ['a.shop.example.', '/x', 200, '/exact/x'],
    ['b.shop.example', '/x', 200, '/wide/x'],
    ['c.b.shop.example', '/x', 200, '/wide/x'],
    ['shop.example', '/x', 200, '/wider/x'],
    ['api.example', '/only', 200, '/only'],
    // What a service declares for a host goes before a wildcard that would take it.
    ['api.example', '/x', 200, '/wider/x'],
    ['example', '/x', 404, undefined],
    ['other.test', '/only', 404, undefined],
    ['other.test', '/everywhere', 200, '/everywhere'],
    ['a.shop.example', '/everywhere', 200, '/exact/everywhere'],
  ])('with Host: %s, %s is %i', async (host, path, status, expected) => {
    const answer = await send(gateway.publicUrl, { path, headers: { host } });
    expect([answer.status, status === 200 ? answer.text : undefined]).toEqual([status, expected]);
  });

  test('X-Forwarded-Host chooses no service', async () => {
    const headers = { host: 'other.test', 'x-forwarded-host': 'a.shop.example' };
    expect((await send(gateway.publicUrl, { path: '/x', headers })).status).toBe(404);
  });
});

test('services of protos have prefixes and hosts as well', async () => {
  const library = demoService('library', 'grpc://127.0.0.1:1', { prefix: '/lib', hosts: ['books.example'] });
  const gateway = await startTestGateway([library]);
  const statusOf = async (path: string, host: string, method = 'GET') =>
    (await send(gateway.publicUrl, { path, headers: { host }, method })).status;
  // 503: found, and nobody is there.
  expect([
    await statusOf('/lib/v1/books/b1', 'books.example'),
    await statusOf('/lib/library.v1.LibraryService/GetBook', 'books.example', 'POST'),
    await statusOf('/v1/books/b1', 'books.example'),
    await statusOf('/lib/v1/books/b1', 'other.example'),
  ]).toEqual([503, 503, 404, 404]);
  const refused = gateway.registry.put(demoService('library', 'grpc://127.0.0.1:1', { rewrite: '/x' }));
  await expect(refused).rejects.toMatchObject({ problems: [{ rule: 'prefix' }] });
  await gateway.close();
});

test('a table asks the host, then ever wider wildcards, then everything', () => {
  const table = new HostTable(() => ({ name: '' }));
  for (const host of ['*.example', '*.b.example', 'a.b.example', '[::1]']) {
    for (const item of table.of([host])) item.name = host;
  }
  table.everywhere.name = 'everywhere';
  const ask = (host: string): string[] => [...table.candidates(host)].map(({ name }) => name);
  expect(ask('A.B.example:80')).toEqual(['a.b.example', '*.b.example', '*.example', 'everywhere']);
  expect(ask('[::1]:80')).toEqual(['[::1]', 'everywhere']);
  expect(ask('')).toEqual(['everywhere']);
});
