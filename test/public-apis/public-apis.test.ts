// Public documents, registered whole, in front of a mock server that knows what requests they allow. A sample of their
// operations is asked for directly, through the gateway, and in GraphQL: the mock must be asked the same, and clients get
// the same. Prism judges; what it has against a request or a document's own example, it must have in the same way through
// the gateway.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RootField } from '../../core/graph.ts';
import type { JsonValue } from '../../core/json.ts';
import { type Answer, send } from '../harness/http-client.ts';
import { startTestGateway, TEST_CONFIG, type TestGateway } from '../harness/start-gateway.ts';
import { differences } from './compare-answer.ts';
import { loadApi, PUBLIC_APIS, type PublicApi } from './documents.ts';
import { GraphqlWriter, Inexpressible } from './graphql-request.ts';
import { describeInstalled } from './installed.ts';
import { type RunningPrism, startPrism, type TakenRequest } from './prism.ts';
import { createRandom } from './random.ts';
import { type SampleRequest, sampleRequest } from './sample-request.ts';

const SEED = Number(process.env.DRAGOMAN_TEST_SEED ?? 20_260_101);
const OPERATIONS = 12;

/** Documents of fifty kilobytes, selections of everything. */
const LIMITS = {
  documentBytes: 1e6,
  tokens: 1e5,
  aliases: 1e4,
  depth: 40,
  repeats: 1e4,
  cost: 1e6,
};

interface Stage {
  readonly requests: readonly SampleRequest[];
  readonly prism: RunningPrism;
  readonly gateway: TestGateway;
}

async function openStage(api: PublicApi): Promise<Stage> {
  const { text, document } = loadApi(api);
  const random = createRandom(SEED);
  // Paths that differ in their fragment alone are left out of the gateway, with a warning.
  const servable = document.operations().filter(({ name }) => !/[#?]/.test(name));
  const chosen = random.sample(servable, OPERATIONS);
  const requests = chosen.flatMap((operation) => sampleRequest(document, operation, random) ?? []);
  const prism = await startPrism(document.excerpt(chosen));
  const path = api.file.endsWith('.yaml') ? 'api.yaml' : 'api.json';
  const source = { kind: 'openapi', files: [{ path, content: text }], entry: path } as const;
  try {
    const gateway = await startTestGateway(
      [{ name: 'api', source, upstream: { targets: [{ url: prism.url }] } }],
      { graphql: { ...TEST_CONFIG.graphql, limits: LIMITS } },
    );
    return { requests, prism, gateway };
  } catch (error) {
    // A process that is left behind would keep the tests from ending.
    await prism.close();
    throw error;
  }
}

/** What one way of asking came to. */
interface Asked {
  readonly request: SampleRequest;
  readonly answer: Answer;
  readonly taken: TakenRequest | undefined;
}

async function ask(url: string, request: SampleRequest, prism: RunningPrism): Promise<Asked> {
  const { method, target, headers, text } = request;
  const answer = await send(url, {
    method,
    path: target,
    headers,
    ...(text !== undefined && { body: text }),
  });
  const [taken] = await prism.taken();
  return { request, answer, taken };
}

/** What is the same whoever passed it on. */
function essence({ request, answer, taken }: Asked) {
  return {
    name: request.name,
    status: answer.status,
    type: answer.headers['content-type'],
    text: answer.text,
    url: taken?.url,
    body: taken?.body,
    authorization: taken?.headers.authorization,
  };
}

describeInstalled('public documents behind the gateway', () => {
  describe.each(PUBLIC_APIS)('$name ($about)', (api) => {
    let stage: Stage;
    const direct: Asked[] = [];
    beforeAll(async () => {
      stage = await openStage(api);
      for (const request of stage.requests) direct.push(await ask(stage.prism.url, request, stage.prism));
    });
    afterAll(async () => {
      await stage?.gateway.close();
      await stage?.prism.close();
    });

    test('the sample says something: most requests are taken, and answered with success', () => {
      const successes = direct.filter(({ answer }) => answer.status < 300);
      expect(successes.length).toBeGreaterThanOrEqual(api.successes ?? 6);
    });

    test('over REST the mock is asked the same, and answers the same', async () => {
      const passed: Asked[] = [];
      for (const { request } of direct) passed.push(await ask(stage.gateway.publicUrl, request, stage.prism));
      expect(passed.map(essence)).toEqual(direct.map(essence));
    });

    test('over GraphQL the mock is asked the same, and its answer is what was selected', async () => {
      const faults: unknown[] = [];
      let compared = 0;
      const isMistaken = ({ name }: SampleRequest) => api.mistaken?.includes(name) === true;
      const successes = direct.filter(({ request, answer }) => answer.status < 300 && !isMistaken(request));
      for (const one of successes) {
        const fault = await graphqlFault(stage, one);
        if (fault === 'inexpressible') continue;
        compared += 1;
        if (fault !== undefined) faults.push(fault);
      }
      expect(faults).toEqual([]);
      expect(compared).toBeGreaterThanOrEqual((api.successes ?? 6) - 1);
    });

    test('over GraphQL a refusal of the mock is an error with its status, unless the types refused it first', async () => {
      const faults: unknown[] = [];
      for (const { request, answer } of direct.filter(({ answer: { status } }) => status >= 400)) {
        const result = await askGraphql(stage, request);
        if (result === 'inexpressible') continue;
        const [error] = result.errors;
        const isRefused = error?.extensions.upstream?.status === answer.status;
        const isRefusedFirst = result.taken === undefined && error?.extensions.code === 'INVALID_ARGUMENT';
        if (!isRefused && !isRefusedFirst) faults.push({ name: request.name, status: answer.status, result });
      }
      expect(faults).toEqual([]);
    });
  });
});

interface GraphqlFault {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code?: string; readonly upstream?: { readonly status?: number } };
}

interface GraphqlAnswer {
  readonly root: RootField;
  readonly query: string;
  readonly data: Readonly<Record<string, JsonValue>> | null | undefined;
  readonly errors: readonly GraphqlFault[];
  readonly taken: TakenRequest | undefined;
}

async function askGraphql(
  { gateway, prism }: Stage,
  request: SampleRequest,
): Promise<GraphqlAnswer | 'inexpressible'> {
  const { graph } = gateway.registry.snapshot;
  const root = [...graph.queries, ...graph.mutations].find(
    ({ operation: { http } }) => http?.method === request.method && http.upstreamPath === request.template,
  );
  if (root === undefined) return 'inexpressible';
  const body = written(new GraphqlWriter(graph), root, request);
  if (body === undefined) return 'inexpressible';
  const { accept: _accept, 'content-type': _type, ...headers } = request.headers;
  const answer = await send(gateway.publicUrl, { path: '/graphql', headers, body });
  const [taken] = await prism.taken();
  const { data, errors = [] } = answer.json() as Pick<GraphqlAnswer, 'data'> & { errors?: GraphqlFault[] };
  return { root, query: body.query, data, errors, taken };
}

function written(writer: GraphqlWriter, root: RootField, request: SampleRequest) {
  try {
    return writer.write(root, request);
  } catch (error) {
    if (error instanceof Inexpressible) return undefined;
    throw error;
  }
}

/** Undefined if all is well. */
async function graphqlFault(stage: Stage, { request, answer, taken }: Asked): Promise<unknown> {
  const result = await askGraphql(stage, request);
  if (result === 'inexpressible') return result;
  const { root, data, errors } = result;
  // A number that no client could read exactly is null, with an error of its own (graphql reference, section 4).
  const inexact = errors.filter(({ message }) =>
    message.endsWith('promises a whole number from -(2^53-1) to 2^53-1'),
  );
  const failed = new Set(inexact.map(({ path = [] }) => ['', ...path.slice(1)].join('.')));
  const fault = {
    asked: sameRequest(taken, result.taken) ? undefined : { directly: taken, inGraphql: result.taken },
    errors: errors.filter((error) => !inexact.includes(error)),
    differences: differences(
      stage.gateway.registry.snapshot.graph,
      root.result,
      jsonOf(answer),
      data?.[root.name],
      failed,
    ),
  };
  const isFine = fault.asked === undefined && fault.errors.length === 0 && fault.differences.length === 0;
  return isFine ? undefined : { name: request.name, query: result.query, ...fault };
}

function jsonOf({ text }: Answer): JsonValue | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

function sameRequest(one: TakenRequest | undefined, other: TakenRequest | undefined): boolean {
  return JSON.stringify(comparable(one)) === JSON.stringify(comparable(other));
}

/** Forms may escape what they need not; members of objects have no order. */
function comparable(taken: TakenRequest | undefined): unknown {
  if (taken === undefined) return undefined;
  const { url, body, headers } = taken;
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return sorted([
    url.path,
    url.query as JsonValue,
    isForm ? [...new URLSearchParams(String(body))].sort() : (body as JsonValue),
  ]);
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}
