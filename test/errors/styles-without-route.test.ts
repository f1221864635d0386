// The form of a refusal that came before a route was found: that of the services whose path it clearly is.
// Source: transcoding reference, section 9.3.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RestSettings } from '../../core/rest-options.ts';
import { send } from '../harness/http-client.ts';
import { rawExchange } from '../harness/raw-socket.ts';
import { type RudeUpstream, startRudeUpstream } from '../harness/rude-upstream.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { refusal } from '../rest/websocket-client.ts';

/** A service of its own package; `rules` of its one method, or of as many as there are rules. */
function service(name: string, rules: readonly string[], rest: RestSettings, hosts?: readonly string[]) {
  const methods = rules.map(
    (rule, index) => `rpc M${index}(R) returns (R) { option (google.api.http) = { ${rule} }; }`,
  );
  const proto = `
    syntax = "proto3";
    package ${name}.v1;
    import "google/api/annotations.proto";
    service S { ${methods.join('\n')} rpc Watch(R) returns (stream R); }
    message R { string name = 1; string text = 2; }`;
  return inlineService(name, proto, upstream.url, { rest, ...(hosts && { hosts }) });
}

let upstream: RudeUpstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startRudeUpstream();
  gateway = await startTestGateway([
    service('g', ['get: "/g/{name}"', 'post: "/g/{name}:turn" body: "*"', 'get: "/mixed/a/{name}"'], {
      errors: 'google',
    }),
    service('s', ['get: "/s/{name=deep/*}"', 'get: "/mixed/b"', 'delete: "/mixed/a/{name}"'], {
      errors: 'status',
    }),
    service('p', ['get: "/p/{name}"', 'get: "/{name}/under/anything"'], {}),
    service('h', ['get: "/g/{name}"'], { errors: 'status' }, ['only.test']),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

type Form = 'problem' | 'google' | 'status';

/** Which of the three forms a body has; `none` for anything else. */
function formOf(contentType: unknown, body: unknown): Form | 'none' {
  const members = typeof body === 'object' && body !== null ? Object.keys(body).join(',') : '';
  if (contentType === 'application/problem+json' && members.startsWith('type,title,status')) return 'problem';
  if (contentType === 'application/json' && members === 'error') return 'google';
  return contentType === 'application/json' && members === 'code,message,details' ? 'status' : 'none';
}

async function ask(method: string, path: string, headers: Record<string, string> = {}) {
  const answer = await send(gateway.publicUrl, { method, path, headers });
  return { answer, form: formOf(answer.headers['content-type'], answer.json()) };
}

describe('a method that the path does not take', () => {
  test.each([
    ['POST', '/g/a', 'google'],
    ['TRACE', '/g/a', 'google'],
    ['POST', '/s/deep/a', 'status'],
    ['POST', '/p/a', 'problem'],
    // Two services share the path and differ.
    ['POST', '/mixed/a/x', 'problem'],
    // The other has nothing here.
    ['POST', '/mixed/b', 'status'],
    ['POST', '/x/under/anything', 'problem'],
    ['GET', '/g.v1.S/M0', 'google'],
  ] as const)('%s %s: %s', async (method, path, expected) => {
    const { answer, form } = await ask(method, path);
    expect([answer.status, form]).toEqual([405, expected]);
    expect(answer.headers.allow).toEqual(expect.any(String));
  });
});

test.each([
  ['PUT', '/g/a', 405, 'google'],
  ['GET', '/g/a/b', 404, 'google'],
] as const)(
  '%s of %s in absolute form: %i in the same form, with the path alone',
  async (method, path, status, form) => {
    const { host } = new URL(gateway.publicUrl);
    const request = `${method} http://${host}${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`;
    const [answer] = (await rawExchange(gateway.publicUrl, request)).answers;
    const contentType = /^content-type: (.*)$/im.exec(answer?.head ?? '')?.[1]?.trim();
    expect([answer?.status, formOf(contentType, JSON.parse(answer?.body ?? ''))]).toEqual([status, form]);
    const nobodys = `GET http://${host}/nobody?x=1 HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;
    const [problem] = (await rawExchange(gateway.publicUrl, nobodys)).answers;
    expect(JSON.parse(problem?.body ?? '')).toMatchObject({ status: 404, instance: '/nobody' });
  },
);

describe('a path that no route has', () => {
  test.each([
    ['/g/a/b', 'google'],
    ['/g/a/b/c/d?x=1', 'google'],
    ['/g', 'google'],
    ['/%67/a/b', 'google'],
    ['/s/shallow', 'status'],
    ['/s/deep/a/b', 'status'],
    ['/p/a/b', 'problem'],
    ['/mixed/c', 'problem'],
    ['/mixed/b/c', 'status'],
    ['/g.v1.S/Nope', 'google'],
    ['/s.v1.S/Nope', 'status'],
    ['/q.v1.S/Nope', 'problem'],
    ['/nowhere', 'problem'],
    ['/', 'problem'],
    [`/g${'/x'.repeat(2000)}`, 'google'],
  ] as const)('%.40s: %s', async (path, expected) => {
    const { answer, form } = await ask('GET', path);
    expect([answer.status, form]).toEqual([404, expected]);
  });
});

describe('a target that cannot be read', () => {
  test.each([
    ['/g/%zz', 'google'],
    ['/g/../s/deep/a', 'google'],
    ['/g/%00', 'google'],
    ['/g/a?x=%zz', 'google'],
    ['/g/a?x=1#b', 'google'],
    ['/s/deep/%ff', 'status'],
    ['/p/%zz', 'problem'],
    ['/%zz/g', 'problem'],
    [`/g/${'a'.repeat(9000)}`, 'google'],
  ] as const)('%.40s: %s', async (path, expected) => {
    const { answer, form } = await ask('GET', path);
    expect([answer.status, form]).toEqual([400, expected]);
  });

  test('in absolute form', async () => {
    const { answers } = await rawExchange(
      gateway.publicUrl,
      'GET http://a.test/g/%zz HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n',
    );
    expect([answers[0]?.status, formOf('application/json', JSON.parse(answers[0]?.body ?? '{}'))]).toEqual([
      400,
      'google',
    ]);
  });
});

test('headers that could be read in two ways, under a path of the service', async () => {
  const { answers } = await rawExchange(gateway.publicUrl, 'GET /g/a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
  expect([answers[0]?.status, JSON.parse(answers[0]?.body ?? '{}')]).toEqual([
    400,
    { error: expect.objectContaining({ code: 400, status: 'INVALID_ARGUMENT' }) },
  ]);
});

test('whose path it is depends on the host', async () => {
  expect((await ask('GET', '/g/a/b', { host: 'only.test' })).form).toBe('status');
  expect((await ask('GET', '/s/shallow', { host: 'only.test' })).form).toBe('status');
  expect((await ask('GET', '/g/a/b', { host: 'other.test' })).form).toBe('google');
});

describe('an upgrade to WebSocket', () => {
  test.each([
    ['/g.v1.S/Nope', 404, 'google'],
    ['/g/a', 400, 'google'],
    ['/s.v1.S/Watch?nope=1', 400, 'status'],
    ['/nowhere', 404, 'problem'],
  ] as const)('%s: %i as %s', async (path, status, expected) => {
    const answer = await refusal(gateway.publicUrl, path);
    expect([answer.status, formOf(answer.headers['content-type'], JSON.parse(answer.text))]).toEqual([
      status,
      expected,
    ]);
  });
});
