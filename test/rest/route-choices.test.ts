// What a service may choose of its routes, through the running gateway. Source: transcoding reference, sections 3.3
// (`multiSegmentDecode`), 3.4 (`trailingSlash`), 3.5 (`strictRoutes`, the gateway's own paths) and 3.6.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { GatewayError } from '../../core/error.ts';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { compileTypes } from '../harness/compile-types.ts';
import { problemOf } from '../harness/problem.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type OddWorld, startOddWorld } from './odd-rules.ts';

let plain: OddWorld;
let chosen: OddWorld;
beforeAll(async () => {
  plain = await startOddWorld();
  chosen = await startOddWorld({
    rest: { automatic: false, trailingSlash: 'ignore', multiSegmentDecode: 'keepReserved' },
  });
});
afterAll(async () => {
  await plain.close();
  await chosen.close();
});
beforeEach(() => {
  plain.echo.reset();
  chosen.echo.reset();
});

test('trailingSlash: ignore', async () => {
  expect((await chosen.send('GET', '/v1/things/a/?number=5')).json()).toEqual({ name: 'a', number: 5 });
  expect((await chosen.send('GET', '/v1/things/a//')).status).toBe(404);
  expect((await plain.send('GET', '/v1/things/a/')).status).toBe(404);
});

test.each([
  ['a%2Fb%3Ac', 'a%2Fb:c', 'a%2Fb%3Ac'],
  ['a%20b/c%40d', 'a b/c@d', 'a b/c%40d'],
])('multiSegmentDecode: %s is %s, or %s with keepReserved', async (path, bySpec, kept) => {
  expect((await plain.send('GET', `/v1/files/${path}`)).json()).toEqual({ name: bySpec });
  expect((await chosen.send('GET', `/v1/files/${path}`)).json()).toEqual({ name: kept });
});

describe('automatic: false', () => {
  test('takes POST /{package.Service}/{Method} away and leaves the declared routes', async () => {
    expect((await plain.send('POST', '/odd.v1.Odd/Get', { body: { name: 'a' } })).status).toBe(200);
    const gone = problemOf(await chosen.send('POST', '/odd.v1.Odd/Get', { body: { name: 'a' } }));
    expect(gone).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect((await chosen.send('GET', '/v1/things/a')).status).toBe(200);
  });

  test('registration says which methods have no route left', () => {
    const remarks = chosen.gateway.registry.snapshot.services.get('odd')?.remarks ?? [];
    expect(remarks.filter(({ rule }) => rule === 'no-route').map(({ message }) => message)).toEqual([
      'odd.v1.Odd/Upload has no http rule and rest.automatic is off: it has no route',
      'odd.v1.Odd/Chat has no http rule and rest.automatic is off: it has no route',
    ]);
  });
});

describe('a registration', () => {
  let echo: EchoServer;
  let gateway: TestGateway;
  const proto = (rules: string) => `
syntax = "proto3";
package one.v1;
import "google/api/annotations.proto";
service One {
${rules}
}
message Ask { string name = 1; }
`;
  const rpc = (name: string, rule: string) =>
    `  rpc ${name}(Ask) returns (Ask) { option (google.api.http) = { ${rule} }; }`;
  beforeAll(async () => {
    echo = await startEchoServer(
      (await compileTypes([{ path: 'one.proto', content: proto(rpc('A', 'get: "/a"')) }])).descriptorSet,
    );
    gateway = await startTestGateway();
  });
  afterAll(async () => {
    await gateway.close();
    await echo.close();
  });
  const refusal = async (rules: string, rest = {}): Promise<GatewayError> => {
    try {
      await gateway.registry.put(inlineService('one', proto(rules), echo.url, { rest }));
    } catch (error) {
      return GatewayError.from(error);
    }
    throw new Error('the source was not refused');
  };

  test('strictRoutes refuses what the service claims twice, naming both', async () => {
    const twice = [rpc('A', 'get: "/v1/{name}"'), rpc('B', 'get: "/v1/{name=*}"')].join('\n');
    const { problems } = await refusal(twice, { strictRoutes: true });
    expect(problems).toEqual([
      expect.objectContaining({
        severity: 'error',
        rule: 'route-conflict',
        message: expect.stringMatching(/one\.v1\.One\/B .* and, before it as .* one\.v1\.One\/A /),
      }),
    ]);
    const { service } = await gateway.registry.put(inlineService('one', proto(twice), echo.url));
    expect(gateway.registry.snapshot.routes.find('GET', '/v1/a')).toMatchObject({
      match: { route: { operation: { name: 'A' } } },
    });
    expect(service.remarks).not.toContainEqual(expect.objectContaining({ severity: 'error' }));
    await gateway.registry.remove('one');
  });

  test('names a path of the gateway’s own beside the faults of bindings', async () => {
    const { problems } = await refusal([rpc('A', 'get: "/livez"'), rpc('B', 'get: "/v1/{nope}"')].join('\n'));
    expect(problems.map(({ rule }) => rule).sort()).toEqual(['path-variable', 'reserved-path']);
  });

  test('names such a path alone, once', async () => {
    const { problems } = await refusal(rpc('A', 'get: "/graphql"'));
    expect(problems.map(({ rule }) => rule)).toEqual(['reserved-path']);
  });

  test.each(['FOO', 'GET POST', 'TRACE', 'CONNECT'])(
    'the custom kind %s, which no request can have',
    async (kind) => {
      const { problems } = await refusal(rpc('A', `custom { kind: "${kind}" path: "/v1/a" }`));
      expect(problems.map(({ rule, message }) => [rule, message])).toEqual([
        [
          'http-rule',
          expect.stringContaining(
            `the custom kind "${kind}" is no HTTP method that can be served; "*" takes any`,
          ),
        ],
      ]);
    },
  );
});
