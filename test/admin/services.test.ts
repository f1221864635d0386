// Registration over HTTP: live when answered, refused whole, compared before it is applied.
// Sources: DESIGN, sections 4 and 5; management reference, sections 3 and 5.7; security reference, sections 7.8 and 8.4.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readTarget } from '../../core/target.ts';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import type { MockServer } from '../../upstream-mocks/mock-server.ts';
import { type AdminClient, adminOf } from '../harness/admin.ts';
import { compileTypes } from '../harness/compile-types.ts';
import { begin, open, send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { protoFile, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { greeter, greeterProto } from './sources.ts';

let echo: EchoServer;
let library: MockServer;
let gateway: TestGateway;
let admin: AdminClient;
let descriptorSet: Uint8Array;

beforeAll(async () => {
  const types = await compileTypes(
    ['red', 'blue'].map((word) => ({ path: `${word}.proto`, content: greeterProto(word) })),
  );
  descriptorSet = types.descriptorSet;
  echo = await startEchoServer(descriptorSet);
  library = await startLibrary({ port: 0 });
});
afterAll(() => Promise.all([echo.close(), library.close()]));
beforeEach(async () => {
  if (gateway !== undefined) await gateway.close();
  gateway = await startTestGateway();
  admin = adminOf(gateway);
});
afterAll(() => gateway.close());

const call = (path: string) => send(gateway.publicUrl, { path });

describe('a service', () => {
  test('is live when the answer comes, and gone when its removal is answered', async () => {
    expect((await call('/v1/red/x')).status).toBe(404);
    const put = await admin.put('red', greeter('red', echo.url));
    expect(put.status).toBe(200);
    expect((await call('/v1/red/x')).text).toBe('{"name":"x"}');
    const deleted = await admin.delete('red');
    expect([deleted.status, deleted.text]).toEqual([200, '{}']);
    expect((await call('/v1/red/x')).status).toBe(404);
  });

  test('is shown with what it brings', async () => {
    const put = (await admin.put('red', greeter('red', echo.url))).json() as Record<string, unknown>;
    expect(put).toEqual(
      expect.objectContaining({
        name: 'red',
        entry: ['red.proto'],
        upstream: { targets: [{ url: echo.url }] },
        operationCount: 1,
        revision: expect.stringMatching(/^[0-9a-f]{16}$/),
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        added: expect.arrayContaining(['GET /v1/red/{name}', 'POST /red.v1.Greeter/Greet']),
      }),
    );
    expect(put.etag).toBe(put.revision);
    expect(put.operations).toEqual([
      expect.objectContaining({
        method: 'red.v1.Greeter/Greet',
        shape: 'unary',
        effect: 'read',
        routes: ['GET /v1/red/{name}', 'POST /red.v1.Greeter/Greet'],
        graphql: expect.stringMatching(/^Query\./),
      }),
    ]);
    const got = await admin.get('red');
    expect(got.headers.etag).toBe(`"${put.revision}"`);
    expect(got.json()).toEqual(
      expect.objectContaining({ name: 'red', revision: put.revision, operations: put.operations }),
    );
    expect(JSON.stringify(got.json())).not.toContain('rpc Greet');
  });

  test('is listed in the order of first registration, which a replacement keeps', async () => {
    await admin.put('red', greeter('red', echo.url));
    await admin.put('blue', greeter('blue', echo.url));
    await admin.put('red', greeter('red', echo.url, 'string more = 2;'));
    const { services } = (await admin.list()).json() as { services: { name: string }[] };
    expect(services.map(({ name }) => name)).toEqual(['red', 'blue']);
  });

  test('of nobody is 404 to get and to delete', async () => {
    expect(problemOf(await admin.get('nope'))).toEqual(
      expect.objectContaining({ status: 404, detail: 'no service is registered as nope' }),
    );
    expect(problemOf(await admin.delete('nope')).status).toBe(404);
  });

  test('may come as a descriptor set', async () => {
    const set = Buffer.from(descriptorSet).toString('base64');
    const put = await admin.put('colours', { sources: { descriptorSet: set }, upstream: echo.url });
    expect(put.status).toBe(200);
    expect((await call('/v1/blue/x')).text).toBe('{"name":"x"}');
    expect((await call('/v1/red/x')).text).toBe('{"name":"x"}');
  });

  test('may be written without `sources`', async () => {
    const files = [{ path: 'red.proto', content: greeterProto('red') }];
    expect((await admin.put('red', { files, entry: ['red.proto'], upstream: echo.url })).status).toBe(200);
    expect((await admin.put('red', { files, upstream: echo.url })).status).toBe(200);
    const set = Buffer.from(descriptorSet).toString('base64');
    expect((await admin.put('red', { descriptorSet: set, upstream: echo.url })).status).toBe(200);
  });

  test('may have several targets, and a deadline', async () => {
    const upstream = { targets: [{ url: echo.url, weight: 3 }, { url: echo.url }], timeout: '5s' };
    const put = await admin.put('red', greeter('red', upstream));
    expect((put.json() as { upstream: unknown }).upstream).toEqual(
      expect.objectContaining({ targets: upstream.targets }),
    );
    await call('/v1/red/x');
    expect(Math.ceil((echo.lastCall('/red.v1.Greeter/Greet')?.timeoutMs ?? 0) / 1000)).toBe(5);
  });

  test('names the headers that it wants', async () => {
    await admin.put('red', { ...greeter('red', echo.url), forwardHeaders: ['X-Wanted'] });
    await send(gateway.publicUrl, { path: '/v1/red/x', headers: { 'x-wanted': 'y', 'x-other': 'z' } });
    const metadata = echo.lastCall('/red.v1.Greeter/Greet')?.metadata ?? {};
    expect([metadata['x-wanted'], metadata['x-other']]).toEqual([['y'], undefined]);
  });
});

describe('the same registration twice changes nothing', () => {
  test('not the revision, not the time, not the snapshot', async () => {
    const first = (await admin.put('red', greeter('red', echo.url))).json() as Record<string, unknown>;
    const snapshot = gateway.registry.snapshot;
    const second = (await admin.put('red', greeter('red', echo.url))).json() as Record<string, unknown>;
    expect(second).toEqual(expect.objectContaining({ revision: first.revision, updatedAt: first.updatedAt }));
    expect(gateway.registry.snapshot).toBe(snapshot);
    expect([second.added ?? [], second.removed ?? [], second.changed ?? []]).toEqual([[], [], []]);
  });

  test.each([
    ['a source', greeter('red', 'grpc://127.0.0.1:1', 'string more = 2;')],
    ['an upstream', greeter('red', 'grpc://127.0.0.1:2')],
    ['a header', { ...greeter('red', 'grpc://127.0.0.1:1'), forwardHeaders: ['x-a'] }],
    ['a deadline', greeter('red', { targets: [{ url: 'grpc://127.0.0.1:1' }], timeout: '5s' })],
  ])('but %s makes another revision', async (_name, changed) => {
    const first = (await admin.put('red', greeter('red', 'grpc://127.0.0.1:1'))).json() as {
      revision: string;
      createdAt: string;
    };
    const second = (await admin.put('red', changed)).json() as { revision: string; createdAt: string };
    expect(second.revision).not.toBe(first.revision);
    expect(second.createdAt).toBe(first.createdAt);
  });
});

describe('validateOnly', () => {
  test('answers what would change, and changes nothing', async () => {
    await admin.put('red', greeter('red', echo.url));
    const { snapshot } = gateway.registry;
    const changed = {
      ...greeter('red', echo.url),
      sources: {
        files: [{ path: 'red.proto', content: greeterProto('red').replace('/v1/red/', '/v2/red/') }],
      },
    };
    const answer = await admin.put('red', changed, { validateOnly: true });
    expect(answer.json()).toEqual(
      expect.objectContaining({ added: ['GET /v2/red/{name}'], removed: ['GET /v1/red/{name}'] }),
    );
    expect(gateway.registry.snapshot).toBe(snapshot);
    expect((await call('/v1/red/x')).status).toBe(200);
    expect((await call('/v2/red/x')).status).toBe(404);
  });

  test('of a new service registers none', async () => {
    expect((await admin.put('red', greeter('red', echo.url), { validateOnly: true })).status).toBe(200);
    expect((await admin.get('red')).status).toBe(404);
  });

  test('refuses what a registration would refuse', async () => {
    const answer = await admin.put('red', greeter('red', echo.url, 'nonsense'), { validateOnly: true });
    expect(problemOf(answer).status).toBe(422);
  });
});

describe('what a registration means for clients', () => {
  const numbers = (type: string) => greeter('red', echo.url, `${type} count = 2;`);
  const put = (body: object, query: string) =>
    send(gateway.adminUrl, { path: `/v1/services/red?${query}`, method: 'PUT', body });

  test('is told in detail', async () => {
    await admin.put('red', numbers('int32'));
    const answer = await admin.put('red', numbers('int64'), { validateOnly: true });
    expect(answer.json()).toMatchObject({
      differenceCounts: { breaking: 3 },
      differences: [
        {
          severity: 'breaking',
          door: 'rest',
          rule: 'field-type',
          path: 'red.v1.Greeting.count',
          before: 'int32',
          after: 'int64',
          message: 'was int32, is int64: a JSON number becomes text',
          seenIn: ['GET /v1/red/{name}'],
        },
        { door: 'graphql', path: 'Greeting.count', message: 'was Int!, is Int64!' },
        { door: 'graphql', path: 'Query.greet(count:)', message: 'was Int, is Int64' },
      ],
    });
  });

  test('refuses what breaks them where that is asked for, and lets it through else', async () => {
    await admin.put('red', numbers('int32'));
    const { snapshot } = gateway.registry;
    const refused = problemOf(await put(numbers('int64'), 'onBreaking=refuse'));
    expect(refused).toMatchObject({ status: 409, type: 'urn:dragoman:problem:breaking-change' });
    expect(gateway.registry.snapshot).toBe(snapshot);
    expect((await put(numbers('int64'), 'onBreaking=allow')).status).toBe(200);
    expect((await admin.put('red', numbers('int32'))).status).toBe(200);
  });

  test('is for nobody to word otherwise', async () => {
    expect(problemOf(await put(numbers('int32'), 'onBreaking=perhaps'))).toMatchObject({
      status: 400,
      violations: [{ field: 'onBreaking', description: 'must be one of refuse, allow' }],
    });
  });

  test('is listed up to a thousand, and counted beyond', async () => {
    const many = (type: string) =>
      Array.from({ length: 1_200 }, (_, index) => `${type} f${index} = ${index + 10};`).join(' ');
    await admin.put('red', greeter('red', echo.url, many('int32')));
    const answer = (
      await admin.put('red', greeter('red', echo.url, many('int64')), { validateOnly: true })
    ).json();
    expect(answer).toMatchObject({ differenceCounts: { breaking: 3_600 } });
    expect((answer as { differences: unknown[] }).differences).toHaveLength(1_000);
  });
});

describe('If-Match', () => {
  test('of the revision in force passes; of another is 412, and nothing changes', async () => {
    const { revision } = (await admin.put('red', greeter('red', echo.url))).json() as { revision: string };
    const stale = await admin.put('red', greeter('red', echo.url, 'string more = 2;'), {
      headers: { 'if-match': '"0000000000000000"' },
    });
    expect(problemOf(stale)).toEqual(
      expect.objectContaining({
        status: 412,
        code: 'ABORTED',
        type: 'urn:dragoman:problem:revision-mismatch',
        detail: expect.stringContaining(revision),
      }),
    );
    expect(((await admin.get('red')).json() as { revision: string }).revision).toBe(revision);
    const fresh = await admin.put('red', greeter('red', echo.url, 'string more = 2;'), {
      headers: { 'if-match': `"${revision}"` },
    });
    expect(fresh.status).toBe(200);
  });

  test('holds for deletions', async () => {
    const { revision } = (await admin.put('red', greeter('red', echo.url))).json() as { revision: string };
    expect(problemOf(await admin.delete('red', { 'if-match': '"x"' })).status).toBe(412);
    expect((await admin.delete('red', { 'if-match': `"${revision}"` })).status).toBe(200);
  });

  test('* wants a service to be there', async () => {
    expect(
      problemOf(await admin.put('red', greeter('red', echo.url), { headers: { 'if-match': '*' } })).status,
    ).toBe(412);
    await admin.put('red', greeter('red', echo.url));
    expect((await admin.put('red', greeter('red', echo.url), { headers: { 'if-match': '*' } })).status).toBe(
      200,
    );
  });

  test('of two at once lets one through', async () => {
    const { revision } = (await admin.put('red', greeter('red', echo.url))).json() as { revision: string };
    const headers = { 'if-match': `"${revision}"` };
    const answers = await Promise.all([
      admin.put('red', greeter('red', echo.url, 'string a = 2;'), { headers }),
      admin.put('red', greeter('red', echo.url, 'string b = 2;'), { headers }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });
});

describe('what is refused leaves everything as it was', () => {
  test.each(['openapi', 'descriptorSet'])(
    'a source that is named and empty is no proxy: %s',
    async (member) => {
      const problem = problemOf(
        await admin.put('empty', { [member]: '', prefix: '/empty', upstream: 'http://127.0.0.1:9' }),
      );
      expect([problem.status, problem.violations]).toEqual([
        400,
        [{ field: member, description: 'is empty; leave it out for a service without descriptors' }],
      ]);
    },
  );

  test('and every problem is told with file, line and column', async () => {
    const files = [
      {
        path: 'a.proto',
        content: 'syntax = "proto3";\npackage a.v1;\nimport "missing.proto";\nservice A {}\n',
      },
      {
        path: 'b.proto',
        content: 'syntax = "proto3";\npackage b.v1;\nservice B {\n  rpc C(Nope) returns (Nope);\n}\n',
      },
    ];
    const answer = await admin.put('bad', {
      sources: { files, entry: ['a.proto', 'b.proto'] },
      upstream: echo.url,
    });
    const problem = problemOf(answer);
    expect([problem.status, problem.type]).toEqual([422, 'urn:dragoman:problem:source-refused']);
    expect(problem.problems).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          severity: 'error',
          path: 'a.proto',
          line: 3,
          column: expect.any(Number),
          message: expect.stringContaining('missing.proto'),
        }),
      ]),
    );
    expect(answer.text).not.toMatch(/\/tmp|\/work|node_modules/);
  });

  test('a hundred times over, while traffic goes on', async () => {
    await admin.put('red', greeter('red', echo.url));
    const { snapshot } = gateway.registry;
    const bad = [
      greeter('blue', echo.url, 'nonsense'),
      greeter('blue', 'http://127.0.0.1:1'),
      greeter('blue', 'nowhere'),
      greeter('blue', { targets: [] }),
      greeter('blue', { targets: [{ url: echo.url, weight: 0 }] }),
      greeter('blue', { targets: [{ url: echo.url }], nope: 1 }),
      { upstream: echo.url },
      { ...greeter('blue', echo.url), nope: 1 },
      { sources: { descriptorSet: 'AAAA' }, upstream: echo.url },
      { sources: { files: [{ path: '../x.proto', content: '' }] }, upstream: echo.url },
    ];
    let isDone = false;
    const statuses = new Set<number>();
    const traffic = (async () => {
      while (!isDone) statuses.add((await call('/v1/red/x')).status);
    })();
    const refusals = new Set<number>();
    for (let round = 0; round < 10; round += 1) {
      for (const body of bad) refusals.add((await admin.put('blue', body)).status);
    }
    isDone = true;
    await traffic;
    expect([...refusals].sort()).toEqual([400, 422]);
    expect([...statuses]).toEqual([200]);
    expect(gateway.registry.snapshot).toBe(snapshot);
    expect((await admin.get('blue')).status).toBe(404);
  });

  test.each<[string, unknown, string]>([
    [
      'no upstream',
      { sources: { files: [{ path: 'red.proto', content: greeterProto('red') }] } },
      'upstream',
    ],
    [
      'files and a descriptor set',
      { ...greeter('red', 'grpc://a:1'), descriptorSet: 'AAAA' },
      'descriptorSet',
    ],
    ['nothing at all', {}, 'files'],
    ['an unknown member', { ...greeter('red', 'grpc://a:1'), upstraem: 'x' }, 'upstraem'],
    [
      'an unknown member of the upstream',
      greeter('red', { targets: [{ url: 'grpc://a:1' }], retries: 3 }),
      'upstream.retries',
    ],
    [
      'a weight that is none',
      greeter('red', { targets: [{ url: 'grpc://a:1', weight: 1.5 }] }),
      'upstream.targets[0].weight',
    ],
    ['a target without a URL', greeter('red', { targets: [{}] }), 'upstream.targets[0].url'],
    [
      'a deadline that is none',
      greeter('red', { targets: [{ url: 'grpc://a:1' }], timeout: 5 }),
      'upstream.timeout',
    ],
    [
      'an unknown member of tls',
      greeter('red', { targets: [{ url: 'grpcs://a:1' }], tls: { verify: false } }),
      'upstream.tls.verify',
    ],
  ])('%s is 400 and names its field', async (_name, body, field) => {
    const problem = problemOf(await admin.put('red', body));
    expect([problem.status, problem.violations.map((violation) => violation.field)]).toEqual([
      400,
      expect.arrayContaining([field]),
    ]);
  });

  test.each([
    ['a name with capitals', 'Red', 'service-name'],
    ['a name with an underscore', 'a_b', 'service-name'],
    ['a name that begins with a digit', '1a', 'service-name'],
    ['a name of 64 characters', 'a'.repeat(64), 'service-name'],
    ['a name with a slash', 'a%2Fb', 'service-name'],
  ])('%s is 422', async (_name, name, rule) => {
    const problem = problemOf(await admin.put(name, greeter('red', echo.url)));
    expect([problem.status, problem.problems?.map((one) => one.rule)]).toEqual([422, [rule]]);
  });

  test.each([
    ['an authority that is no PEM', { ca: 'garbage' }, 'tls.ca'],
    ['a certificate without its key', { cert: 'x' }, 'tls.key'],
    ['a key without its certificate', { key: 'x' }, 'tls.cert'],
    ['a certificate and key that are none', { cert: 'x', key: 'secret-key' }, 'tls.cert'],
  ])('%s is 422, and the next start would not fail by it', async (_name, tls, words) => {
    const answer = await admin.put('red', greeter('red', { targets: [{ url: 'grpcs://127.0.0.1:1' }], tls }));
    const problem = problemOf(answer);
    expect([problem.status, problem.problems?.[0]?.rule]).toEqual([422, 'upstream-tls']);
    expect(JSON.stringify(problem.problems)).toContain(words);
    expect(answer.text).not.toContain('secret-key');
    expect((await admin.get('red')).status).toBe(404);
  });
});

describe('routes belong to whom they were given first', () => {
  test('a claim of another service is 409 and names both', async () => {
    await admin.put('red', greeter('red', echo.url));
    const thief = {
      sources: {
        files: [
          {
            path: 'thief.proto',
            content: greeterProto('thief').replace('/v1/thief/{name}', '/v1/red/{name=*}'),
          },
        ],
      },
      upstream: echo.url,
    };
    const problem = problemOf(await admin.put('thief', thief));
    expect([problem.status, problem.code, problem.type]).toEqual([
      409,
      'ALREADY_EXISTS',
      'urn:dragoman:problem:route-conflict',
    ]);
    const text = JSON.stringify(problem.problems);
    expect(text).toContain('thief');
    expect(text).toMatch(/red\.proto|"red"|red\.v1\.Greeter/);
    expect(text).toContain('thief.proto');
    expect((await call('/thief.v1.Greeter/Greet')).status).toBe(404);
  });

  test('a path of the gateway itself is refused', async () => {
    const taker = {
      sources: {
        files: [
          {
            path: 'taker.proto',
            content: greeterProto('taker').replace('get: "/v1/taker/{name}"', 'get: "/graphql"'),
          },
        ],
      },
      upstream: echo.url,
    };
    const problem = problemOf(await admin.put('taker', taker));
    expect(problem.status).toBe(422);
    expect(JSON.stringify(problem.problems)).toContain('/graphql');
  });

  test('and are free once their owner is gone', async () => {
    await admin.put('red', greeter('red', echo.url));
    await admin.delete('red');
    expect((await admin.put('other', greeter('red', echo.url))).status).toBe(200);
  });
});

describe('limits of a service', () => {
  const limits = {
    messageBytes: '1000',
    operationMessageBytes: { 'red.v1.Greeter/Greet': '2000' },
    maxDeadline: '90000ms',
    streamIdle: '1000ms',
    streamTotal: '2000ms',
  };

  test('are kept, shown and in force', async () => {
    const put = { ...greeter('red', echo.url), limits, dropAuthorization: true };
    expect((await admin.put('red', put)).status).toBe(200);
    expect((await admin.get('red')).json()).toEqual(
      expect.objectContaining({ limits, dropAuthorization: true }),
    );
    const greet = (length: number) =>
      send(gateway.publicUrl, {
        method: 'POST',
        path: '/red.v1.Greeter/Greet',
        headers: { 'content-type': 'application/json', authorization: 'Bearer a' },
        body: JSON.stringify({ name: 'a'.repeat(length) }),
      });
    expect((await greet(1900)).status).toBe(200);
    expect(echo.lastCall('/red.v1.Greeter/Greet')?.metadata.authorization).toBeUndefined();
    expect((await greet(2100)).status).toBe(413);
  });

  test.each([
    [{ messageBytes: '-1' }, 'limits.messageBytes', 'must be from 1 to 67108864 bytes'],
    [{ messageBytes: '67108865' }, 'limits.messageBytes', 'must be from 1 to 67108864 bytes'],
    [{ uploadBytes: '-1' }, 'limits.uploadBytes', 'must be from 1 to 1099511627776 bytes'],
    [{ uploadBytes: '1099511627777' }, 'limits.uploadBytes', 'must be from 1 to 1099511627776 bytes'],
    [
      { operationMessageBytes: { 'red.v1.Greeter/Greet': '-1' } },
      'limits.operationMessageBytes["red.v1.Greeter/Greet"]',
      'must be from 1 to 67108864 bytes',
    ],
    [{ maxDeadline: 'soon' }, 'limits.maxDeadline', 'must be a duration such as 500ms, 30s or 5m'],
    [{ streamTotal: '0s' }, 'limits.streamTotal', 'must be more than 0'],
  ])('that cannot be are refused by name: %j', async (wrong, field, description) => {
    const problem = problemOf(await admin.put('red', { ...greeter('red', echo.url), limits: wrong }));
    expect([problem.status, problem.violations]).toEqual([400, [{ field, description }]]);
  });

  test('of an operation that there is not are refused', async () => {
    const unknown = { operationMessageBytes: { 'red.v1.Greeter/Gret': '1000' } };
    const problem = problemOf(await admin.put('red', { ...greeter('red', echo.url), limits: unknown }));
    expect(problem.status).toBe(422);
    expect(problem.problems).toEqual([
      expect.objectContaining({
        rule: 'unknown-operation',
        message:
          'service "red" has a size for "red.v1.Greeter/Gret" and no such operation; its operations have names such as "red.v1.Greeter/Greet"',
      }),
    ]);
  });
});

describe('a service of the configuration file', () => {
  test('is changed there only: 409', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dragoman-test-'));
    const path = join(folder, 'red.proto');
    writeFileSync(path, greeterProto('red'));
    const target = readTarget(echo.url);
    const owned = await startTestGateway([], {
      services: [
        {
          name: 'red',
          source: { kind: 'proto', files: [path], include: [folder] },
          rulesPath: undefined,
          upstream: { targets: target.ok ? [target.target] : [] },
          forwardHeaders: [],
          rest: {},
          limits: { messageBytes: undefined, defaultDeadlineMs: undefined, maxDeadlineMs: undefined },
          position: { path: 'dragoman.yaml', line: 1 },
        },
      ],
    });
    try {
      const client = adminOf(owned);
      for (const answer of [await client.put('red', greeter('red', echo.url)), await client.delete('red')]) {
        expect(problemOf(answer)).toEqual(
          expect.objectContaining({
            status: 409,
            code: 'FAILED_PRECONDITION',
            type: 'urn:dragoman:problem:owned-by-file',
          }),
        );
      }
      expect((await client.get('red')).json()).toEqual(expect.objectContaining({ ownedByFile: true }));
      expect((await send(owned.publicUrl, { path: '/v1/red/x' })).status).toBe(200);
    } finally {
      await owned.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('requests keep the snapshot they began with', () => {
  const libraryBody = (url: string) => ({
    sources: { files: [protoFile('library/v1/library.proto')], entry: ['library/v1/library.proto'] },
    upstream: url,
    forwardHeaders: ['x-mock-*'],
  });

  test('a slow call ends well though its service is removed meanwhile', async () => {
    await admin.put('library', libraryBody(library.url));
    const slow = begin(gateway.publicUrl, { path: '/v1/books/b1', headers: { 'x-mock-delay-ms': '700' } });
    await library.waitForCall('library.v1.LibraryService/GetBook');
    expect((await admin.delete('library')).status).toBe(200);
    expect((await call('/v1/books/b1')).status).toBe(404);
    expect((await slow.answered).status).toBe(200);
  });

  test('a stream goes on though its service is replaced by one of another upstream', async () => {
    await admin.put('library', libraryBody(library.url));
    const stream = await open(gateway.publicUrl, {
      path: '/v1/books:watch',
      headers: { 'x-mock-forever': 'true', accept: 'application/x-ndjson' },
    });
    await once(stream.body, 'data');
    expect((await admin.put('library', libraryBody('grpc://127.0.0.1:1'))).status).toBe(200);
    await once(stream.body, 'data');
    await once(stream.body, 'data');
    expect((await call('/v1/books/b1')).status).toBe(503);
    stream.leave();
    await library.waitForCancel('library.v1.LibraryService/WatchBooks');
  });

  test('none fails while services come and go', async () => {
    await admin.put('red', greeter('red', echo.url));
    let isDone = false;
    const statuses = new Map<number, number>();
    const traffic = Array.from({ length: 4 }, async () => {
      while (!isDone) {
        const { status } = await call('/v1/red/x');
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    });
    for (let round = 0; round < 10; round += 1) {
      await admin.put('red', greeter('red', echo.url, `string extra${round} = 2;`));
      await admin.put('blue', greeter('blue', echo.url));
      await admin.delete('blue');
    }
    isDone = true;
    await Promise.all(traffic);
    expect([...statuses.keys()]).toEqual([200]);
  });
});
