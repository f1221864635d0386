// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are what is tested
// What a right dragoman.yaml means: defaults, every key, expansion, and who wins over whom.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../core/problem.ts';
import type { GatewayConfig } from '../../gateway/config/gateway-config.ts';
import { defaultConfig, loadConfig, parseConfig } from '../../gateway/config/load-config.ts';
import type { Flags } from '../../gateway/config/overrides.ts';

interface Given {
  readonly env?: Record<string, string>;
  readonly flags?: Flags;
  readonly path?: string;
}

async function configOf(
  text: string,
  { env = {}, flags = {}, path = '/etc/dragoman/dragoman.yaml' }: Given = {},
) {
  const result = await parseConfig(text, { path, env, flags });
  expect(result.problems.map(formatProblem)).toEqual([]);
  return (result as { value: GatewayConfig }).value;
}

async function problemsOf(text: string, { env = {}, flags = {}, path = 'dragoman.yaml' }: Given = {}) {
  return (await parseConfig(text, { path, env, flags })).problems.map(formatProblem);
}

const DEFAULTS: GatewayConfig = {
  path: undefined,
  listen: { http: { host: '0.0.0.0', port: 8080 }, trustedProxies: [] },
  admin: { listen: { host: '127.0.0.1', port: 9080 }, token: undefined },
  status: { listen: { host: '0.0.0.0', port: 9081 } },
  registry: { kind: 'sqlite', path: resolve('data/dragoman.db') },
  openapi: { enabled: true, automaticRoutes: 'undeclared' },
  graphql: {
    path: '/graphql',
    graphiql: true,
    introspection: true,
    suggestions: false,
    trustedOnly: false,
    automaticPersisted: false,
    limits: {},
    subscriptions: {},
  },
  documents: [],
  joins: { infer: true, reverse: false, entries: [] },
  services: [],
  log: { level: 'info' },
  shutdown: { delayMs: 5000, drainMs: 30_000 },
};

function at(line: number, column: number) {
  return { path: '/etc/dragoman/dragoman.yaml', line, column };
}

function written(text: string, line: number, column: number) {
  return { text, position: at(line, column) };
}

describe('defaults', () => {
  test('stand in for everything when there is no file', async () => {
    expect(await defaultConfig({ env: {} })).toEqual({ ok: true, value: DEFAULTS, problems: [] });
  });

  test.each([
    ['an empty file', ''],
    ['a file of comments', '# listen:\n#   http: 1\n'],
    ['sections with nothing in them', 'listen:\nservices:\nadmin: {}\nlog:\n  level:\n'],
  ])('stand in for %s', async (_name, text) => {
    expect(await configOf(text, { path: 'c.yaml' })).toEqual({ ...DEFAULTS, path: 'c.yaml' });
  });
});

test('every key that is served arrives where it is used', async () => {
  const config = await configOf(`
listen: { http: "127.0.0.1:80", trustedProxies: [10.0.0.0/8, 192.0.2.7, "2001:db8::/32"], forwardedHeader: forwarded }
admin: { listen: "[::]:9000", token: "a~!" }
status: { listen: "localhost:0" }
registry: sqlite:var/registry.db
openapi: { enabled: false, automaticRoutes: all }
graphql: { path: /api/graphql, graphiql: false, introspection: false, suggestions: true, trustedOnly: true, automaticPersisted: true, joins: { infer: false, reverse: true }, limits: { documentBytes: 1KiB, tokens: 1, depth: 2, rootFields: 3, aliases: 4, directives: 5, fragments: 6, repeats: 7, variablesBytes: 2KiB, variablesDepth: 8, responseBytes: 3KiB, cost: 9, batch: 10, uploadFiles: 11, uploadBytes: 4KiB }, subscriptions: { perCaller: 1, perConnection: 2, undelivered: 3, init: 4s, keepalive: 5s, idle: 6m, blocked: 7s, spread: 8ms } }
log: { level: debug }
shutdown: { delay: 0s, drain: 1500ms }
services:
  - name: library
    proto: { files: [protos/a.proto, /abs/b.proto], include: [protos, .] }
    upstream:
      targets: [{ url: "grpcs://b.example:8443", weight: 3 }, { url: "grpc://[::1]:1" }]
      balance: round-robin
      tls: { serverName: library.internal }
    headers: { forward: [Accept-Language, x-mock-*, { from: X-Tenant, to: tenant }], response: [X-Cost, x-page-*, { from: X-Price, to: Price }], authorization: drop }
    limits: { messageBytes: 8MiB, uploadBytes: 10GiB, operations: { library.v1.LibraryService/ListBooks: { messageBytes: 64MiB } }, deadline: { default: 10s, max: 2m }, stream: { idle: 1m, total: 2h } }
    rest:
      unknownFields: ignore
      ignoreQuery: [trace, utm_*]
      methodOverride: true
      emptyAs204: true
      streamDefault: sse
      ndjsonWrapper: always
      errors: google
      exposeUpstreamErrors: true
      output: { defaults: true, protoNames: true, enumsAsNumbers: true, int64AsNumbers: true }
  - name: orders
    descriptorSet: orders.binpb
    upstream: { targets: [{ url: "grpc://orders:50051" }], timeout: 5s }
joins:
  - { on: shop.v1.Order, field: buyer, call: crm.v1.Crm/BatchGet, keys: { requests.id: customerId }, args: { region: region }, match: { id: customerId }, many: true, maxBatch: 7, arguments: [view], result: people }
  - { on: shop.v1.Order, field: customer, off: true }
  - { on: shop.v1.Order, field: seller, rename: vendor }
documents:
  - folder: documents
    aggregates:
      - { route: "GET /pages/{page}", document: page.graphql, operation: Page, variables: { a: path.page, b: query.n ?? 10 }, result: page.items, notFound: page, partial: allow, deadline: 3s, errors: google }
      - { route: POST /pages, document: new.graphql }
`);
  expect(config).toEqual({
    path: '/etc/dragoman/dragoman.yaml',
    listen: {
      http: { host: '127.0.0.1', port: 80 },
      trustedProxies: ['10.0.0.0/8', '192.0.2.7/32', '2001:db8::/32'],
      forwardedHeader: 'forwarded',
    },
    admin: { listen: { host: '::', port: 9000 }, token: 'a~!' },
    status: { listen: { host: 'localhost', port: 0 } },
    registry: { kind: 'sqlite', path: '/etc/dragoman/var/registry.db' },
    openapi: { enabled: false, automaticRoutes: 'all' },
    graphql: {
      path: '/api/graphql',
      graphiql: false,
      introspection: false,
      suggestions: true,
      trustedOnly: true,
      automaticPersisted: true,
      limits: {
        documentBytes: 1024,
        tokens: 1,
        depth: 2,
        rootFields: 3,
        aliases: 4,
        directives: 5,
        fragments: 6,
        repeats: 7,
        variablesBytes: 2048,
        variablesDepth: 8,
        responseBytes: 3072,
        cost: 9,
        batch: 10,
        uploadFiles: 11,
        uploadBytes: 4096,
      },
      subscriptions: {
        perCaller: 1,
        perConnection: 2,
        undelivered: 3,
        initMs: 4000,
        keepaliveMs: 5000,
        idleMs: 360_000,
        blockedMs: 7000,
        spreadMs: 8,
      },
    },
    documents: [
      {
        folder: '/etc/dragoman/documents',
        position: at(37, 5),
        aggregates: [
          {
            method: 'GET',
            template: '/pages/{page}',
            document: 'page.graphql',
            operation: 'Page',
            variables: new Map([
              ['a', [{ kind: 'path', name: 'page' }]],
              [
                'b',
                [
                  { kind: 'query', name: 'n' },
                  { kind: 'literal', value: 10 },
                ],
              ],
            ]),
            result: ['page', 'items'],
            notFound: ['page'],
            partial: 'allow',
            deadlineMs: 3000,
            errors: 'google',
            position: at(39, 9),
          },
          {
            method: 'POST',
            template: '/pages',
            document: 'new.graphql',
            operation: undefined,
            variables: new Map(),
            result: [],
            notFound: undefined,
            partial: 'refuse',
            deadlineMs: 30_000,
            errors: 'problem',
            position: at(40, 9),
          },
        ],
      },
    ],
    joins: {
      infer: false,
      reverse: true,
      entries: [
        {
          kind: 'declared',
          on: written('shop.v1.Order', 33, 11),
          field: written('buyer', 33, 33),
          call: written('crm.v1.Crm/BatchGet', 33, 46),
          keys: [{ field: written('requests.id', 33, 75), parent: written('customerId', 33, 88) }],
          args: [{ field: written('region', 33, 110), parent: written('region', 33, 118) }],
          match: [{ field: written('id', 33, 137), parent: written('customerId', 33, 141) }],
          many: true,
          maxBatch: 7,
          arguments: [written('view', 33, 192)],
          result: written('people', 33, 207),
          position: at(33, 5),
        },
        {
          kind: 'change',
          on: written('shop.v1.Order', 34, 11),
          field: written('customer', 34, 33),
          rename: undefined,
          position: at(34, 5),
        },
        {
          kind: 'change',
          on: written('shop.v1.Order', 35, 11),
          field: written('seller', 35, 33),
          rename: written('vendor', 35, 49),
          position: at(35, 5),
        },
      ],
    },
    log: { level: 'debug' },
    shutdown: { delayMs: 0, drainMs: 1500 },
    services: [
      {
        name: 'library',
        source: {
          kind: 'proto',
          files: ['/etc/dragoman/protos/a.proto', '/abs/b.proto'],
          include: ['/etc/dragoman/protos', '/etc/dragoman'],
        },
        rulesPath: undefined,
        settingPlaces: expect.any(Map),
        upstream: {
          targets: [
            { url: 'grpcs://b.example:8443', scheme: 'grpcs', host: 'b.example', port: 8443, weight: 3 },
            { url: 'grpc://[::1]:1', scheme: 'grpc', host: '::1', port: 1, weight: 1 },
          ],
          tls: { serverName: 'library.internal' },
        },
        forwardHeaders: ['accept-language', 'x-mock-*', 'x-tenant=tenant'],
        rest: {
          unknownFields: 'ignore',
          ignoreQuery: ['trace', 'utm_*'],
          methodOverride: true,
          emptyAs204: true,
          streamDefault: 'sse',
          ndjsonWrapper: 'always',
          errors: 'google',
          exposeUpstreamErrors: true,
          output: { defaults: true, protoNames: true, enumsAsNumbers: true, int64AsNumbers: true },
          responseHeaders: ['x-cost', 'x-page-*', 'x-price=price'],
        },
        limits: {
          messageBytes: 8 * 1024 * 1024,
          uploadBytes: 10 * 1024 ** 3,
          operationSizes: [
            { operation: 'library.v1.LibraryService/ListBooks', maxMessageBytes: 64 * 1024 * 1024 },
          ],
          defaultDeadlineMs: 10_000,
          maxDeadlineMs: 120_000,
          streamIdleMs: 60_000,
          streamTotalMs: 7_200_000,
        },
        forwardsAuthorization: false,
        position: { path: '/etc/dragoman/dragoman.yaml', line: 11, column: 5 },
      },
      {
        name: 'orders',
        source: { kind: 'descriptorSet', path: '/etc/dragoman/orders.binpb' },
        rulesPath: undefined,
        upstream: {
          targets: [{ url: 'grpc://orders:50051', scheme: 'grpc', host: 'orders', port: 50_051, weight: 1 }],
        },
        forwardHeaders: [],
        rest: {},
        limits: { messageBytes: undefined, defaultDeadlineMs: 5000, maxDeadlineMs: undefined },
        position: { path: '/etc/dragoman/dragoman.yaml', line: 29, column: 5 },
      },
    ],
  });
});

test.each([
  ['a port alone', '9080'],
  ['127.0.0.1', '"127.0.0.1:1"'],
  ['another address of 127.0.0.0/8', '"127.9.9.9:1"'],
  ['localhost', '"localhost:1"'],
  ['::1 in any spelling', '"[0:0:0:0:0:0:0:1]:1"'],
  ['127.0.0.1 written as IPv6', '"[::ffff:127.0.0.1]:1"'],
])('the admin port needs no token on %s', async (_name, address) => {
  const config = await configOf(`admin: { listen: ${address} }\n`);
  expect(config.admin.token).toBeUndefined();
});

test.each(['"0.0.0.0:1"', '"[::]:1"', '"10.0.0.1:1"', '"[::2]:1"', '"[::ffff:10.0.0.1]:1"', '"gateway:1"'])(
  'the admin port needs a token on %s',
  async (address) => {
    const result = await parseConfig(`admin: { listen: ${address} }\n`, { path: 'c.yaml', env: {} });
    expect(result.problems.map(({ rule }) => rule)).toEqual(['admin-exposed']);
    await configOf(`admin: { listen: ${address}, token: t }\n`);
  },
);

describe('expansion', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dragoman-config-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('variables fill texts, numbers and true/false, alone and inside', async () => {
    const config = await configOf(
      'listen: { http: "${HOST}:${PORT}" }\nstatus:\n  listen: ${STATUS}\ngraphql: { graphiql: "${ON}" }\n',
      { env: { HOST: '127.0.0.1', PORT: '8181', STATUS: '9191', ON: 'false' } },
    );
    expect(config.listen.http).toEqual({ host: '127.0.0.1', port: 8181 });
    expect(config.status.listen).toEqual({ host: '0.0.0.0', port: 9191 });
    expect(config.graphql.graphiql).toBe(false);
  });

  test('a doubled dollar sign keeps the text as it is, and what a variable holds is not expanded again', async () => {
    const config = await configOf('admin: { token: "$${A}-${B}-$C" }\n', { env: { A: 'no', B: '${A}' } });
    expect(config.admin.token).toBe('${A}-${A}-$C');
  });

  test('keys are not expanded', async () => {
    expect(await problemsOf('"${KEY}": 1\n', { env: { KEY: 'log' } })).toEqual([
      expect.stringContaining('1:1: unknown key "${KEY}"'),
    ]);
  });

  test('a file fills a text without its last line break, counted from the folder of the configuration', async () => {
    await writeFile(join(folder, 'token'), 'geheim\n');
    const path = join(folder, 'dragoman.yaml');
    await writeFile(path, 'admin: { token: "${file:token}" }\n');
    const result = await loadConfig(path, { env: {} });
    expect(result).toMatchObject({ ok: true, value: { admin: { token: 'geheim' } } });
  });

  test('a byte order mark before the configuration does no harm', async () => {
    const path = join(folder, 'dragoman.yaml');
    await writeFile(path, '\ufefflog: { level: warn }\n');
    expect(await loadConfig(path, { env: {} })).toMatchObject({
      ok: true,
      value: { log: { level: 'warn' } },
    });
  });

  test('certificates come as files or as text', async () => {
    const [pem = ''] = rootCertificates;
    await writeFile(join(folder, 'ca.pem'), pem);
    const text = (ca: string): string =>
      `services:\n  - name: a\n    descriptorSet: a\n    upstream: { targets: [{ url: "grpcs://h:1" }], tls: { ca: ${ca} } }\n`;
    const path = join(folder, 'dragoman.yaml');
    const byPath = await configOf(text('ca.pem'), { path });
    const byText = await configOf(text('"${CA}"'), { path, env: { CA: pem } });
    expect(byPath.services[0]?.upstream.tls).toEqual({ ca: pem });
    expect(byText.services[0]?.upstream.tls).toEqual({ ca: pem });
  });

  const rows: readonly (readonly [name: string, value: string, problem: string])[] = [
    [
      'a variable that is not set',
      '"x${NONE}"',
      '1:19: the environment variable NONE is not set (expansion)',
    ],
    ['the second of two', '"${SET}${NONE}"', '1:24: the environment variable NONE is not set (expansion)'],
    [
      'one behind an escape',
      '"$${NONE}${NONE}"',
      '1:26: the environment variable NONE is not set (expansion)',
    ],
    [
      'a default as shells have it',
      '"${SET:-x}"',
      '1:18: ${SET:-x} is not understood; write ${NAME} or ${file:PATH} (expansion)',
    ],
    ['no name', '"${}"', '1:18: ${} is not understood; write ${NAME} or ${file:PATH} (expansion)'],
    [
      'no closing brace',
      '"${SET"',
      '1:18: this dollar sign and brace have no closing brace; a second dollar sign before them makes them plain text (expansion)',
    ],
    ['a file that is not there', '"${file:none}"', '1:18: the file none does not exist (expansion)'],
    ['a folder', '"${file:.}"', '1:18: the file . is a folder (expansion)'],
    ['a device', '"${file:/dev/zero}"', '1:18: the file /dev/zero is not a regular file (expansion)'],
    [
      'a value that does not fit, which is not shown',
      '"${SPACED}"',
      '1:17: admin.token must be a token of visible ASCII characters, found an expansion to another value (wrong-value)',
    ],
    [
      'a variable that is empty',
      '"${EMPTY}"',
      '1:17: admin.token must be a token of visible ASCII characters, found an empty expansion (wrong-value)',
    ],
  ];
  test.each(rows)('%s is a problem at its place', async (_name, value, problem) => {
    const env = { SET: 's', SPACED: 'ge heim', EMPTY: '' };
    expect(await problemsOf(`admin: { token: ${value} }\n`, { env })).toEqual([`dragoman.yaml:${problem}`]);
  });

  test('a placeholder without quotes inside braces is explained, since YAML reads its brace as its own', async () => {
    expect(await problemsOf('log: {}\nadmin: { token: ${NONE} }\ngraphql: {}\n')).toEqual([
      'dragoman.yaml:2:17: inside { } and [ ] a value with ${…} must be quoted (yaml)',
    ]);
  });

  test('a placeholder in a block text is found on its line', async () => {
    expect(await problemsOf('admin:\n  token: |-\n    abc\n    ${NONE}\n')).toEqual([
      'dragoman.yaml:4:5: the environment variable NONE is not set (expansion)',
    ]);
  });

  test('a file beyond the bound is refused', async () => {
    await writeFile(join(folder, 'big'), 'x'.repeat(1024 * 1024 + 1));
    expect(await problemsOf('admin: { token: "${file:big}" }\n', { path: join(folder, 'c.yaml') })).toEqual([
      expect.stringMatching(/:1:18: the file big is larger than 1048576 bytes \(expansion\)$/),
    ]);
  });

  test('a file that is no text is refused', async () => {
    await writeFile(join(folder, 'bytes'), new Uint8Array([0xff, 0xfe]));
    expect(await problemsOf('admin: { token: "${file:bytes}" }\n', { path: join(folder, 'c.yaml') })).toEqual(
      [expect.stringMatching(/:1:18: the file bytes is not UTF-8 text \(expansion\)$/)],
    );
  });
});

describe('precedence', () => {
  const file = 'listen: { http: 1001 }\nstatus: { listen: 1002 }\nlog: { level: warn }\n';
  const env = { DRAGOMAN_LISTEN_HTTP: '2001', DRAGOMAN_STATUS_LISTEN: '2002' };
  const flags: Flags = { 'listen.http': { flag: '--listen-http', value: '3001' } };

  test('a flag goes before a variable, a variable before the file, the file before the default', async () => {
    const config = await configOf(file, { env, flags });
    expect(config.listen.http.port).toBe(3001);
    expect(config.status.listen.port).toBe(2002);
    expect(config.log.level).toBe('warn');
    expect(config.admin.listen.port).toBe(9080);
  });

  test('every setting outside of lists has a variable', async () => {
    const config = await configOf('', {
      env: {
        DRAGOMAN_LISTEN_HTTP: '127.0.0.1:1',
        DRAGOMAN_LISTEN_TRUSTED_PROXIES: '10.0.0.0/8, 192.168.0.0/16',
        DRAGOMAN_ADMIN_LISTEN: '0.0.0.0:2',
        DRAGOMAN_ADMIN_TOKEN: '42',
        DRAGOMAN_STATUS_LISTEN: '3',
        DRAGOMAN_REGISTRY: 'sqlite:x.db',
        DRAGOMAN_GRAPHQL_PATH: '/g',
        DRAGOMAN_GRAPHQL_GRAPHIQL: 'false',
        DRAGOMAN_GRAPHQL_INTROSPECTION: 'false',
        DRAGOMAN_LOG_LEVEL: 'error',
        DRAGOMAN_SHUTDOWN_DELAY: '1s',
        DRAGOMAN_SHUTDOWN_DRAIN: '2s',
      },
    });
    expect(config).toEqual({
      path: '/etc/dragoman/dragoman.yaml',
      listen: { http: { host: '127.0.0.1', port: 1 }, trustedProxies: ['10.0.0.0/8', '192.168.0.0/16'] },
      admin: { listen: { host: '0.0.0.0', port: 2 }, token: '42' },
      status: { listen: { host: '0.0.0.0', port: 3 } },
      registry: { kind: 'sqlite', path: resolve('x.db') },
      graphql: {
        path: '/g',
        graphiql: false,
        introspection: false,
        suggestions: false,
        trustedOnly: false,
        automaticPersisted: false,
        limits: {},
        subscriptions: {},
      },
      openapi: { enabled: true, automaticRoutes: 'undeclared' },
      documents: [],
      joins: { infer: true, reverse: false, entries: [] },
      services: [],
      log: { level: 'error' },
      shutdown: { delayMs: 1000, drainMs: 2000 },
    });
  });

  test('a wrong variable is named, also one of what is not served', async () => {
    expect(
      await problemsOf(file, {
        env: { DRAGOMAN_LISTEN_HTTP: 'x', DRAGOMAN_REDIS: 'r', DRAGOMAN_LISTEN_HTTPS: '1' },
      }),
    ).toEqual([
      'DRAGOMAN_LISTEN_HTTP: listen.http must be a port such as 8080 or an address such as "127.0.0.1:8080", found "x" (wrong-value)',
      'DRAGOMAN_LISTEN_HTTPS: listen.https is not served by this version (not-served)',
      'DRAGOMAN_REDIS: redis is not served by this version (not-served)',
    ]);
  });

  test('a wrong flag is named', async () => {
    expect(await problemsOf('', { flags: { 'log.level': { flag: '--log-level', value: 'inof' } } })).toEqual([
      '--log-level: log.level must be one of trace, debug, info, warn, error, fatal, silent, found "inof"; did you mean "info"? (wrong-value)',
    ]);
  });

  test('a token in a variable is never shown', async () => {
    expect(await problemsOf('', { env: { DRAGOMAN_ADMIN_TOKEN: 'ge heim' } })).toEqual([
      'DRAGOMAN_ADMIN_TOKEN: admin.token must be a token of visible ASCII characters, found another value (wrong-value)',
    ]);
  });

  test('an empty variable counts as unset', async () => {
    expect((await configOf(file, { env: { DRAGOMAN_LISTEN_HTTP: '' } })).listen.http.port).toBe(1001);
  });

  test('a value that is replaced need not expand', async () => {
    const config = await configOf('log: { level: "${NONE}" }\n', { env: { DRAGOMAN_LOG_LEVEL: 'warn' } });
    expect(config.log.level).toBe('warn');
  });

  test('a variable that is almost ours is a warning and starts all the same; those of Kubernetes are not', async () => {
    const result = await parseConfig('', {
      path: 'c.yaml',
      env: {
        DRAGOMAN_LISTEN_HTP: '1',
        DRAGOMAN_PORT: 'tcp://10.0.0.1:8080',
        DRAGOMAN_SERVICE_HOST: '10.0.0.1',
        DRAGOMAN_ADMIN_SERVICE_PORT: '9080',
      },
    });
    expect(result.ok).toBe(true);
    expect(result.problems).toEqual([
      {
        severity: 'warning',
        rule: 'unknown-variable',
        path: 'DRAGOMAN_LISTEN_HTP',
        message: 'this variable is not known; did you mean DRAGOMAN_LISTEN_HTTP?',
      },
    ]);
  });
});
