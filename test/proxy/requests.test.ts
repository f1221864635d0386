// What an HTTP upstream gets of a request: everything that is meant for it, and nothing that a client could forge.
// Security reference, classes 3 to 6 and section 4; RFC 9110 §7.6.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { rawExchange } from '../harness/raw-socket.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type HttpUpstream, openapiService, proxyService, startHttpUpstream } from './upstream.ts';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string[]>>;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

let upstream: HttpUpstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startHttpUpstream();
  upstream.answer(async (request, response) => {
    // A request that is given up has no end.
    const chunks = await request.toArray().catch(() => undefined);
    if (chunks === undefined) return;
    const body = Buffer.concat(chunks).toString('latin1');
    const { method, url, headersDistinct: headers, rawHeaders } = request;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ method, url, headers, rawHeaders, body }));
  });
  gateway = await startTestGateway([
    proxyService(upstream.url),
    proxyService(upstream.url, { name: 'kept', prefix: '/kept/here', stripPrefix: false }),
    proxyService(upstream.url, { name: 'rewritten', prefix: '/old', rewrite: '/new/v2' }),
    proxyService(upstream.url, { name: 'longer', prefix: '/p/longer', rewrite: '/longer-one' }),
    proxyService(upstream.url, { name: 'silent', prefix: '/silent', forwardsAuthorization: false }),
    openapiService(upstream.url, {
      '/items/{id}': { get: {}, delete: {} },
      '/files/{name}.json': { get: {} },
      '/v{major}-{minor}/x': { get: {} },
      '/slash/': { get: {} },
    }),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

async function seen(...options: Parameters<typeof send>[1][]): Promise<Seen> {
  const answer = await send(gateway.publicUrl, options[0]);
  expect(answer.status).toBe(200);
  return answer.json() as Seen;
}

describe('the path', () => {
  test.each([
    // request target, what arrives
    ['/p', '/'],
    ['/p/', '/'],
    ['/p?a=1', '/?a=1'],
    ['/p/a/b', '/a/b'],
    ['/p/a/b/', '/a/b/'],
    ['/p/a//b', '/a//b'],
    ['/old//a', '/new/v2//a'],
    ['/kept/here//a', '/kept/here//a'],
    ['/p/a?//evil.example', '/a?//evil.example'],
    ['/p/a%20b', '/a%20b'],
    ['/p/%C3%A9', '/%C3%A9'],
    ['/p/%7Ea', '/%7Ea'],
    ['/%70/a', '/a'],
    ['/p/a;v=1/b', '/a;v=1/b'],
    ['/p/a:b@c,d=e', '/a:b@c,d=e'],
    ["/p/!$&'()*+", "/!$&'()*+"],
    ['/p/a?b=c&b=d&&e=%2F%2e%2e&f=a+b&g', '/a?b=c&b=d&&e=%2F%2e%2e&f=a+b&g'],
    ['/p/a?x=/../y?z', '/a?x=/../y?z'],
    ['/p/a?', '/a?'],
    ['/kept/here/a', '/kept/here/a'],
    ['/kept/here', '/kept/here'],
    ['/old/a?b', '/new/v2/a?b'],
    ['/old', '/new/v2'],
    ['/old/', '/new/v2/'],
    ['/p/longer/a', '/longer-one/a'],
    ['/p/longer', '/longer-one'],
    ['/p/longerthan', '/longerthan'],
    ['/items/1', '/items/1'],
    ['/items/a%2Fb', '/items/a%2Fb'],
    ['/items/a%5Cb', '/items/a%5Cb'],
    ['/items/%2e%2e%2e', '/items/%2e%2e%2e'],
    ['/items/a..b', '/items/a..b'],
    ['/items/1,2;x=y', '/items/1,2;x=y'],
    ['/files/a.b.json', '/files/a.b.json'],
    ['/v1-2/x', '/v1-2/x'],
    ['/slash/', '/slash/'],
  ])('%s arrives as %s', async (path, expected) => {
    expect((await seen({ path })).url).toBe(expected);
  });

  test.each([
    ['/p/../a'],
    ['/p/./a'],
    ['/p/%2e%2e/a'],
    ['/p/%2E./a'],
    ['/p/a/..'],
    ['/p/..;/a'],
    ['/p/..;x=1/a'],
    ['/p/.;/a'],
    ['/p/%2e%2e;/a'],
    ['/p/%252e%252e/a'],
    ['/p/..%2fa'],
    ['/p/a%2fb'],
    ['/p/a%2Fb'],
    ['/p/a%5cb'],
    ['/p/a\\b'],
    ['/p/%00'],
    ['/p/%c0%ae%c0%ae/a'],
    ['/p/%zz'],
    ['/p/a#b'],
    ['/items/..'],
    ['/items/%2e%2e'],
    ['/items/..%2F..'],
    ['/items/..%2fadmin'],
    ['/items/a%2f..%2fb'],
    ['/items/..%5cadmin'],
    ['/items/..;'],
    ['/items/..;x'],
    ['/items/%252e%252e'],
    ['/items/%252e%252e%252fa'],
    ['/items/..%252fa'],
    // A byte that is no text must not keep the rest from being looked at.
    ['/items/%25ff%252f%252e%252e'],
    ['/items/%25ff%252f..%252fa'],
    ['/items/%252e%252e%253bx'],
    // What would begin as a host does.
    ['/p//evil.example/x'],
    ['/p//evil.example'],
    ['/p//'],
    ['/p///evil.example'],
    ['/p//longer/a'],
  ])('%s is refused and never sent', async (path) => {
    const before = upstream.requests.length;
    const { answers } = await rawExchange(
      gateway.publicUrl,
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    expect(answers.map(({ status }) => status)).toEqual([400]);
    expect(upstream.requests.length).toBe(before);
  });

  test.each([
    ['/files/a.xml', 404],
    ['/files/.json', 404],
    ['/v1-/x', 404],
    ['/slash', 404],
    ['/items', 404],
    ['/items/', 404],
    ['/pp', 404],
  ])('%s is no route', async (path, status) => {
    expect((await send(gateway.publicUrl, { path })).status).toBe(status);
  });
});

describe('the method', () => {
  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'REPORT', 'PURGE'])(
    '%s goes on through a plain proxy',
    async (method) => {
      expect((await seen({ method, path: '/p/a' })).method).toBe(method);
    },
  );

  test('HEAD stays HEAD, and its answer keeps the length', async () => {
    upstream.requests.length;
    const answer = await send(gateway.publicUrl, { method: 'HEAD', path: '/items/1' });
    expect([answer.status, answer.text, upstream.requests.at(-1)?.method]).toEqual([200, '', 'HEAD']);
  });

  test('OPTIONS of a described path is for its upstream to answer', async () => {
    expect((await seen({ method: 'OPTIONS', path: '/items/1' })).method).toBe('OPTIONS');
  });

  test('what the document does not declare is 405, and TRACE is so everywhere', async () => {
    const post = await send(gateway.publicUrl, { method: 'POST', path: '/items/1' });
    expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD, DELETE, OPTIONS']);
    expect((await send(gateway.publicUrl, { method: 'TRACE', path: '/p/a' })).status).toBe(405);
  });
});

describe('headers', () => {
  test('go on in their order, spelling and number', async () => {
    const { rawHeaders } = await seen({
      path: '/p/a',
      headers: {
        'X-One': 'a',
        'x-TWO': ['b', 'c'],
        Cookie: 'a=b; c=d',
        Range: 'bytes=0-1',
        'If-None-Match': '"x"',
      },
    });
    const passed = rawHeaders.join('\n');
    expect(passed).toContain(
      'X-One\na\nx-TWO\nb\nx-TWO\nc\nCookie\na=b; c=d\nRange\nbytes=0-1\nIf-None-Match\n"x"',
    );
  });

  test('of the connection stay behind, and so does what Connection names', async () => {
    const { headers } = await seen({
      path: '/p/a',
      headers: {
        Connection: 'keep-alive, X-Mine, close-not, x-request-id, via, x-forwarded-for',
        'Keep-Alive': 'timeout=5',
        'X-Mine': 'a',
        'Close-Not': 'b',
        'Proxy-Connection': 'keep-alive',
        'Proxy-Authorization': 'Basic c2VjcmV0',
        TE: 'gzip',
        Upgrade: 'h2c',
        'HTTP2-Settings': 'AAMAAABkAAQAAP__',
      },
    });
    for (const name of [
      'keep-alive',
      'x-mine',
      'close-not',
      'proxy-connection',
      'proxy-authorization',
      'te',
      'upgrade',
      'http2-settings',
    ]) {
      expect([name, headers[name]]).toEqual([name, undefined]);
    }
    expect(headers.connection).toEqual(['keep-alive']);
    // What the gateway adds, no client can have removed.
    expect(headers['x-request-id']).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(headers.via).toEqual(['1.1 dragoman']);
    expect(headers['x-forwarded-for']).toEqual(['127.0.0.1']);
  });

  test('that tell who a caller is or whence it came are never the client’s own', async () => {
    const forged = {
      ...{
        'X-Consumer-ID': '1',
        'x-consumer-username': 'root',
        X_Consumer_Groups: 'admin',
        'x-credential-identifier': '1',
      },
      ...{
        'X-Anonymous-Consumer': 'false',
        Forwarded: 'for=1.2.3.4',
        'X-Forwarded-For': '1.2.3.4',
        'X-Real-IP': '1.2.3.4',
      },
      ...{
        'X-Forwarded-Host': 'evil',
        'X-Forwarded-Proto': 'https',
        'x-forwarded-prefix': '/evil',
        'X-Request-Id': 'mine',
      },
      ...{ 'X-Original-URL': '/admin', 'x-rewrite-url': '/admin' },
      ...{ Proxy: 'http://evil:1', 'grpc-metadata-proxy': 'http://evil:1' },
      ...{ 'X-Forwarded-User': 'root', 'x-forwarded-path': '/evil', 'Grpc-Metadata-X-Consumer-Id': 'root' },
    };
    const { headers } = await seen({ path: '/p/a', headers: { ...forged, Host: 'shop.example:99' } });
    expect(JSON.stringify(headers)).not.toMatch(/root|1\.2\.3\.4|evil|admin|mine/);
    expect(headers['x-forwarded-host']).toEqual(['shop.example:99']);
    expect(headers['x-forwarded-proto']).toEqual(['http']);
    expect(headers.host).toEqual([new URL(upstream.url).host]);
  });

  test.each(['X-HTTP-Method-Override', 'x-http-method', 'X-Method-Override'])(
    '%s makes no other method of one that a document has, and is for a plain proxy’s service to read',
    async (name) => {
      const headers = { [name]: 'DELETE' };
      expect((await seen({ path: '/items/1', headers })).headers[name.toLowerCase()]).toBeUndefined();
      expect((await seen({ path: '/p/a', headers })).headers[name.toLowerCase()]).toEqual(['DELETE']);
    },
  );

  test('by which a method is told anew have been heeded where the service wants it so', async () => {
    const overriding = await startTestGateway([
      openapiService(
        upstream.url,
        { '/items/{id}': { delete: {}, post: {} } },
        { rest: { methodOverride: true } },
      ),
    ]);
    const methods = [];
    for (const headers of [{}, { 'X-HTTP-Method-Override': 'delete' }]) {
      const answer = await send(overriding.publicUrl, { method: 'POST', path: '/items/1', headers });
      methods.push((answer.json() as Seen).method);
    }
    await overriding.close();
    expect(methods).toEqual(['POST', 'DELETE']);
  });

  test('name earlier proxies in one Via', async () => {
    const { headers } = await seen({ path: '/p/a', headers: { Via: ['1.0 one', '1.1 two'] } });
    expect(headers.via).toEqual(['1.0 one, 1.1 two, 1.1 dragoman']);
  });

  test('Authorization goes on, unless the service wants none', async () => {
    const headers = { Authorization: 'Basic c2VjcmV0' };
    expect((await seen({ path: '/p/a', headers })).headers.authorization).toEqual(['Basic c2VjcmV0']);
    expect((await seen({ path: '/silent/a', headers })).headers.authorization).toBeUndefined();
  });

  test('TE: trailers goes on as its own hop’s', async () => {
    const { headers } = await seen({ path: '/p/a', headers: { TE: 'gzip, trailers' } });
    expect([headers.te, headers.connection]).toEqual([['trailers'], ['keep-alive, TE']]);
  });

  test('of a trusted proxy are believed', async () => {
    const trusting = await startTestGateway([proxyService(upstream.url)], {
      listen: { http: { host: '127.0.0.1', port: 0 }, trustedProxies: ['127.0.0.0/8'] },
    });
    const answer = await send(trusting.publicUrl, {
      path: '/p/a',
      headers: {
        'X-Forwarded-For': '8.8.8.8, 1.2.3.4',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Host': 'shop.example',
      },
    });
    await trusting.close();
    const { headers } = answer.json() as Seen;
    expect(headers['x-forwarded-for']).toEqual(['1.2.3.4, 127.0.0.1']);
    expect(headers['x-forwarded-proto']).toEqual(['https']);
    expect(headers['x-forwarded-host']).toEqual(['shop.example']);
  });
});

describe('content', () => {
  test('goes on as it is, with its type and coding', async () => {
    const bytes = Buffer.from([0, 1, 2, 0xff, 0x0d, 0x0a]);
    const { body, headers } = await seen({
      path: '/p/a',
      method: 'POST',
      body: bytes,
      headers: { 'Content-Type': 'application/x-odd; a=b', 'Content-Encoding': 'gzip' },
    });
    expect(body).toBe(bytes.toString('latin1'));
    expect(headers['content-type']).toEqual(['application/x-odd; a=b']);
    expect(headers['content-encoding']).toEqual(['gzip']);
    expect(headers['content-length']).toEqual(['6']);
  });

  test('in chunks stays in chunks', async () => {
    const { body, headers } = await seen({
      path: '/p/a',
      method: 'POST',
      body: 'hello',
      headers: { 'Transfer-Encoding': 'chunked' },
    });
    expect([body, headers['transfer-encoding'], headers['content-length']]).toEqual([
      'hello',
      ['chunked'],
      undefined,
    ]);
  });

  test('of nothing is said to be nothing', async () => {
    const { headers } = await seen({ path: '/p/a', method: 'POST', headers: { 'Content-Length': '0' } });
    expect([headers['content-length'], headers['transfer-encoding']]).toEqual([['0'], undefined]);
  });

  test.each([
    ['announced', { 'Content-Length': String(5 * 1024 * 1024) }],
    ['in chunks', { 'Transfer-Encoding': 'chunked' }],
  ])('beyond the limit is 413 where it is %s', async (_name, headers) => {
    const answer = await send(gateway.publicUrl, {
      path: '/p/a',
      method: 'POST',
      body: Buffer.alloc(5 * 1024 * 1024),
      headers,
    });
    expect([answer.status, problemOf(answer).type]).toEqual([413, 'urn:dragoman:problem:body-too-large']);
  });
});
