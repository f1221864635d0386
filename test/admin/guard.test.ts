// Who may use the admin port. Source: security reference, class 23.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Answer, type RequestOptions, send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { startTestGateway, TEST_CONFIG, type TestGateway } from '../harness/start-gateway.ts';

const TOKEN = 'a-token-of-some-length';
let open: TestGateway;
let locked: TestGateway;
beforeAll(async () => {
  open = await startTestGateway();
  locked = await startTestGateway([], { admin: { ...TEST_CONFIG.admin, token: TOKEN } });
});
afterAll(() => Promise.all([open.close(), locked.close()]));

const list = (gateway: TestGateway, headers: RequestOptions['headers'] = {}): Promise<Answer> =>
  send(gateway.adminUrl, { path: '/v1/services', headers });

describe('without a token, the Host tells an operator from a page that was rebound', () => {
  test.each([
    ['localhost'],
    ['localhost:9080'],
    ['127.0.0.1'],
    ['127.0.0.1:1'],
    ['[::1]'],
    ['[::1]:9080'],
    ['LOCALHOST'],
  ])('%s may', async (host) => {
    expect((await list(open, { host })).status).toBe(200);
  });
  test.each([
    ['attacker.test'],
    ['attacker.test:9080'],
    ['localhost.attacker.test'],
    ['127.0.0.1.attacker.test'],
    ['127.0.0.2'],
    ['0.0.0.0'],
    ['127.1'],
    ['2130706433'],
  ])('%s may not', async (host) => {
    const problem = problemOf(await list(open, { host }));
    expect([problem.status, problem.code]).toEqual([403, 'PERMISSION_DENIED']);
  });
});

describe('a page of another origin may not', () => {
  test.each([
    ['http://attacker.test'],
    ['https://localhost:9080'],
    ['http://localhost'],
    ['null'],
    [''],
    ['file://'],
  ])('%j', async (origin) => {
    for (const gateway of [open, locked]) {
      const answer = await list(gateway, {
        host: 'localhost:9080',
        origin,
        authorization: `Bearer ${TOKEN}`,
      });
      expect(problemOf(answer).status).toBe(403);
    }
  });
  test('but its own may', async () => {
    const answer = await list(open, { host: 'localhost:9080', origin: 'http://localhost:9080' });
    expect(answer.status).toBe(200);
  });
});

describe('with a token', () => {
  test('its holder may, under any name of the host', async () => {
    expect((await list(locked, { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    expect(
      (await list(locked, { authorization: `Bearer ${TOKEN}`, host: 'gateway.example.com' })).status,
    ).toBe(200);
  });
  test.each([
    ['nothing', undefined],
    ['an empty one', ''],
    ['another', 'Bearer wrong'],
    ['none', 'Bearer '],
    ['a beginning', `Bearer ${TOKEN.slice(0, -1)}`],
    ['more', `Bearer ${TOKEN}x`],
    ['another case', `Bearer ${TOKEN.toUpperCase()}`],
    ['no scheme', TOKEN],
    ['another scheme', `Basic ${Buffer.from(`:${TOKEN}`).toString('base64')}`],
    ['two', `Bearer ${TOKEN}, Bearer ${TOKEN}`],
  ])('%s is 401', async (_name, authorization) => {
    const answer = await list(locked, authorization === undefined ? {} : { authorization });
    const problem = problemOf(answer);
    expect([problem.status, problem.code, answer.headers['www-authenticate']]).toEqual([
      401,
      'UNAUTHENTICATED',
      'Bearer',
    ]);
    expect(answer.text).not.toContain(TOKEN);
  });
  test('every path of the API wants it, also those that are none', async () => {
    for (const [method, path] of [
      ['GET', '/v1/services/x'],
      ['PUT', '/v1/services/x'],
      ['DELETE', '/v1/services/x'],
      ['POST', '/dragoman.admin.v1.Services/ListServices'],
      ['GET', '/nowhere'],
      ['OPTIONS', '/v1/services'],
    ]) {
      expect(problemOf(await send(locked.adminUrl, { method: method ?? '', path: path ?? '' })).status).toBe(
        401,
      );
    }
  });
  test('health and metrics want none', async () => {
    for (const path of ['/livez', '/readyz', '/healthz', '/metrics']) {
      expect((await send(locked.adminUrl, { path })).status).toBe(200);
    }
  });
  test('it is in no log', () => {
    expect([...locked.logs, ...open.logs].join('')).not.toContain(TOKEN);
  });
});

test('nothing that is registered is reached through the admin port', async () => {
  expect(problemOf(await send(open.adminUrl, { path: '/v1/books/b1' })).status).toBe(404);
  expect(problemOf(await send(open.adminUrl, { path: '/graphql' })).status).toBe(404);
});
