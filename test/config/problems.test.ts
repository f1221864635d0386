// Every way to write dragoman.yaml wrongly that we thought of, with the line, column and words it deserves.
import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../core/problem.ts';
import { loadConfig, parseConfig } from '../../gateway/config/load-config.ts';

async function problemsOf(text: string, env: Record<string, string> = {}): Promise<string[]> {
  const result = await parseConfig(text, { path: 'dragoman.yaml', env });
  return result.problems.map(formatProblem);
}

/** A service that is right, to be made wrong in one place. */
const service = (...lines: string[]): string =>
  [
    'services:',
    '  - name: library',
    '    proto: {files: [a.proto]}',
    '    upstream: grpc://h:1',
    ...lines,
  ].join('\n');

const ADDRESS = 'a port such as 8080 or an address such as "127.0.0.1:8080"';
const DURATION = 'a duration such as 500ms, 30s or 5m';
const NAME = 'a name of lower-case letters, digits and hyphens that starts with a letter (63 at most)';

const ROWS: readonly (readonly [name: string, text: string, problems: readonly string[]])[] = [
  [
    'a mistyped key gets the nearest known name',
    'lisen:\n  http: 8080\n',
    ['dragoman.yaml:1:1: unknown key "lisen"; did you mean "listen"? (unknown-key)'],
  ],
  [
    'a mistyped inner key says in which section it stands',
    'graphql:\n  path: /graphql\n  grapihql: true\n',
    ['dragoman.yaml:3:3: unknown key "grapihql" in graphql; did you mean "graphiql"? (unknown-key)'],
  ],
  [
    'a key spelled with underscores is recognised',
    'services:\n  - name: a\n    descriptor_set: a.binpb\n    upstream: grpc://h:1\n',
    [
      'dragoman.yaml:2:5: services[0] needs proto or descriptorSet or openapi; without any of them prefix or hosts (missing-key)',
      'dragoman.yaml:3:5: unknown key "descriptor_set" in services[0]; did you mean "descriptorSet"? (unknown-key)',
    ],
  ],
  [
    'a key like nothing known gets the list of known ones',
    'shutdown: { patience: 3s }\n',
    ['dragoman.yaml:1:13: unknown key "patience" in shutdown; known are delay, drain (unknown-key)'],
  ],
  [
    'a key that is never suggested because it is not served',
    'redsi: x\n',
    [
      'dragoman.yaml:1:1: unknown key "redsi"; known are listen, admin, status, registry, graphql, openapi, services, joins, documents, policies, log, shutdown (unknown-key)',
    ],
  ],
  [
    'names of the prototype are unknown keys like any other',
    '__proto__: { http: 1 }\nconstructor: 1\n',
    [
      'dragoman.yaml:1:1: unknown key "__proto__"; known are listen, admin, status, registry, graphql, openapi, services, joins, documents, policies, log, shutdown (unknown-key)',
      'dragoman.yaml:2:1: unknown key "constructor"; known are listen, admin, status, registry, graphql, openapi, services, joins, documents, policies, log, shutdown (unknown-key)',
    ],
  ],
  [
    'a section that is a text',
    'listen: 8080\n',
    ['dragoman.yaml:1:9: listen must be a mapping with http, found 8080 (wrong-value)'],
  ],
  [
    'the whole file a list',
    '- listen\n',
    [
      'dragoman.yaml:1:1: the configuration must be a mapping of settings such as listen and services, found a list (wrong-value)',
    ],
  ],
  [
    'a list where a mapping belongs',
    'admin: [1]\n',
    ['dragoman.yaml:1:8: admin must be a mapping with listen and token, found a list (wrong-value)'],
  ],
  [
    'a mapping where a list belongs',
    'services:\n  library: {}\n',
    ['dragoman.yaml:2:3: services must be a list of services, found a mapping (wrong-value)'],
  ],
  [
    'an address that is true',
    'listen: { http: true }\n',
    [`dragoman.yaml:1:17: listen.http must be ${ADDRESS}, found true (wrong-value)`],
  ],
  [
    'an address with a scheme',
    'status:\n  listen: http://0.0.0.0:1\n',
    [`dragoman.yaml:2:11: status.listen must be ${ADDRESS}, found "http://0.0.0.0:1" (wrong-value)`],
  ],
  [
    'a port above 65535 as a number and as a text',
    'listen: { http: 65536 }\nstatus: { listen: "h:65536" }\n',
    [
      `dragoman.yaml:1:17: listen.http must be ${ADDRESS}, found 65536 (wrong-value)`,
      'dragoman.yaml:2:19: status.listen has the port 65536; ports are 0 to 65535 (wrong-value)',
    ],
  ],
  [
    'addresses that are none',
    'listen: { http: "300.0.0.1:1" }\nstatus: { listen: "[::g]:2" }\n',
    [
      'dragoman.yaml:1:17: listen.http has 300.0.0.1, which is no IPv4 address (wrong-value)',
      `dragoman.yaml:2:19: status.listen must be ${ADDRESS}, found "[::g]:2" (wrong-value)`,
    ],
  ],
  [
    'two listeners on one port',
    'listen: { http: 9081 }\n',
    ['dragoman.yaml:1:17: listen.http and status.listen both have port 9081 (port-shared)'],
  ],
  [
    'an admin port for everybody without a token',
    'admin:\n  listen: 0.0.0.0:9080\n',
    [
      'dragoman.yaml:2:11: admin.listen 0.0.0.0:9080 can be reached from other machines, and whoever reaches the admin API can re-route every call; set admin.token, or listen on 127.0.0.1 (admin-exposed)',
    ],
  ],
  [
    'an admin port on a name that is not localhost',
    'admin: { listen: "localhost.example.org:9080" }\n',
    [
      'dragoman.yaml:1:18: admin.listen localhost.example.org:9080 can be reached from other machines, and whoever reaches the admin API can re-route every call; set admin.token, or listen on 127.0.0.1 (admin-exposed)',
    ],
  ],
  [
    'a token that is a number is not repeated',
    'admin: { token: 12345 }\n',
    [
      'dragoman.yaml:1:17: admin.token must be a token of visible ASCII characters, found another value; put it in quotes (wrong-value)',
    ],
  ],
  [
    'an empty token, and only once although the port needs it',
    'admin: { listen: 0.0.0.0:1, token: "" }\n',
    [
      'dragoman.yaml:1:36: admin.token must be a token of visible ASCII characters, found an empty text (wrong-value)',
    ],
  ],
  [
    'a word where true or false belongs',
    'graphql: { graphiql: yes }\n',
    ['dragoman.yaml:1:22: graphql.graphiql must be true or false, found "yes" (wrong-value)'],
  ],
  [
    'a quoted true is a text',
    'graphql: { introspection: "true" }\n',
    ['dragoman.yaml:1:27: graphql.introspection must be true or false, found "true" (wrong-value)'],
  ],
  [
    'a path without its slash',
    'graphql: { path: graphql }\n',
    ['dragoman.yaml:1:18: graphql.path must be a path such as /graphql, found "graphql" (wrong-value)'],
  ],
  [
    'a log level with a near one',
    'log: { level: warning }\n',
    [
      'dragoman.yaml:1:15: log.level must be one of trace, debug, info, warn, error, fatal, silent, found "warning" (wrong-value)',
    ],
  ],
  [
    'a mistyped log level',
    'log: { level: eror }\n',
    [
      'dragoman.yaml:1:15: log.level must be one of trace, debug, info, warn, error, fatal, silent, found "eror"; did you mean "error"? (wrong-value)',
    ],
  ],
  [
    'durations without unit and beyond a day',
    'shutdown:\n  delay: 5\n  drain: 25h\n',
    [
      `dragoman.yaml:2:10: shutdown.delay must be ${DURATION}, found 5 (wrong-value)`,
      'dragoman.yaml:3:10: shutdown.drain is longer than 24h (wrong-value)',
    ],
  ],
  [
    'trusted proxies as a number of hops',
    'listen:\n  trustedProxies: 1\n',
    ['dragoman.yaml:2:19: listen.trustedProxies must be a list of CIDR blocks, found 1 (wrong-value)'],
  ],
  [
    'trusted proxies that are no blocks',
    'listen:\n  trustedProxies: [10.0.0.0/33, 1.2.3, proxy]\n',
    [
      'dragoman.yaml:2:20: listen.trustedProxies[0] has the prefix /33; at most /32 is possible (wrong-value)',
      'dragoman.yaml:2:33: listen.trustedProxies[1] has 1.2.3, which is no IP address (wrong-value)',
      'dragoman.yaml:2:40: listen.trustedProxies[2] must be a CIDR block such as 10.0.0.0/8, found "proxy" (wrong-value)',
    ],
  ],
  [
    'forwarding headers that no proxy sends',
    'listen:\n  forwardedHeader: x-real-ip\n',
    [
      'dragoman.yaml:2:20: listen.forwardedHeader must be x-forwarded or forwarded, found "x-real-ip" (wrong-value)',
    ],
  ],
  [
    'registries that are none',
    'registry: mysql://h/d\n',
    [
      'dragoman.yaml:1:11: registry must be memory:, sqlite:PATH or postgres://…, found "mysql://h/d" (wrong-value)',
    ],
  ],
  [
    'a SQLite path with slashes that mean a host',
    'registry: sqlite://data/x.db\n',
    ['dragoman.yaml:1:11: registry takes a path behind "sqlite:", without // (wrong-value)'],
  ],
  [
    'a service without anything',
    'services:\n  - {}\n',
    [
      'dragoman.yaml:2:5: services[0] needs name (missing-key)',
      'dragoman.yaml:2:5: services[0] needs proto or descriptorSet or openapi; without any of them prefix or hosts (missing-key)',
      'dragoman.yaml:2:5: services[0] needs upstream (missing-key)',
    ],
  ],
  [
    'a key without a value counts as missing',
    'services:\n  - name: a\n    descriptorSet: a.binpb\n    upstream:\n',
    ['dragoman.yaml:2:5: services[0] needs upstream (missing-key)'],
  ],
  [
    'a service with two sources',
    service('    descriptorSet: a.binpb'),
    ['dragoman.yaml:5:5: services[0] has both proto and descriptorSet; keep one (contradiction)'],
  ],
  [
    'a service name in capitals and one that is a number',
    'services:\n  - {name: Library, descriptorSet: a, upstream: "grpc://h:1"}\n  - {name: 7, descriptorSet: a, upstream: "grpc://h:1"}\n',
    [
      `dragoman.yaml:2:12: services[0].name must be ${NAME}, found "Library" (wrong-value)`,
      `dragoman.yaml:3:12: services[1].name must be ${NAME}, found 7 (wrong-value)`,
    ],
  ],
  [
    'two services of one name',
    service('  - {name: library, descriptorSet: a, upstream: "grpc://h:1"}'),
    ['dragoman.yaml:5:12: the service library is on line 2 already (duplicate-service)'],
  ],
  [
    'no files',
    'services:\n  - name: a\n    proto: {files: []}\n    upstream: grpc://h:1\n',
    ['dragoman.yaml:3:20: services[0].proto.files must have an entry, found an empty list (wrong-value)'],
  ],
  [
    'one file without its list',
    'services:\n  - name: a\n    proto: {files: a.proto}\n    upstream: grpc://h:1\n',
    [
      'dragoman.yaml:3:20: services[0].proto.files must be a list of .proto files, found "a.proto" (wrong-value)',
    ],
  ],
  ...(
    [
      ['h:1', 'must be a URL such as grpc://host:50051'],
      ['grpc://h', 'needs a port, as in grpc://h:50051'],
      ['grpc://h:0', 'has the port 0; ports are 1 to 65535'],
      ['ftp://h:1', 'has the scheme "ftp"; upstreams are grpc://, grpcs://, http:// or https://'],
      ['grpc://u:geheim@h:1', 'must not hold credentials'],
      ['grpc://h:1/v1', 'must end after host and port, without path, query or fragment'],
      ['grpc://300.1.1.1:1', 'has no valid host; write grpc://host:port'],
      ['http://h', 'must be called over gRPC, as every proto service is; write grpc://h:80'],
    ] as const
  ).map(
    ([url, words]) =>
      [
        `the upstream ${url}`,
        `services:\n  - name: a\n    descriptorSet: a\n    upstream: ${url}\n`,
        [`dragoman.yaml:4:15: services[0].upstream ${words} (wrong-value)`],
      ] as const,
  ),
  [
    'a target with a wrong URL among right ones, and a wrong weight',
    'services:\n  - name: a\n    descriptorSet: a\n    upstream:\n      targets:\n        - url: grpc://a:1\n          weight: 0\n        - url: grpc://b\n',
    [
      'dragoman.yaml:7:19: services[0].upstream.targets[0].weight must be a whole number from 1 to 1000, found 0 (wrong-value)',
      'dragoman.yaml:8:16: services[0].upstream.targets[1].url needs a port, as in grpc://b:50051 (wrong-value)',
    ],
  ],
  [
    'an upstream that is a list',
    'services:\n  - name: a\n    descriptorSet: a\n    upstream: [grpc://a:1]\n',
    [
      'dragoman.yaml:4:15: services[0].upstream must be a URL such as grpc://host:50051 or a mapping with targets, found a list (wrong-value)',
    ],
  ],
  [
    'tls towards plaintext targets only',
    'services:\n  - name: a\n    descriptorSet: a\n    upstream: {targets: [{url: "grpc://h:1"}], tls: {serverName: x}}\n',
    ['dragoman.yaml:4:53: services[0].upstream.tls has no effect: no target is grpcs:// (contradiction)'],
  ],
  [
    'a certificate without its key, from a file that is not there',
    'services:\n  - name: a\n    descriptorSet: a\n    upstream: {targets: [{url: "grpcs://h:1"}], tls: {cert: /nowhere.pem}}\n',
    [
      'dragoman.yaml:4:54: services[0].upstream.tls has cert and so needs key (missing-key)',
      'dragoman.yaml:4:61: services[0].upstream.tls.cert names a file that does not exist (file)',
    ],
  ],
  [
    'PEM that is none',
    'services:\n  - name: a\n    descriptorSet: a\n    upstream: {targets: [{url: "grpcs://h:1"}], tls: {key: "-----BEGIN X", cert: "-----BEGIN X"}}\n',
    [
      'dragoman.yaml:4:54: services[0].upstream.tls holds a certificate or key that cannot be used (ERR_OSSL_PEM_NO_START_LINE) (certificate)',
    ],
  ],
  [
    'headers to forward that are none',
    service('    headers:', '      forward: [x-a, "*", "x y", "a*b"]'),
    ['"*"', '"x y"', '"a*b"'].map(
      (found, index) =>
        `dragoman.yaml:6:${[22, 27, 34][index]}: services[0].headers.forward[${index + 1}] must be a header name such as x-tenant, a prefix such as x-mock-*, or a mapping with from and to, found ${found} (wrong-value)`,
    ),
  ],
  [
    'renamings without effect',
    service(
      '    headers:',
      '      forward: [{from: x-a, to: X-Consumer-ID}, {from: cookie, to: x-b}, Cookie]',
    ),
    [
      'dragoman.yaml:6:17: services[0].headers.forward[0] cannot have effect: x-consumer-id is never taken from clients (contradiction)',
      'dragoman.yaml:6:49: services[0].headers.forward[1] cannot have effect: cookie is never taken from clients (contradiction)',
      'dragoman.yaml:6:74: services[0].headers.forward[2] cannot have effect: cookies are never passed on as a whole; those that an OpenAPI document declares need no listing (contradiction)',
    ],
  ],
  [
    'limits that cannot be kept',
    service('    limits:', '      messageBytes: 2GiB', '      deadline: {default: 2m, max: 0s}'),
    [
      'dragoman.yaml:6:21: services[0].limits.messageBytes is larger than 1GiB (wrong-value)',
      'dragoman.yaml:7:27: services[0] has a default deadline above the most allowed, 60000 ms; raise limits.deadline.max as well (contradiction)',
      'dragoman.yaml:7:36: services[0].limits.deadline.max must be more than 0 (wrong-value)',
    ],
  ],
  [
    'a default deadline in two places',
    'services:\n  - name: a\n    descriptorSet: a\n    upstream: {targets: [{url: "grpc://h:1"}], timeout: 1s}\n    limits: {deadline: {default: 2s}}\n',
    [
      'dragoman.yaml:5:34: services[0] has both upstream.timeout and limits.deadline.default; keep one (contradiction)',
    ],
  ],
  [
    'a key given twice',
    'log: { level: info }\ngraphql: {}\nlog: { level: warn }\n',
    ['dragoman.yaml:3:1: "log" is given twice; the first is on line 1 (duplicate-key)'],
  ],
  ['a custom tag', 'log: { level: !secret info }\n', ['dragoman.yaml:1:15: Unresolved tag: !secret (yaml)']],
  [
    'an alias without its anchor',
    'log: *defaults\n',
    ['dragoman.yaml:1:6: the alias *defaults has no anchor &defaults before it (yaml)'],
  ],
  [
    'an alias of what holds it',
    'log: &log\n  level: *log\n',
    ['dragoman.yaml:2:3: with its aliases this is deeper than 64 levels (yaml)'],
  ],
  [
    'two documents',
    'log: {}\n---\nlog: {}\n',
    ['dragoman.yaml:2:1: a configuration is one document; remove the second (yaml)'],
  ],
  [
    'the yes of an older YAML stays a text',
    '%YAML 1.1\n---\ngraphql: { graphiql: yes }\n',
    ['dragoman.yaml:3:22: graphql.graphiql must be true or false, found "yes" (wrong-value)'],
  ],
  [
    'a policy of another kind, and one without its limit',
    'policies:\n  - rateLimt: {limit: 1, window: 1s}\n  - rateLimit: {window: 1m}\n',
    [
      'dragoman.yaml:2:5: policies[0] needs rateLimit (missing-key)',
      'dragoman.yaml:2:5: unknown key "rateLimt" in policies[0]; did you mean "rateLimit"? (unknown-key)',
      'dragoman.yaml:3:16: policies[1].rateLimit needs limit (missing-key)',
    ],
  ],
  [
    'values of a limit',
    'policies:\n  - rateLimit:\n      name: "a b"\n      limit: 0\n      window: 1 minute\n      burst: many\n      by: ip\n      shadow: 1\n      per: second\n',
    [
      'dragoman.yaml:3:13: policies[0].rateLimit.name must be a name of letters, digits, dots, underscores and hyphens, found "a b" (wrong-value)',
      'dragoman.yaml:4:14: policies[0].rateLimit.limit must be a whole number from 1 to 100000000, found 0 (wrong-value)',
      `dragoman.yaml:5:15: policies[0].rateLimit.window must be ${DURATION}, found "1 minute" (wrong-value)`,
      'dragoman.yaml:6:14: policies[0].rateLimit.burst must be a whole number from 1 to 100000000, found "many" (wrong-value)',
      'dragoman.yaml:7:11: policies[0].rateLimit.by must be address, consumer, route, operation, header.NAME or path.NAME, or a list of them, found "ip" (wrong-value)',
      'dragoman.yaml:8:15: policies[0].rateLimit.shadow must be true or false, found 1 (wrong-value)',
      'dragoman.yaml:9:7: unknown key "per" in policies[0].rateLimit; known are name, limit, window, burst, by, shadow (unknown-key)',
    ],
  ],
  [
    'a window that headers cannot tell of, or none',
    'policies:\n  - rateLimit: {limit: 1, window: 1500ms}\n  - rateLimit: {limit: 1, window: 0s}\n  - rateLimit: {limit: 1, window: 25h}\n',
    [
      'dragoman.yaml:2:35: policies[0].rateLimit.window must be whole seconds, at least 1s; for less at once set burst (wrong-value)',
      'dragoman.yaml:3:35: policies[1].rateLimit.window must be whole seconds, at least 1s; for less at once set burst (wrong-value)',
      'dragoman.yaml:4:35: policies[2].rateLimit.window is longer than 24h (wrong-value)',
    ],
  ],
  [
    'two limits of one name',
    'policies:\n  - rateLimit: {name: a, limit: 1, window: 1s}\n  - rateLimit: {name: a, limit: 2, window: 1m}\n',
    [
      'dragoman.yaml:3:23: policies[1].rateLimit.name is the name of another entry; clients could not tell them apart (contradiction)',
    ],
  ],
  [
    'limits of a service and of an operation are checked alike',
    service(
      '    policies: [{rateLimit: {limit: 1, window: 1m, by: [address, header.]}}]',
      '    operations: {library.v1.LibraryService/GetBook: {policies: [{rateLimit: {limit: -1, window: 1m}}], cache: 1}}',
    ),
    [
      'dragoman.yaml:5:65: services[0].policies[0].rateLimit.by[1] must be address, consumer, route, operation, header.NAME or path.NAME, found "header." (wrong-value)',
      'dragoman.yaml:6:85: services[0].operations.library.v1.LibraryService/GetBook.policies[0].rateLimit.limit must be a whole number from 1 to 100000000, found -1 (wrong-value)',
      'dragoman.yaml:6:104: unknown key "cache" in services[0].operations.library.v1.LibraryService/GetBook; known are policies, validate (unknown-key)',
    ],
  ],
  [
    'all problems at once, in the order of the file',
    'listen: { http: x }\nnope: 1\nlog: { level: 3 }\nservices: [{name: A}]\n',
    [
      `dragoman.yaml:1:17: listen.http must be ${ADDRESS}, found "x" (wrong-value)`,
      'dragoman.yaml:2:1: unknown key "nope"; known are listen, admin, status, registry, graphql, openapi, services, joins, documents, policies, log, shutdown (unknown-key)',
      'dragoman.yaml:3:15: log.level must be one of trace, debug, info, warn, error, fatal, silent, found 3 (wrong-value)',
      'dragoman.yaml:4:12: services[0] needs proto or descriptorSet or openapi; without any of them prefix or hosts (missing-key)',
      'dragoman.yaml:4:12: services[0] needs upstream (missing-key)',
      `dragoman.yaml:4:19: services[0].name must be ${NAME}, found "A" (wrong-value)`,
    ],
  ],
];

describe('a wrong configuration', () => {
  test.each(ROWS)('%s', async (_name, text, problems) => {
    expect(await problemsOf(text)).toEqual(problems);
  });

  test('a syntax fault is reported at its place and nothing else is guessed', async () => {
    const [problem, ...others] = (
      await parseConfig('listen: { http: 8080\nlog: x\n', { path: 'c.yaml', env: {} })
    ).problems;
    expect(problem).toMatchObject({ path: 'c.yaml', line: 2, column: 1, rule: 'yaml', severity: 'error' });
    expect(others.every(({ rule }) => rule === 'yaml')).toBe(true);
  });

  test.each([
    ['flow lists', '['.repeat(100_000)],
    ['flow mappings', '{'.repeat(100_000)],
    ['block lists', '- '.repeat(100_000)],
  ])('%s of a hundred thousand levels are one problem', async (_name, text) => {
    expect(await problemsOf(text)).toEqual([
      expect.stringMatching(/^dragoman\.yaml:1:\d+: this is nested too deeply to be read \(yaml\)$/),
    ]);
  });

  test('aliases of aliases stop at a bound instead of growing', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 9; level += 1) {
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      );
    }
    const problems = await problemsOf(lines.join('\n'));
    expect(problems).toEqual([
      expect.stringContaining('with its aliases this is larger than 100000 values (yaml)'),
    ]);
  });

  test('a file that is not there is a problem of its name', async () => {
    const result = await loadConfig('/nowhere/dragoman.yaml', { env: {} });
    expect(result.problems.map(formatProblem)).toEqual([
      '/nowhere/dragoman.yaml: the configuration file does not exist (file)',
    ]);
  });
});

describe('what this version does not serve', () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ['https', 'listen:\n  https: {port: 8443}\n', '2:3: listen.https'],
    ['proxyProtocol', 'listen: {proxyProtocol: true}\n', '1:10: listen.proxyProtocol'],
    ['redis', 'redis: redis://127.0.0.1:6379\n', '1:1: redis'],
    ['consumers', 'consumers: []\n', '1:1: consumers'],
    ['stages', 'stages: {}\n', '1:1: stages'],
    [
      'reflection',
      'services:\n  - name: a\n    upstream: grpc://h:1\n    reflection: h:1\n',
      '4:5: services[0].reflection',
    ],
    ...['retries: 3', 'breaker: {}', 'health: {}'].map(
      (line) =>
        [
          line,
          `services:\n  - name: a\n    descriptorSet: a\n    upstream:\n      targets: [{url: "grpc://h:1"}]\n      ${line}\n`,
          `6:7: services[0].upstream.${line.split(':')[0]}`,
        ] as const,
    ),
  ];
  test.each(rows)('%s is refused at its place and not looked into', async (_name, text, place) => {
    expect(await problemsOf(text)).toEqual([
      `dragoman.yaml:${place} is not served by this version (not-served)`,
    ]);
  });

  test('a registry in PostgreSQL, without showing its password', async () => {
    expect(await problemsOf('registry: postgres://user:geheim@h/d\n')).toEqual([
      'dragoman.yaml:1:11: registry: "postgres://…" is not served by this version; use memory: or sqlite:PATH (not-served)',
    ]);
  });

  test('a balancing method other than round-robin', async () => {
    const text =
      'services:\n  - name: a\n    descriptorSet: a\n    upstream: {targets: [{url: "grpc://h:1"}], balance: least-requests}\n';
    expect(await problemsOf(text)).toEqual([
      'dragoman.yaml:4:57: services[0].upstream.balance: "least-requests" is not served by this version; use round-robin (not-served)',
    ]);
  });
});
