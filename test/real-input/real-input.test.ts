// Real APIs through the whole gateway: each http binding of each method is called over REST, and the generic echo
// server behind must have got that method with exactly the message that protobuf-es builds for it.
import { equals, fromBinary, toJson } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildASTSchema, validateSchema } from 'graphql';
import { readTarget } from '../../core/target.ts';
import type { ServiceConfig } from '../../gateway/config/gateway-config.ts';
import { typeDefinitions } from '../../schema/graphql/type-definitions.ts';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { send } from '../harness/http-client.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { buildRequest } from './build-request.ts';
import { type Binding, compileOracle } from './oracle.ts';
import { REAL_APIS, type RealApi, serviceFiles, TREE } from './packages.ts';

const oracle = await compileOracle();

/**
 * Every path of these is also a path of another method's template, which says more and therefore comes first. The
 * method is reached by its automatic path.
 */
const OUTRANKED: ReadonlyMap<string, string> = new Map([
  // Both name a document and list a collection: only their count of segments, even or odd, tells the two apart.
  ['GET /v1/{name=projects/*/databases/*/documents/*/**}', 'google.firestore.v1.Firestore/ListDocuments'],
]);

let echo: EchoServer;
let gateway: TestGateway;

beforeAll(async () => {
  echo = await startEchoServer(oracle.descriptorSet);
  gateway = await startTestGateway([], {
    services: REAL_APIS.map((api) => configOf(api, echo.url)),
    log: { level: 'warn' },
  });
});

afterAll(async () => {
  await gateway?.close();
  await echo?.close();
});

/** As `proto: {files, include}` of the configuration file. */
function configOf(api: RealApi, url: string): ServiceConfig {
  const reading = readTarget(url);
  if (!reading.ok) throw new Error(reading.message);
  return {
    name: api.name,
    source: { kind: 'proto', files: serviceFiles(api).map((file) => `${TREE}/${file}`), include: [TREE] },
    rulesPath: undefined,
    upstream: { targets: [reading.target] },
    forwardHeaders: [],
    rest: {},
    limits: { messageBytes: undefined, defaultDeadlineMs: undefined, maxDeadlineMs: undefined },
    position: { path: 'dragoman.yaml' },
  };
}

function ruleOf({ verb, template }: Binding): string {
  return `${verb} ${template}`;
}

function isStreamed({ method }: Binding): boolean {
  return method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming';
}

async function call(binding: Binding, seed: number, rest: number) {
  const request = buildRequest(oracle, binding, seed, rest);
  echo.reset();
  const answer = await send(gateway.publicUrl, {
    method: request.method,
    path: request.path,
    // A stream from the client is a JSON array of its messages.
    ...(request.body !== undefined && { body: isStreamed(binding) ? [request.body] : request.body }),
  });
  return { ...request, answer, received: echo.received() };
}

describe.each(REAL_APIS.map((api) => [api.name, api] as const))('%s', (_name, api) => {
  const bindings = oracle.bindingsOf(api);
  const declared = bindings.filter(({ origin }) => origin !== 'automatic');
  const reached = bindings.filter((binding) => !OUTRANKED.has(ruleOf(binding)));
  const outranked = bindings.filter((binding) => OUTRANKED.has(ruleOf(binding)));
  const titled = (list: readonly Binding[]) =>
    list.map(
      (binding, index) =>
        [ruleOf(binding), binding.path, `${binding.origin} ${index + 1}`, binding, index] as const,
    );

  test('has the methods and bindings that were counted in its files', () => {
    expect(oracle.methodsOf(api)).toHaveLength(api.methods);
    expect(declared).toHaveLength(api.bindings);
    expect([...new Set(bindings.filter(isStreamed).map(({ path }) => path))]).toEqual(api.streamed);
  });

  test('every binding has its route', () => {
    const { routes } = gateway.registry.snapshot.routes;
    const served = routes
      .filter(({ operation }) => operation.service === api.name)
      .map(({ operation, binding }) => `${operation.method} ${binding.method} ${binding.template}`);
    expect(served.sort()).toEqual(bindings.map((one) => `${one.path} ${ruleOf(one)}`).sort());
  });

  test.each(titled(reached))('%s reaches %s (%s)', async (rule, path, _origin, binding, seed) => {
    const { input } = binding.method;
    for (const rest of rule.includes('**') ? [0, 1, 3] : [1]) {
      const { answer, received, expected } = await call(binding, seed + rest, rest);
      expect({ status: answer.status, problem: answer.status === 200 ? '' : answer.text }).toEqual({
        status: 200,
        problem: '',
      });
      expect(received.map((one) => one.path)).toEqual([`/${path}`]);
      expect(received[0]?.requests).toHaveLength(1);
      const got = fromBinary(input, received[0]?.requests[0] ?? new Uint8Array());
      const json = { registry: oracle.types };
      expect(toJson(input, got, json)).toEqual(toJson(input, expected, json));
      expect(equals(input, got, expected, { registry: oracle.types, unknown: true })).toBe(true);
    }
  });

  if (outranked.length > 0) {
    test.each(titled(outranked))(
      '%s of %s is outranked (%s)',
      async (rule, _path, _origin, binding, seed) => {
        for (const rest of [0, 1, 3]) {
          const { received } = await call(binding, seed, rest);
          expect(received.map((one) => one.path)).toEqual([`/${OUTRANKED.get(rule)}`]);
        }
      },
    );
  }
});

describe('GraphQL over all of them', () => {
  test('the schema is valid', () => {
    const schema = buildASTSchema(typeDefinitions(gateway.registry.snapshot.graph));
    expect(validateSchema(schema)).toEqual([]);
  });

  test('every method that takes no stream is one root field', () => {
    const { queries, mutations, subscriptions } = gateway.registry.snapshot.graph;
    const inGraph = [...queries, ...mutations, ...subscriptions].map(({ operation }) => operation.method);
    const methods = REAL_APIS.flatMap((api) => oracle.methodsOf(api));
    const unstreamed = methods.filter(({ methodKind }) => /^(unary|server_streaming)$/.test(methodKind));
    expect(inGraph.sort()).toEqual(
      unstreamed.map((method) => `${method.parent.typeName}/${method.name}`).sort(),
    );
  });

  test.each([
    ['{ topic(topic: "projects/p/topics/t") { name } }', 'google.pubsub.v1.Publisher/GetTopic'],
    ['{ session(name: "projects/p/sessions/s") { name } }', 'google.spanner.v1.Spanner/GetSession'],
    [
      '{ logMetrics(parent: "projects/p") { metrics { name } } }',
      'google.logging.v2.MetricsServiceV2/ListLogMetrics',
    ],
    [
      '{ document(name: "projects/p/databases/d/documents/c/d") { name } }',
      'google.firestore.v1.Firestore/GetDocument',
    ],
    [
      '{ glossary(name: "projects/p/locations/l/glossaries/g") { name } }',
      'google.cloud.translation.v3.TranslationService/GetGlossary',
    ],
    ['{ shelf(name: "shelves/s") { theme } }', 'google.example.library.v1.LibraryService/GetShelf'],
  ])('%s reaches %s', async (query, path) => {
    echo.reset();
    const answer = await send(gateway.publicUrl, { path: '/graphql', body: { query } });
    expect(answer.json()).not.toHaveProperty('errors');
    expect(echo.received().map((one) => one.path)).toEqual([`/${path}`]);
  });
});
