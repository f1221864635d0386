// What else a service may choose of its REST door. Source: transcoding reference, sections 3.2 (`emptyAs204`),
// 5 (method override) and 8 (`streamDefault`, `ndjsonWrapper`).
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { compileTypes } from '../harness/compile-types.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type OddWorld, startOddWorld } from './odd-rules.ts';

let plain: OddWorld;
let chosen: OddWorld;
beforeAll(async () => {
  plain = await startOddWorld();
  chosen = await startOddWorld({
    rest: { emptyAs204: true, methodOverride: true, streamDefault: 'ndjson', ndjsonWrapper: 'always' },
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

describe('emptyAs204', () => {
  test.each([
    ['DELETE', '/v1/things/a', undefined],
    ['POST', '/v1/nothing', {}],
    ['POST', '/odd.v1.Odd/Nothing', {}],
  ])('%s %s', async (method, path, body) => {
    const empty = await chosen.send(method, path, { body });
    expect([empty.status, empty.text, empty.headers['content-type']]).toEqual([204, '', undefined]);
    const object = await plain.send(method, path, { body });
    expect([object.status, object.text]).toEqual([200, '{}']);
  });
  test('is about Empty alone, not about a message that holds nothing', async () => {
    expect((await chosen.send('GET', '/v1/plain')).text).toBe('{}');
  });
});

describe('methodOverride', () => {
  const override = (method: string, path: string, options: Parameters<OddWorld['send']>[2] = {}) =>
    chosen.send('POST', path, { ...options, headers: { 'x-http-method-override': method } });

  test.each([
    ['DELETE', '/v1/things/a', 204, 'Remove'],
    ['delete', '/v1/things/a', 204, 'Remove'],
    ['GET', '/v1/things/a?number=5', 200, 'Get'],
    ['PATCH', '/v1/part/a', 200, 'Part'],
    ['PURGE', '/v1/custom/a', 200, 'Custom'],
    ['POST', '/v1/whole/a', 200, 'Whole'],
  ])('%s %s', async (method, path, status, rpc) => {
    const answer = await override(method, path);
    expect(answer.status).toBe(status);
    expect(chosen.echo.received().map((call) => call.path)).toEqual([`/odd.v1.Odd/${rpc}`]);
  });

  test('what comes of it is for no cache', async () => {
    const answer = await override('GET', '/v1/things/a');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers.etag).toBeUndefined();
    expect((await override('GET', '/v1/watch/a')).headers['cache-control']).toBe('no-store');
    expect((await chosen.send('GET', '/v1/things/a')).headers['cache-control']).toBeUndefined();
  });

  test.each([
    ['GET', '/v1/whole/a'],
    ['NOPE', '/v1/whole/a'],
    ['TRACE', '/v1/whole/a'],
    ['__proto__', '/v1/whole/a'],
    ['', '/v1/whole/a'],
  ])('a method that the path does not take is 405: %j', async (method, path) => {
    const answer = await override(method, path);
    expect(problemOf(answer)).toMatchObject({ status: 405, type: 'urn:dragoman:problem:method-not-allowed' });
    expect(answer.headers.allow?.split(', ').sort()).toEqual(['OPTIONS', 'POST', 'PUT']);
    expect(chosen.echo.received()).toEqual([]);
  });

  test.each([
    ['PUT', '/v1/things/a', 'this path does not take PUT; it takes '],
    ['nope', '/v1/things/a', 'this path does not take NOPE; it takes '],
    ['TRACE', '/v1/things/a', 'this path does not take TRACE; it takes '],
  ])(
    'a 405 names the method that was meant where the path has no POST: %s %s',
    async (method, path, detail) => {
      expect(problemOf(await override(method, path))).toMatchObject({
        status: 405,
        detail: expect.stringContaining(detail),
      });
      expect(chosen.echo.received()).toEqual([]);
    },
  );

  test('a 405 of a service that did not choose it names the POST that it is', async () => {
    const headers = { 'x-http-method-override': 'PUT' };
    const answer = await plain.send('POST', '/v1/things/a', { headers });
    expect(problemOf(answer).detail).toMatch(/^this path does not take POST; it takes /);
  });

  test('holds for POST alone', async () => {
    const answer = await chosen.send('GET', '/v1/things/a', {
      headers: { 'x-http-method-override': 'DELETE' },
    });
    expect(answer.status).toBe(200);
    expect(chosen.echo.received().map((call) => call.path)).toEqual(['/odd.v1.Odd/Get']);
  });

  test('is not heard by services that did not choose it', async () => {
    const headers = { 'x-http-method-override': 'PUT' };
    expect((await plain.send('POST', '/v1/things/a', { headers })).status).toBe(405);
    expect((await plain.send('POST', '/v1/whole/a', { headers })).json()).toEqual({ name: 'a' });
  });

  test('does not take TRACE where a rule takes any method', async () => {
    expect((await override('TRACE', '/v1/any/a')).status).toBe(405);
    expect(chosen.echo.received()).toEqual([]);
  });
});

describe('streamDefault and ndjsonWrapper', () => {
  const LINE = '{"result":{"name":"a"}}\n';
  test.each([
    [undefined, 'application/x-ndjson', LINE],
    ['*/*', 'application/x-ndjson', LINE],
    ['application/*', 'application/x-ndjson', LINE],
    ['text/html', 'application/x-ndjson', LINE],
    ['application/jsonl', 'application/x-ndjson', LINE],
    ['application/json', 'application/json', '[{"name":"a"}]'],
    ['text/event-stream', 'text/event-stream', 'data: {"name":"a"}\n\n'],
  ])('Accept: %s', async (accept, type, text) => {
    const answer = await chosen.send('GET', '/v1/watch/a', {
      headers: accept === undefined ? {} : { accept },
    });
    expect([answer.headers['content-type'], answer.text]).toEqual([type, text]);
  });

  test('a late failure is the line that is not wrapped', async () => {
    chosen.echo.replyWith('/odd.v1.Odd/Watch', Buffer.from('0a0161', 'hex'), Buffer.from('ff', 'hex'));
    const lines = (await chosen.send('GET', '/v1/watch/a')).text.trim().split('\n');
    expect(lines.map((line) => Object.keys(JSON.parse(line)))).toEqual([['result'], ['error']]);
  });
});

describe('a message with a field called error', () => {
  const PROTO = `
syntax = "proto3";
package err.v1;
import "google/api/annotations.proto";
service Err {
  rpc Watch(Ask) returns (stream Report) {
    option (google.api.http) = {
      get: "/v1/watch"
      additional_bindings { get: "/v1/inner" response_body: "inner" }
      additional_bindings { get: "/v1/innermost" response_body: "plain" }
    };
  }
  rpc Other(Ask) returns (stream Named) { option (google.api.http) = { get: "/v1/named" }; }
  rpc Get(Ask) returns (Report) { option (google.api.http) = { get: "/v1/report" }; }
}
message Ask {}
message Plain { string text = 1; }
message Report { string error = 1; Inner inner = 2; Plain plain = 3; }
message Inner { string error = 1; }
message Named { string failure = 1 [json_name = "error"]; }
`;
  let echo: EchoServer;
  let gateway: TestGateway;
  beforeAll(async () => {
    const types = await compileTypes([{ path: 'err.proto', content: PROTO }]);
    echo = await startEchoServer(types.descriptorSet);
    gateway = await startTestGateway();
    const report = types
      .codec('err.v1.Report')
      .jsonToWire('{"error":"x","inner":{"error":"y"},"plain":{"text":"z"}}');
    echo.replyWith('/err.v1.Err/Watch', report);
    echo.replyWith('/err.v1.Err/Get', report);
    echo.replyWith('/err.v1.Err/Other', types.codec('err.v1.Named').jsonToWire('{"error":"x"}'));
  });
  afterAll(async () => {
    await gateway.close();
    await echo.close();
  });

  test('registration says so, and its lines are wrapped', async () => {
    const { service } = await gateway.registry.put(inlineService('err', PROTO, echo.url));
    expect(service.remarks.filter(({ rule }) => rule === 'ndjson-wrapper')).toEqual([
      expect.objectContaining({
        severity: 'note',
        path: 'err.proto',
        line: 6,
        message: expect.stringContaining('err.v1.Err/Watch'),
      }),
      expect.objectContaining({ message: expect.stringContaining('err.v1.Err/Other') }),
    ]);
    const line = async (path: string) =>
      (await send(gateway.publicUrl, { path, headers: { accept: 'application/x-ndjson' } })).text;
    expect(await line('/v1/watch')).toBe(
      '{"result":{"error":"x","inner":{"error":"y"},"plain":{"text":"z"}}}\n',
    );
    expect(await line('/v1/inner')).toBe('{"result":{"error":"y"}}\n');
    expect(await line('/v1/innermost')).toBe('{"text":"z"}\n');
    expect(await line('/v1/named')).toBe('{"result":{"error":"x"}}\n');
    expect(await line('/v1/report')).toBe('{"error":"x","inner":{"error":"y"},"plain":{"text":"z"}}');
    expect((await send(gateway.publicUrl, { path: '/v1/named?alt=sse' })).text).toBe(
      'data: {"error":"x"}\n\n',
    );
  });
});
