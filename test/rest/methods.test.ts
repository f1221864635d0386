// Which method a path takes, and what is said about it. Source: transcoding reference, sections 3.2, 3.4 and 9.2.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { problemOf } from '../harness/problem.ts';
import { type OddWorld, startOddWorld } from './odd-rules.ts';

let world: OddWorld;
beforeAll(async () => {
  world = await startOddWorld();
});
afterAll(() => world.close());
beforeEach(() => world.echo.reset());

describe('a method that no template of the path has is 405 with Allow', () => {
  test.each([
    ['POST', '/v1/things/a', 'GET, HEAD, DELETE, OPTIONS'],
    ['PUT', '/v1/things/a', 'GET, HEAD, DELETE, OPTIONS'],
    ['PATCH', '/v1/things/a', 'GET, HEAD, DELETE, OPTIONS'],
    ['PROPFIND', '/v1/things/a', 'GET, HEAD, DELETE, OPTIONS'],
    ['GET', '/v1/whole/a', 'PUT, POST, OPTIONS'],
    ['GET', '/odd.v1.Odd/Get', 'POST, OPTIONS'],
    ['GET', '/v1/custom/a', 'PURGE, OPTIONS'],
    ['TRACE', '/v1/things/a', 'GET, HEAD, DELETE, OPTIONS'],
  ])('%s %s', async (method, path, allow) => {
    const answer = await world.send(method, path);
    const problem = problemOf(answer);
    expect([answer.status, problem.code, problem.type]).toEqual([
      405,
      'UNIMPLEMENTED',
      'urn:dragoman:problem:method-not-allowed',
    ]);
    expect(sorted(answer.headers.allow)).toEqual(sorted(allow));
    expect(world.echo.received()).toEqual([]);
  });

  test('TRACE is never served, not even where a rule takes any method', async () => {
    const answer = await world.send('TRACE', '/v1/any/a', { headers: { cookie: 'secret=1' } });
    expect(answer.status).toBe(405);
    expect(answer.headers).toHaveProperty('allow');
    expect(answer.text).not.toContain('secret');
    expect(world.echo.received()).toEqual([]);
  });
});

describe('OPTIONS without a rule of its own is 204 with Allow', () => {
  test.each([
    ['/v1/things/a', 'GET, HEAD, DELETE, OPTIONS'],
    ['/odd.v1.Odd/Get', 'POST, OPTIONS'],
  ])('%s', async (path, allow) => {
    const answer = await world.send('OPTIONS', path);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(sorted(answer.headers.allow)).toEqual(sorted(allow));
  });
  test('of a path that nobody has is 404', async () => {
    expect(problemOf(await world.send('OPTIONS', '/nowhere')).status).toBe(404);
  });
  test('of the server as a whole is 204', async () => {
    expect((await world.send('OPTIONS', '*')).status).toBe(204);
  });
});

describe('HEAD', () => {
  test('runs the GET and sends its head only', async () => {
    const get = await world.send('GET', '/v1/things/a');
    world.echo.reset();
    const head = await world.send('HEAD', '/v1/things/a');
    expect([head.status, head.text, head.headers['content-length']]).toEqual([
      200,
      '',
      get.headers['content-length'],
    ]);
    expect(head.headers['content-type']).toBe('application/json');
    expect(world.echo.received()).toHaveLength(1);
  });
  test('of a refusal has no body either', async () => {
    const head = await world.send('HEAD', '/nowhere');
    expect([head.status, head.text, head.headers['content-type']]).toEqual([
      404,
      '',
      'application/problem+json',
    ]);
  });
  test('has a rule of its own if one is declared', async () => {
    expect((await world.send('HEAD', '/v1/heads/a')).status).toBe(200);
    expect(world.echo.received().map(({ path }) => path)).toEqual(['/odd.v1.Odd/Custom']);
    expect((await world.send('GET', '/v1/heads/a')).status).toBe(200);
    expect(world.echo.received().map(({ path }) => path)).toEqual([
      '/odd.v1.Odd/Custom',
      '/odd.v1.Odd/Heads',
    ]);
  });
  test('of a stream sends the head and leaves the stream', async () => {
    const head = await world.send('HEAD', '/v1/watch/a');
    expect([head.status, head.text]).toEqual([200, '']);
  });
});

describe('custom kinds', () => {
  test('a method of one’s own', async () => {
    expect((await world.send('PURGE', '/v1/custom/a')).text).toBe('{"name":"a"}');
  });
  test.each([['GET'], ['POST'], ['PUT'], ['DELETE'], ['PATCH'], ['PROPFIND'], ['OPTIONS']])(
    'any method: %s',
    async (method) => {
      expect((await world.send(method, '/v1/any/a')).text).toBe('{"name":"a"}');
    },
  );
});

describe('the automatic path', () => {
  test('answers for methods that declare nothing', async () => {
    const answer = await world.send('POST', '/odd.v1.Odd/Get', { body: { name: 'x' } });
    expect(answer.text).toBe('{"name":"x"}');
  });
  test.each([
    ['a method that is not there', '/odd.v1.Odd/Nope', 404],
    ['a service that is not there', '/odd.v1.Nope/Get', 404],
    ['another letter case', '/odd.v1.Odd/get', 404],
  ])('%s', async (_name, path, status) => {
    expect(problemOf(await world.send('POST', path, { body: {} })).status).toBe(status);
  });
});

function sorted(list: string | undefined): string[] | undefined {
  return list?.split(', ').sort();
}
