// Every setting of a service with every kind of source: where it means nothing, that is said, and where it is written.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkServices } from '../../gateway/config/check-services.ts';
import { type ConfigSchema, configSchema, resolveSchema } from '../../gateway/config/config-schema.ts';
import { parseConfig } from '../../gateway/config/load-config.ts';
import { isServedKey } from '../../gateway/config/not-served.ts';
import { compileTypes } from '../harness/compile-types.ts';
import { startTestGateway } from '../harness/start-gateway.ts';

const PROTO = `
syntax = "proto3";
package a.v1;
service A { rpc Get(Thing) returns (Thing); }
message Thing { string name = 1; }
`;
const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'A', version: '1' },
  security: [{ key: [] }],
  paths: { '/things': { get: { operationId: 'getThing', responses: { 200: { description: '' } } } } },
  components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } },
};

const KINDS = ['proto', 'openapi', 'proxy'] as const;
type Kind = (typeof KINDS)[number];

/** Where each stands in its own right; what is beside it in the file has nothing to say here. */
const SERVICES: Readonly<Record<Kind, object>> = {
  proto: { descriptorSet: 'a.binpb', upstream: { targets: [{ url: 'grpcs://h.test:1' }] } },
  openapi: { openapi: 'a.json', upstream: { targets: [{ url: 'https://h.test:1' }] } },
  proxy: { prefix: '/p', upstream: { targets: [{ url: 'https://h.test:1' }] } },
};
const OPERATIONS: Readonly<Record<Kind, string>> = {
  proto: 'a.v1.A/Get',
  openapi: 'getThing',
  proxy: 'proxy',
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'effects-'));
  const { descriptorSet } = await compileTypes([{ path: 'a.proto', content: PROTO }]);
  await writeFile(join(folder, 'a.binpb'), descriptorSet);
  await writeFile(join(folder, 'a.json'), JSON.stringify(DOCUMENT));
  await writeFile(join(folder, 'rules.yaml'), 'http: { rules: [{ selector: a.v1.A.Get, get: /v1/a }] }');
});
afterAll(() => rm(folder, { recursive: true }));

/** Nothing is said; it is said that it changes nothing; it is refused by a rule. */
type Expected = '' | 'warning no-effect' | `error ${string}`;
const NOTHING = 'warning no-effect';

/** In the order of KINDS. */
type Row = readonly [setting: string, value: unknown, expected: readonly [Expected, Expected, Expected]];

const ALL = ['', '', ''] as const;
const PROTO_ALONE = ['', NOTHING, NOTHING] as const;
const OPENAPI_ALONE = [NOTHING, '', NOTHING] as const;
const DESCRIBED = ['', '', NOTHING] as const;

const ROWS: readonly Row[] = [
  ['hosts', ['a.test'], ALL],
  ['rules', 'rules.yaml', ['', 'error no-effect', 'error no-effect']],
  // The OpenAPI service here has no prefix that could be stripped.
  ['stripPrefix', false, ['error prefix', NOTHING, '']],
  ['rewrite', '/x', ['error prefix', '', '']],
  ['validate.request', true, ['error no-effect', '', 'error no-effect']],
  ['validate.response', true, ['error no-effect', '', 'error no-effect']],
  ['upstream.balance', 'round-robin', ALL],
  ['upstream.timeout', '5s', ALL],
  ['upstream.tls.serverName', 'b.test', ALL],
  ['upstream.http2', true, ['error upstream', '', '']],
  ['upstream.connectTimeout', '1s', ['error upstream', '', '']],
  ['upstream.concurrency', 5, ['error upstream', '', '']],
  ['upstream.credentials', { key: 'canary' }, ['error credentials', '', 'error credentials']],
  ['policies', [{ rateLimit: { limit: 1, window: '1s' } }], ALL],
  ['operations.*.policies', [{ rateLimit: { limit: 1, window: '1s' } }], ALL],
  ['operations.*.validate.request', true, ['error validate', '', 'error validate']],
  ['operations.*.validate.response', true, ['error validate', '', 'error validate']],
  // Over GraphQL; over REST an HTTP service gets all of them.
  ['headers.forward', ['x-a'], DESCRIBED],
  ['headers.response', ['x-a'], PROTO_ALONE],
  ['headers.authorization', 'drop', ALL],
  ['limits.messageBytes', '1MiB', ALL],
  ['limits.uploadBytes', '1GiB', ['error upstream', '', '']],
  ['limits.operations.*.messageBytes', '1MiB', ALL],
  ['limits.deadline.default', '1s', ALL],
  ['limits.deadline.max', '40s', ALL],
  // Of WebSockets, where there is no other stream.
  ['limits.stream.idle', '1m', ALL],
  ['limits.stream.total', '2h', ALL],
  ['rest.unknownFields', 'ignore', PROTO_ALONE],
  ['rest.ignoreQuery', ['a'], PROTO_ALONE],
  ['rest.methodOverride', true, DESCRIBED],
  ['rest.emptyAs204', true, PROTO_ALONE],
  ['rest.streamDefault', 'sse', PROTO_ALONE],
  ['rest.ndjsonWrapper', 'always', PROTO_ALONE],
  ['rest.errors', 'google', ALL],
  ['rest.exposeUpstreamErrors', true, PROTO_ALONE],
  ['rest.bodyConflict', 'reject', PROTO_ALONE],
  ['rest.queryWithWholeBody', 'ignore', PROTO_ALONE],
  ['rest.queryIntoBody', true, PROTO_ALONE],
  ['rest.structInQuery', true, PROTO_ALONE],
  ['rest.enumCaseInsensitive', true, PROTO_ALONE],
  ['rest.automatic', false, PROTO_ALONE],
  ['rest.trailingSlash', 'ignore', DESCRIBED],
  ['rest.multiSegmentDecode', 'all', PROTO_ALONE],
  ['rest.strictRoutes', true, DESCRIBED],
  ['rest.grpcMetadataPrefix', true, PROTO_ALONE],
  ['rest.nestedHttpBody', true, PROTO_ALONE],
  ['rest.protobuf', true, PROTO_ALONE],
  ['rest.websocket', false, ['', 'error no-effect', 'error no-effect']],
  ['rest.output.defaults', true, PROTO_ALONE],
  ['rest.output.protoNames', true, PROTO_ALONE],
  ['rest.output.enumsAsNumbers', true, PROTO_ALONE],
  ['rest.output.int64AsNumbers', true, PROTO_ALONE],
  ['graphql.prefix', 'Shop', DESCRIBED],
  ['graphql.enumNames', 'full', PROTO_ALONE],
  ['graphql.typeNames', 'qualified', PROTO_ALONE],
  ['graphql.onClash', 'refuse', DESCRIBED],
  ['graphql.maps', 'json', DESCRIBED],
  ['graphql.connections', true, PROTO_ALONE],
  ['graphql.extensions', true, PROTO_ALONE],
  ['graphql.awaitOperations', true, PROTO_ALONE],
  ['graphql.camelCase', true, OPENAPI_ALONE],
  ['graphql.outputNullability', 'lenient', OPENAPI_ALONE],
  // What an effect says, repeated requests ask as well.
  ['graphql.overlay.*.effect', 'read', ALL],
];

/** What each kind needs, or is. */
const GIVEN = new Set([
  'name',
  'proto.files[]',
  'proto.include[]',
  'descriptorSet',
  'openapi',
  'prefix',
  'upstream',
]);

test('every setting of a service has its row', () => {
  const known = new Set(ROWS.map(([setting]) => setting));
  // Members of these are told of together.
  const isTold = (path: string): boolean =>
    known.has(path) || [...known].some((row) => path.startsWith(`${row}.`) || path.startsWith(`${row}[]`));
  const missing = settingsOf(configSchema().properties?.services?.items ?? {}).filter(
    (path) =>
      isServedKey(`services[].${path}`) &&
      !isTold(path) &&
      !GIVEN.has(path) &&
      !/^upstream\.targets|^upstream\.tls|^graphql\.overlay/.test(path),
  );
  expect(missing).toEqual([]);
});

describe.each(KINDS.map((kind, index) => [kind, index] as const))('of %s services', (kind, index) => {
  test.each(ROWS.map(([setting, value, expected]) => [setting, value, expected[index] ?? ''] as const))(
    '%s: %j → %s',
    async (setting, value, expected) => {
      const text = JSON.stringify(
        { services: [{ name: 's', ...withSetting(kind, setting, value) }] },
        null,
        1,
      );
      const found = await problemsOf(text);
      expect([...new Set(found.map(({ severity, rule }) => `${severity} ${rule}`))].join()).toBe(expected);
      // The line of the setting itself, or of what it is a member of.
      const places = found
        .filter(({ rule }) => rule === 'no-effect')
        .map(({ line = 0 }) => text.split('\n')[line - 1]);
      const names = setting.split('.');
      expect(places.every((line) => names.some((name) => line?.includes(`"${name}":`)))).toBe(true);
    },
  );
});

test('what is said of it names the setting, and for whom it would be', async () => {
  const text = `services:
  - name: pets
    prefix: /pets
    upstream: http://h.test:1
    rest: { output: { defaults: true } }
    graphql:
      camelCase: true
      connections: true
    headers:
      forward: [x-a]
`;
  const problems = await problemsOf(text);
  expect(
    problems.map(({ line, column, severity, message }) => `${line}:${column} ${severity}: ${message}`),
  ).toEqual([
    '5:13 warning: rest.output changes nothing: it is for services with a proto',
    '7:7 warning: graphql.camelCase changes nothing: it is for services with an OpenAPI document',
    '8:7 warning: graphql.connections changes nothing: it is for services with a proto',
    '10:7 warning: headers.forward changes nothing: a plain proxy passes all headers on',
  ]);
});

test('a start warns of it', async () => {
  const text = JSON.stringify(
    { services: [{ name: 's', ...SERVICES.proxy, rest: { protobuf: true } }] },
    null,
    1,
  );
  const config = await parseConfig(text, { path: join(folder, 'dragoman.yaml'), env: {} });
  const { logs, close } = await startTestGateway([], { services: config.ok ? config.value.services : [] });
  await close();
  const warnings = logs.map((line) => JSON.parse(line)).filter(({ level }) => level === 40);
  expect(warnings.map(({ msg }) => msg)).toEqual([
    expect.stringMatching(/dragoman\.yaml:14:5: rest\.protobuf changes nothing: .* \(no-effect\)$/),
  ]);
});

test('what says the default is no choice', async () => {
  const service = {
    name: 's',
    ...SERVICES.proxy,
    rest: { protobuf: false, websocket: true, output: { defaults: false }, ignoreQuery: [] },
    graphql: { maps: 'entries', overlay: {} },
    headers: { forward: [], response: [] },
    stripPrefix: true,
  };
  expect(await problemsOf(JSON.stringify({ services: [service] }))).toEqual([]);
});

async function problemsOf(text: string) {
  const config = await parseConfig(text, { path: join(folder, 'dragoman.yaml'), env: {} });
  if (!config.ok) return config.problems;
  const { problems } = await checkServices(config.value);
  return problems.filter(({ severity, rule }) => severity === 'error' || rule === 'no-effect');
}

function withSetting(kind: Kind, setting: string, value: unknown): object {
  const keyOfOverlay = kind === 'proto' ? 'a.v1.A.Get' : OPERATIONS[kind];
  const path = setting
    .split('.')
    .map((part) =>
      part === '*' ? (setting.startsWith('graphql.') ? keyOfOverlay : OPERATIONS[kind]) : part,
    );
  const merged = (
    into: Readonly<Record<string, unknown>>,
    [first = '', ...rest]: readonly string[],
  ): object => ({
    ...into,
    [first]: rest.length === 0 ? value : merged((into[first] ?? {}) as Record<string, unknown>, rest),
  });
  return merged({ ...SERVICES[kind] }, path);
}

/** Paths of what has no members, with `*` for names that are the operator's, and `[]` for entries of a list. */
function settingsOf(schema: ConfigSchema, path = ''): string[] {
  const { properties, additionalProperties, items, anyOf = [] } = resolveSchema(schema);
  const within = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const found = [
    ...Object.entries(properties ?? {}).flatMap(([key, one]) => settingsOf(one, within(key))),
    ...(typeof additionalProperties === 'object' ? settingsOf(additionalProperties, within('*')) : []),
    ...(items === undefined ? [] : settingsOf(items, `${path}[]`)),
    ...anyOf.flatMap((one) => settingsOf(one, path)),
  ];
  return found.length === 0 ? [path] : [...new Set(found)];
}
