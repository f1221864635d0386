// What clients get to hear of an upstream's status. Source: transcoding reference, sections 9.1, 9.3 and 9.4;
// management reference, section 5.5.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { problemOf } from '../harness/problem.ts';
import { type LibraryWorld, startLibraryWorld } from '../rest/library-world.ts';

let world: LibraryWorld;
beforeAll(async () => {
  world = await startLibraryWorld();
});
afterAll(() => world.close());

const CANARY = 'canary 10.1.2.3:50051 /srv/secret.ts';
const fail = (code: string, headers: Record<string, string> = {}) =>
  world.get('/v1/books/b1', { 'x-mock-status': code, 'x-mock-message': CANARY, ...headers });

describe('each code has its status and title', () => {
  test.each([
    ['CANCELLED', 499, 'Client closed the request'],
    ['UNKNOWN', 500, 'Unknown error'],
    ['INVALID_ARGUMENT', 400, 'Invalid argument'],
    ['DEADLINE_EXCEEDED', 504, 'Deadline exceeded'],
    ['NOT_FOUND', 404, 'Not found'],
    ['ALREADY_EXISTS', 409, 'Already exists'],
    ['PERMISSION_DENIED', 403, 'Permission denied'],
    ['RESOURCE_EXHAUSTED', 429, 'Resource exhausted'],
    ['FAILED_PRECONDITION', 400, 'Failed precondition'],
    ['ABORTED', 409, 'Aborted'],
    ['OUT_OF_RANGE', 400, 'Out of range'],
    ['UNIMPLEMENTED', 501, 'Not implemented'],
    ['INTERNAL', 500, 'Internal error'],
    ['UNAVAILABLE', 503, 'Unavailable'],
    ['DATA_LOSS', 500, 'Data loss'],
    ['UNAUTHENTICATED', 401, 'Not signed in'],
  ])('%s is %i', async (code, status, title) => {
    const answer = await fail(code);
    expect(answer.status).toBe(status);
    expect(problemOf(answer)).toEqual(
      expect.objectContaining({
        type: `urn:dragoman:problem:${code.toLowerCase().replaceAll('_', '-')}`,
        title,
        status,
        code,
        instance: '/v1/books/b1',
        source: 'upstream',
        violations: [],
        details: [],
      }),
    );
    expect(answer.headers['cache-control']).toBe('no-store');
  });
});

describe('its message', () => {
  test.each([
    ['INVALID_ARGUMENT'],
    ['NOT_FOUND'],
    ['ALREADY_EXISTS'],
    ['PERMISSION_DENIED'],
    ['UNAUTHENTICATED'],
    ['FAILED_PRECONDITION'],
    ['ABORTED'],
    ['OUT_OF_RANGE'],
    ['RESOURCE_EXHAUSTED'],
    ['UNIMPLEMENTED'],
  ])('passes for %s, which speaks to the caller', async (code) => {
    expect(problemOf(await fail(code)).detail).toBe(CANARY);
  });

  test.each([
    ['UNKNOWN', 'the upstream failed for an unknown reason'],
    ['INTERNAL', 'the upstream failed'],
    ['DATA_LOSS', 'the upstream lost data'],
    ['UNAVAILABLE', 'the upstream is not available'],
    ['DEADLINE_EXCEEDED', 'the deadline passed before the upstream answered'],
    ['CANCELLED', 'the upstream cancelled the call'],
  ])(
    'of %s is a sentence of ours, and the original is in the log with the request’s id',
    async (code, detail) => {
      const answer = await fail(code);
      const problem = problemOf(answer);
      expect(problem.detail).toBe(detail);
      expect(JSON.stringify([answer.headers, answer.text])).not.toMatch(/canary|10\.1\.2\.3|secret/);
      const lines = world.gateway.logs.filter((line) => line.includes(problem.requestId));
      expect(lines.join('')).toContain(CANARY);
    },
  );

  test('is percent-decoded, whatever it holds', async () => {
    const problem = problemOf(await fail('NOT_FOUND', { 'x-mock-message': '50% of "it" <b>' }));
    expect(problem.detail).toBe('50% of "it" <b>');
  });

  test('is never empty', async () => {
    const problem = problemOf(await fail('NOT_FOUND', { 'x-mock-message': '' }));
    expect(problem.detail).toBe('not found');
  });
});

describe('its headers', () => {
  test.each([
    ['401 names the scheme, not the message', 'UNAUTHENTICATED', 'www-authenticate', 'Bearer'],
    ['503 says when to come back', 'UNAVAILABLE', 'retry-after', '1'],
  ])('%s', async (_name, code, header, value) => {
    expect((await fail(code)).headers[header]).toBe(value);
  });

  test('429 says when only if the upstream does', async () => {
    expect((await fail('RESOURCE_EXHAUSTED')).headers).not.toHaveProperty('retry-after');
    const told = await fail('RESOURCE_EXHAUSTED', { 'x-mock-details': 'retry-info' });
    // One second and a half, rounded up.
    expect(told.headers['retry-after']).toBe('2');
  });

  test('none comes from the upstream', async () => {
    const answer = await fail('NOT_FOUND', {
      'x-mock-details': 'error-info',
      'x-mock-echo-metadata': 'true',
    });
    expect(Object.keys(answer.headers).sort()).toEqual([
      'cache-control',
      'connection',
      'content-length',
      'content-type',
      'date',
      'x-content-type-options',
      'x-request-id',
    ]);
  });
});

const RPC = 'type.googleapis.com/google.rpc';

describe('its details', () => {
  test.each<[string, Record<string, unknown>]>([
    [
      'error-info',
      {
        '@type': `${RPC}.ErrorInfo`,
        reason: 'TOLD_TO_FAIL',
        domain: 'mock.example.com',
        metadata: { header: 'x-mock-status' },
      },
    ],
    [
      'bad-request',
      {
        '@type': `${RPC}.BadRequest`,
        fieldViolations: [{ field: 'book.page_count', description: 'must be positive' }],
      },
    ],
    ['retry-info', { '@type': `${RPC}.RetryInfo`, retryDelay: '1.500s' }],
    [
      'resource-info',
      {
        '@type': `${RPC}.ResourceInfo`,
        resourceType: 'mock.example.com/Thing',
        resourceName: 'things/t1',
        description: 'told to fail',
      },
    ],
    [
      'precondition-failure',
      {
        '@type': `${RPC}.PreconditionFailure`,
        violations: [{ type: 'TOLD', subject: 'things/t1', description: 'told to fail' }],
      },
    ],
    [
      'quota-failure',
      {
        '@type': `${RPC}.QuotaFailure`,
        violations: [{ subject: 'clientip:192.0.2.1', description: 'told to fail' }],
      },
    ],
    [
      'localized-message',
      { '@type': `${RPC}.LocalizedMessage`, locale: 'de-CH', message: 'Das ging nicht.' },
    ],
    [
      'help',
      {
        '@type': `${RPC}.Help`,
        links: [{ description: 'What mocks can do', url: 'https://mock.example.com/help' }],
      },
    ],
    // Field 1, text "nobody knows me".
    [
      'unknown-type',
      {
        '@type': 'type.googleapis.com/nowhere.v1.Mystery',
        value: Buffer.from('\x0a\x0fnobody knows me').toString('base64'),
      },
    ],
    ['broken', { '@type': `${RPC}.ErrorInfo`, value: 'Dw==' }],
  ])('%s', async (name, detail) => {
    const problem = problemOf(await fail('FAILED_PRECONDITION', { 'x-mock-details': name }));
    expect(problem.details).toEqual([detail]);
  });

  test('come in their order', async () => {
    const problem = problemOf(await fail('ABORTED', { 'x-mock-details': 'help,error-info,retry-info' }));
    expect(problem.details.map((detail) => detail['@type'])).toEqual([
      `${RPC}.Help`,
      `${RPC}.ErrorInfo`,
      `${RPC}.RetryInfo`,
    ]);
  });

  test('BadRequest becomes violations with JSON paths', async () => {
    const problem = problemOf(await fail('INVALID_ARGUMENT', { 'x-mock-details': 'bad-request' }));
    expect(problem.violations).toEqual([{ field: 'book.pageCount', description: 'must be positive' }]);
  });

  test('DebugInfo is gone, on every code, alone or among others', async () => {
    for (const code of ['NOT_FOUND', 'INTERNAL', 'UNKNOWN']) {
      const answer = await fail(code, { 'x-mock-message': 'x', 'x-mock-details': 'debug-info,error-info' });
      expect(problemOf(answer).details.map((detail) => detail['@type'])).toEqual([`${RPC}.ErrorInfo`]);
      expect(answer.text).not.toMatch(/secret|DebugInfo/);
    }
  });

  test('whose code contradicts the status are set aside', async () => {
    const answer = await fail('NOT_FOUND', { 'x-mock-details': 'wrong-code' });
    const problem = problemOf(answer);
    expect([problem.status, problem.detail, problem.details]).toEqual([404, CANARY, []]);
  });
});

describe('an upstream that breaks off', () => {
  test('before any reply is not there: 503', async () => {
    const answer = await world.get('/v1/books/b1', { 'x-mock-cut': 'true' });
    expect(problemOf(answer)).toEqual(
      expect.objectContaining({
        status: 503,
        code: 'UNAVAILABLE',
        type: 'urn:dragoman:problem:upstream-unreachable',
        detail: 'the upstream is not available',
      }),
    );
    expect(JSON.stringify([answer.headers, answer.text])).not.toMatch(/127\.0\.0\.1:|ECONN/);
  });

  test('after its headers has cut its reply: 502', async () => {
    const answer = await world.get('/v1/books/b1', {
      'x-mock-cut': 'true',
      'x-mock-echo-metadata': 'true',
      'x-mock-delay-ms': '50',
    });
    expect(problemOf(answer)).toEqual(
      expect.objectContaining({
        status: 502,
        code: 'INTERNAL',
        type: 'urn:dragoman:problem:upstream-protocol',
      }),
    );
  });

  test('is called again by the next request', async () => {
    await world.get('/v1/books/b1', { 'x-mock-cut': 'true' });
    expect((await world.get('/v1/books/b1')).status).toBe(200);
  });

  test('or sends more than is allowed: 502', async () => {
    const answer = await world.get('/v1/books/b1', { 'x-mock-size': String(5 * 1024 * 1024) });
    expect(problemOf(answer)).toEqual(
      expect.objectContaining({
        status: 502,
        code: 'INTERNAL',
        type: 'urn:dragoman:problem:upstream-reply-too-large',
        source: 'upstream',
      }),
    );
  });
});
