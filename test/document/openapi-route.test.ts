// `/openapi.json` of a running gateway: what is there, asking again, codings, refusals, switching it off.
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { GatewayError } from '../../core/error.ts';
import type { JsonObject } from '../../core/json.ts';
import { open, send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { demoService, inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { at } from './documents.ts';

const NOWHERE = 'grpc://127.0.0.1:9';
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway([demoService('library', NOWHERE), demoService('users', NOWHERE)]);
});
afterAll(() => gateway?.close());

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  send(gateway.publicUrl, { path, headers, method });

async function pathsAt(path: string): Promise<string[]> {
  return Object.keys(at((await get(path)).json() as JsonObject, 'paths') as object);
}

describe('the document', () => {
  test('is of all services, or of the one that is named', async () => {
    const all = await pathsAt('/openapi.json');
    expect(all).toEqual(expect.arrayContaining(['/v1/books/{book}', '/v1/users/{user}']));
    const users = await pathsAt('/openapi.json?service=users');
    expect(users).toContain('/v1/users/{user}');
    expect(users).not.toContain('/v1/books/{book}');
    expect(at((await get('/openapi.json?service=users')).json() as JsonObject, 'info', 'title')).toBe(
      'users',
    );
  });

  test('names the revision that is in force', async () => {
    const document = (await get('/openapi.json')).json() as JsonObject;
    expect(at(document, 'info', 'version')).toBe(gateway.registry.snapshot.revision);
    expect(at(document, 'openapi')).toBe('3.1.1');
  });

  test('is made once, and kept for who asks again', async () => {
    const first = await get('/openapi.json');
    expect(first.status).toBe(200);
    expect(first.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-cache',
      etag: expect.stringMatching(/^"[\w-]+"$/) as unknown,
      vary: 'Accept-Encoding',
    });
    const again = await get('/openapi.json', { 'if-none-match': String(first.headers.etag) });
    expect({ status: again.status, text: again.text, etag: again.headers.etag }).toEqual({
      status: 304,
      text: '',
      etag: first.headers.etag,
    });
    expect((await get('/openapi.json?service=users')).headers.etag).not.toBe(first.headers.etag);
  });

  test('has no body for HEAD', async () => {
    const [whole, head] = [await get('/openapi.json'), await get('/openapi.json', {}, 'HEAD')];
    expect({ status: head.status, text: head.text }).toEqual({ status: 200, text: '' });
    expect(head.headers.etag).toBe(whole.headers.etag);
    expect(head.headers['content-length']).toBe(String(Buffer.byteLength(whole.text)));
  });

  test('is compressed for who likes that, under a tag of its own', async () => {
    const plain = await get('/openapi.json');
    const { status, headers, body } = await open(gateway.publicUrl, {
      path: '/openapi.json',
      headers: { 'accept-encoding': 'gzip' },
    });
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    expect({ status, coding: headers['content-encoding'] }).toEqual({ status: 200, coding: 'gzip' });
    expect(gunzipSync(Buffer.concat(chunks)).toString()).toBe(plain.text);
    expect(headers.etag).not.toBe(plain.headers.etag);
    const again = await get('/openapi.json', {
      'accept-encoding': 'gzip',
      'if-none-match': String(headers.etag),
    });
    expect(again.status).toBe(304);
  });

  test('follows what is registered', async () => {
    const proto = `syntax = "proto3"; package late.v1; service Late { rpc Come(M) returns (M); } message M {}`;
    await gateway.registry.put(inlineService('late', proto, NOWHERE));
    expect(await pathsAt('/openapi.json')).toContain('/late.v1.Late/Come');
    await gateway.registry.remove('late');
    expect(await pathsAt('/openapi.json')).not.toContain('/late.v1.Late/Come');
  });
});

describe('refused', () => {
  test.each([
    ['/openapi.json?service=nobody', 404, 'NOT_FOUND', 'no service is registered as nobody'],
    ['/openapi.json?service=', 404, 'NOT_FOUND', 'no service is registered as '],
    [
      '/openapi.json?servce=users',
      400,
      'INVALID_ARGUMENT',
      'servce: there is no such parameter; "service" names one service',
    ],
    [
      '/openapi.json?service=users&service=library',
      400,
      'INVALID_ARGUMENT',
      'service: the parameter is there twice',
    ],
  ])('%s', async (path, status, code, detail) => {
    const problem = problemOf(await get(path));
    expect(problem).toMatchObject({ status, code, detail });
  });

  test('are other methods', async () => {
    const answer = await get('/openapi.json', {}, 'POST');
    expect(problemOf(answer)).toMatchObject({ status: 405, type: 'urn:dragoman:problem:method-not-allowed' });
    expect(answer.headers.allow).toBe('GET, HEAD');
  });

  test('are services that claim the path', async () => {
    const proto = `syntax = "proto3"; package a.v1; import "google/api/annotations.proto";
      service S { rpc A(M) returns (M) { option (google.api.http) = { get: "/openapi.json" }; } } message M {}`;
    const error = await gateway.registry
      .put(inlineService('thief', proto, NOWHERE))
      .catch((thrown: unknown) => thrown);
    expect((error as GatewayError).problems.map(({ rule }) => rule)).toContain('reserved-path');
  });
});

describe('switched off', () => {
  test('nothing is there', async () => {
    const closed = await startTestGateway([demoService('users', NOWHERE)], {
      openapi: { enabled: false, automaticRoutes: 'undeclared' },
    });
    try {
      const answer = await send(closed.publicUrl, { path: '/openapi.json' });
      expect(problemOf(answer)).toMatchObject({ status: 404, type: 'urn:dragoman:problem:route-not-found' });
    } finally {
      await closed.close();
    }
  });
});
