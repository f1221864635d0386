// Single operations that are held against their document otherwise than their service is.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { formatProblem } from '../../core/problem.ts';
import { checkServices } from '../../gateway/config/check-services.ts';
import { parseConfig } from '../../gateway/config/load-config.ts';
import { packageRoot } from '../../registry/package-root.ts';
import type { OperationValidation, ServiceDefinition } from '../../registry/service-definition.ts';
import { adminOf } from '../harness/admin.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type HttpUpstream, openapiService, proxyService, startHttpUpstream } from './upstream.ts';

const size = { name: 'size', in: 'query', schema: { type: 'integer' } };
const responses = { 200: { description: '' } };
const PATHS = {
  '/cats': { get: { operationId: 'listCats', parameters: [size], responses } },
  '/dogs': { get: { operationId: 'listDogs', parameters: [size], responses } },
};

let upstream: HttpUpstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startHttpUpstream();
  gateway = await startTestGateway();
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

async function serve(settings: Partial<ServiceDefinition>): Promise<void> {
  await gateway.registry.put(openapiService(upstream.url, PATHS, settings));
}

const answerTo = async (path: string) => (await send(gateway.publicUrl, { path })).status;
/** Of cats and of dogs, where what is sent is not as described. */
const answers = async () => [await answerTo('/cats?size=x'), await answerTo('/dogs?size=x')];
const reports = (since: number) =>
  gateway.logs
    .slice(since)
    .map((line) => JSON.parse(line) as JsonObject)
    .filter(({ findings }) => findings !== undefined)
    .map(({ operation }) => operation);

describe('requests', () => {
  const own = (operation: string, request: boolean): OperationValidation[] => [
    { operation, validate: { request } },
  ];
  test.each<readonly [string, Partial<ServiceDefinition>, readonly number[]]>([
    ['of none', {}, [200, 200]],
    ['of one', { operationValidation: own('GET /cats', true) }, [400, 200]],
    ['of the other', { operationValidation: own('GET /dogs', true) }, [200, 400]],
    [
      'of one, though off',
      { validate: { request: false }, operationValidation: own('GET /cats', true) },
      [400, 200],
    ],
    ['of all', { validate: { request: true } }, [400, 400]],
    [
      'of all but one',
      { validate: { request: true }, operationValidation: own('GET /cats', false) },
      [200, 400],
    ],
  ])('%s are held against the document', async (_which, settings, statuses) => {
    await serve(settings);
    expect(await answers()).toEqual(statuses);
  });

  test('and the operation may be called by its name', async () => {
    await serve({});
    const [name] = [...(gateway.registry.snapshot.services.get('described')?.operations ?? [])]
      .filter(({ http }) => http?.operationId === 'listDogs')
      .map(({ method }) => method);
    await serve({ operationValidation: own(String(name), true) });
    expect(await answers()).toEqual([200, 400]);
  });
});

test('what an operation leaves out is as its service has it', async () => {
  upstream.answer((_request, response) => void response.writeHead(404).end());
  await serve({
    validate: { request: true },
    operationValidation: [{ operation: 'GET /cats', validate: { response: true } }],
  });
  const since = gateway.logs.length;
  expect(await answers()).toEqual([400, 400]);
  expect([await answerTo('/cats'), await answerTo('/dogs')]).toEqual([404, 404]);
  expect(reports(since)).toEqual(['described/listCats']);
  upstream.answer((_request, response) => void response.end());
});

describe('a registration', () => {
  const put = (more: JsonObject) => {
    const content = { openapi: '3.1.0', info: { title: 'T', version: '1' }, paths: PATHS };
    return adminOf(gateway).put('described', {
      openapi: JSON.stringify(content),
      upstream: upstream.url,
      ...more,
    });
  };

  test('says it in the same way, is shown as it was set, and can be put again', async () => {
    const operationValidation = { 'GET /cats': { request: false }, 'GET /dogs': { response: true } };
    const answer = await put({ validate: { request: true }, operationValidation });
    expect(answer.status).toBe(200);
    const shown = answer.json() as JsonObject;
    expect(shown.operationValidation).toEqual(operationValidation);
    expect(await answers()).toEqual([200, 400]);
    const again = await put({
      validate: shown.validate ?? null,
      operationValidation: shown.operationValidation ?? null,
    });
    expect((again.json() as JsonObject).revision).toBe(shown.revision);
  });

  test('that names an operation that is not there is refused, and changes nothing', async () => {
    await serve({ operationValidation: [{ operation: 'GET /cats', validate: { request: true } }] });
    const answer = await put({ operationValidation: { 'GET /cow': { request: true } } });
    expect([answer.status, problemOf(answer).problems?.map(({ rule }) => rule)]).toEqual([
      422,
      ['unknown-operation'],
    ]);
    expect(await answers()).toEqual([400, 200]);
  });

  test('of a plain proxy, which has no document, is refused', async () => {
    const operationValidation = [{ operation: 'GET /cats', validate: { request: true } }];
    await expect(
      gateway.registry.put(proxyService(upstream.url, { operationValidation })),
    ).rejects.toMatchObject({ problems: [expect.objectContaining({ rule: 'validate' })] });
  });
});

describe('in the configuration', () => {
  const PETS = join(packageRoot(), 'test/proxy/pets.openapi.json');
  const PROTOS = join(packageRoot(), 'protos');
  const HTTP = `services:
  - name: pets
    openapi: ${PETS}
    upstream: http://127.0.0.1:1
    validate: { request: true }
    operations:
`;
  const GRPC = `services:
  - name: library
    proto: { files: [${PROTOS}/library/v1/library.proto], include: [${PROTOS}] }
    upstream: grpc://127.0.0.1:1
    operations:
`;
  const problemsOf = async (text: string) => {
    const config = await parseConfig(text, { path: '/etc/dragoman.yaml', env: {} });
    const problems = config.ok ? (await checkServices(config.value)).problems : config.problems;
    return problems.filter(({ severity }) => severity === 'error').map(formatProblem);
  };

  test('operations have it beside their policies', async () => {
    const result = await parseConfig(
      `${HTTP}      GET /cats: { validate: { request: false, response: true } }\n      GET /dogs: { policies: [] }\n`,
      { path: '/etc/dragoman.yaml', env: {} },
    );
    expect(result.ok && result.value.services[0]?.placement).toEqual({
      validate: { request: true },
      operationValidation: [{ operation: 'GET /cats', validate: { request: false, response: true } }],
    });
  });

  test.each([
    [
      'a name that matches nothing',
      `${HTTP}      GET /cow: { validate: { request: false } }\n`,
      '/etc/dragoman.yaml:7:7: service "pets" has validate for "GET /cow" and no such operation; its operations have names such as "listCats", or are meant by their routes, such as "GET /cats" (unknown-operation)',
    ],
    [
      'one operation under two names',
      `${HTTP}      GET /cats: { validate: { request: false } }\n      listCats: { validate: { request: true } }\n`,
      '/etc/dragoman.yaml:8:7: "listCats" and "GET /cats" are one operation; keep one of them (unknown-operation)',
    ],
    [
      'an operation of gRPC',
      `${GRPC}      GET /v1/books: { validate: { request: true } }\n`,
      '/etc/dragoman.yaml:6:7: service "library" has validate for "GET /v1/books" and no OpenAPI document to hold its requests against; leave it out (validate)',
    ],
  ])('%s is a problem with line and column', async (_what, text, problem) => {
    expect(await problemsOf(text)).toEqual([problem]);
  });

  test('another word is a problem with line and column', async () => {
    expect(await problemsOf(`${HTTP}      GET /cats: { validate: { requests: true } }\n`)).toEqual([
      expect.stringMatching(/^\/etc\/dragoman\.yaml:7:32: .*requests/),
    ]);
  });
});
