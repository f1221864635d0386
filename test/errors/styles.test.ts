// The three forms of an error. Sources: RFC 9457; AIP-193; google/rpc/status.proto; transcoding reference, sections 8
// and 9.3.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RestSettings } from '../../core/rest-options.ts';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import type { MockServer } from '../../upstream-mocks/mock-server.ts';
import { type RequestOptions, send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { demoService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';

let library: MockServer;
const gateways = new Map<string, TestGateway>();

const SETTINGS: Readonly<Record<string, RestSettings>> = {
  problem: {},
  google: { errors: 'google' },
  status: { errors: 'status' },
  open: { errors: 'status', exposeUpstreamErrors: true },
};

beforeAll(async () => {
  library = await startLibrary({ port: 0 });
  for (const [name, rest] of Object.entries(SETTINGS)) {
    gateways.set(name, await startTestGateway([demoService('library', library.url, { rest })]));
  }
});
afterAll(async () => {
  await Promise.all([...gateways.values()].map((gateway) => gateway.close()));
  await library.close();
});

const ask = (name: string, path: string, headers: Record<string, string> = {}, more: RequestOptions = {}) =>
  send(gateways.get(name)?.publicUrl ?? '', { path, headers, ...more });

const RPC = 'type.googleapis.com/google.rpc.';
const BAD_BODY = { method: 'POST', body: '{"nope":1}' } satisfies RequestOptions;
const JSON_TYPE = { 'content-type': 'application/json' };

describe('google: the error object of AIP-193', () => {
  test('of an upstream', async () => {
    const answer = await ask('google', '/v1/books/b1', {
      'x-mock-status': 'NOT_FOUND',
      'x-mock-message': 'gone',
      'x-mock-details': 'error-info',
    });
    expect([answer.status, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
      404,
      'application/json',
      'no-store',
    ]);
    expect(answer.json()).toEqual({
      error: {
        code: 404,
        message: 'gone',
        status: 'NOT_FOUND',
        details: [expect.objectContaining({ '@type': `${RPC}ErrorInfo`, reason: expect.any(String) })],
      },
    });
  });

  test('of an upstream that gives no details: none are made up', async () => {
    const answer = await ask('google', '/v1/books/b1', { 'x-mock-status': 'ABORTED', 'x-mock-message': 'x' });
    expect(answer.json()).toEqual({ error: { code: 409, message: 'x', status: 'ABORTED', details: [] } });
  });

  test('of a body that does not fit: the violations are a BadRequest', async () => {
    const answer = await ask('google', '/library.v1.LibraryService/GetBook', JSON_TYPE, BAD_BODY);
    expect([answer.status, answer.json()]).toEqual([
      400,
      {
        error: {
          code: 400,
          message: expect.stringContaining('nope'),
          status: 'INVALID_ARGUMENT',
          details: [
            { '@type': `${RPC}ErrorInfo`, reason: 'INVALID_ARGUMENT', domain: 'dragoman' },
            {
              '@type': `${RPC}BadRequest`,
              fieldViolations: [{ field: 'nope', description: expect.any(String) }],
            },
          ],
        },
      },
    ]);
  });

  test('of a deadline', async () => {
    const answer = await ask('google', '/v1/books/b1', { 'x-mock-hang': 'true', 'grpc-timeout': '50m' });
    expect([answer.status, answer.json()]).toEqual([
      504,
      { error: expect.objectContaining({ code: 504, status: 'DEADLINE_EXCEEDED' }) },
    ]);
  });

  test('a refusal of the gateway names its type as the reason', async () => {
    const answer = await ask(
      'google',
      '/library.v1.LibraryService/GetBook',
      {},
      { method: 'POST', body: 'x' },
    );
    expect([answer.status, answer.headers.accept]).toEqual([415, 'application/json']);
    expect(answer.json()).toEqual({
      error: expect.objectContaining({
        details: [{ '@type': `${RPC}ErrorInfo`, reason: 'UNSUPPORTED_MEDIA_TYPE', domain: 'dragoman' }],
      }),
    });
  });

  test('a path that is nobody’s is a problem', async () => {
    expect(problemOf(await ask('google', '/nowhere')).status).toBe(404);
  });

  test('GraphQL is not concerned', async () => {
    const answer = await ask(
      'google',
      '/graphql',
      { 'x-mock-status': 'NOT_FOUND' },
      {
        method: 'POST',
        body: { query: '{ __nope }' },
      },
    );
    expect(answer.json()).toEqual({ errors: [expect.objectContaining({ extensions: expect.any(Object) })] });
  });
});

describe('status: google.rpc.Status', () => {
  test.each([
    ['NOT_FOUND', 404, 5],
    ['UNAUTHENTICATED', 401, 16],
    ['CANCELLED', 499, 1],
  ])('%s has the HTTP status %i and the number %i', async (name, status, code) => {
    const answer = await ask('status', '/v1/books/b1', { 'x-mock-status': name, 'x-mock-message': 'm' });
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/json']);
    expect(answer.json()).toEqual({ code, message: expect.any(String), details: [] });
  });

  test('headers are those of every error', async () => {
    const busy = await ask('status', '/v1/books/b1', { 'x-mock-status': 'UNAVAILABLE' });
    expect([busy.status, busy.headers['retry-after']]).toEqual([503, '1']);
    const signedOut = await ask('status', '/v1/books/b1', {
      'x-mock-status': 'UNAUTHENTICATED',
      'x-mock-message': 'Basic realm="secret"',
    });
    expect([signedOut.status, signedOut.headers['www-authenticate']]).toEqual([401, 'Bearer']);
  });

  test('what speaks of the upstream’s insides is a fixed sentence, without debug info', async () => {
    const answer = await ask('status', '/v1/books/b1', {
      'x-mock-status': 'INTERNAL',
      'x-mock-message': 'disk 7 at 10.0.0.7 failed',
      'x-mock-details': 'debug-info,error-info',
    });
    expect(answer.json()).toEqual({
      code: 13,
      message: 'the upstream failed',
      details: [expect.objectContaining({ '@type': `${RPC}ErrorInfo` })],
    });
  });

  test('unless the service exposes it', async () => {
    const answer = await ask('open', '/v1/books/b1', {
      'x-mock-status': 'INTERNAL',
      'x-mock-message': 'disk 7 failed',
      'x-mock-details': 'debug-info',
    });
    expect(answer.json()).toEqual({
      code: 13,
      message: 'disk 7 failed',
      details: [expect.objectContaining({ '@type': `${RPC}DebugInfo` })],
    });
  });

  test('an address is not exposed even then', async () => {
    const answer = await ask('open', '/v1/books/b1', { 'x-mock-cut': 'true' });
    expect(answer.status).toBe(503);
    expect(answer.text).not.toMatch(/127\.0\.0\.1|ECONN|remote_addr/);
  });
});

describe('an error after the first message of a stream has the same form', () => {
  const stream = (name: string, accept: string) =>
    ask(name, '/v1/books:watch?count=3', {
      accept,
      'x-mock-status': 'ABORTED',
      'x-mock-message': 'm',
      'x-mock-after': '1',
    });

  test.each([
    ['problem', expect.objectContaining({ status: 409, code: 'ABORTED', detail: 'm' })],
    ['google', { code: 409, message: 'm', status: 'ABORTED', details: [] }],
    ['status', { code: 10, message: 'm', details: [] }],
  ])('%s', async (name, error) => {
    const lines = (await stream(name, 'application/x-ndjson')).text.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[1] ?? '')).toEqual({ error });
    const [, last = ''] = (await stream(name, 'text/event-stream')).text.split('event: error\ndata: ');
    expect(JSON.parse(last)).toEqual(error);
  });
});

describe('a problem', () => {
  test('has reason and domain of an ErrorInfo', async () => {
    const problem = problemOf(
      await ask('problem', '/v1/books/b1', { 'x-mock-status': 'NOT_FOUND', 'x-mock-details': 'error-info' }),
    );
    const [info] = problem.details;
    expect(problem).toEqual(expect.objectContaining({ reason: info?.reason, domain: info?.domain }));
    expect(info?.reason).toMatch(/^[A-Z_]+$/);
  });

  test('speaks the language of a LocalizedMessage that the client accepts', async () => {
    const fail = {
      'x-mock-status': 'NOT_FOUND',
      'x-mock-message': 'plain',
      'x-mock-details': 'localized-message',
    };
    const [detail] = problemOf(await ask('problem', '/v1/books/b1', fail)).details;
    const language = { 'accept-language': String(detail?.locale) };
    expect(problemOf(await ask('problem', '/v1/books/b1', fail)).detail).toBe('plain');
    expect(problemOf(await ask('problem', '/v1/books/b1', { ...fail, ...language })).detail).toBe(
      detail?.message,
    );
    expect(
      problemOf(await ask('problem', '/v1/books/b1', { ...fail, 'accept-language': 'tlh' })).detail,
    ).toBe('plain');
  });
});
