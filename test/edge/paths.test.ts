// Spellings of a path that some component might take for another path. The router, the upstream and the log see one
// path or none. Source: security reference, class 3; transcoding reference, section 3.3.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { rawExchange } from '../harness/raw-socket.ts';
import { type OddWorld, startOddWorld } from '../rest/odd-rules.ts';

let world: OddWorld;
beforeAll(async () => {
  world = await startOddWorld();
});
afterAll(() => world.close());
beforeEach(() => world.echo.reset());

async function get(path: string): Promise<{ status: number; type: unknown }> {
  const { answers } = await rawExchange(
    world.gateway.publicUrl,
    `GET ${path} HTTP/1.1\r\nHost: gateway.test\r\nConnection: close\r\n\r\n`,
  );
  const [answer] = answers;
  return {
    status: answer?.status ?? 0,
    type: answer?.body.startsWith('{') ? JSON.parse(answer.body).type : undefined,
  };
}

const BAD_TARGET = { status: 400, type: 'urn:dragoman:problem:bad-request-target' };
const NO_ROUTE = { status: 404, type: 'urn:dragoman:problem:route-not-found' };

describe('refused as a target', () => {
  test.each([
    ['/v1/./things/a'],
    ['/v1/../v1/things/a'],
    ['/../v1/things/a'],
    ['/./v1/things/a'],
    ['/v1/things/.'],
    ['/v1/things/..'],
    ['/v1/things/a/..'],
    ['/v1/things/%2e'],
    ['/v1/things/%2E%2e'],
    ['/v1/things/.%2e'],
    ['/v1/%2e%2e/v1/things/a'],
    ['/%2e%2e/%2e%2e/v1/things/a'],
    ['/v1\\things\\a'],
    ['/v1/things\\a'],
    ['/v1/things/a%00'],
    ['/v1/things/%00'],
    ['/v1/things/a%00.json'],
    ['/v1/things/%c0%ae'],
    ['/v1/things/%c0%af'],
    ['/v1/things/%e0%80%af'],
    ['/v1/things/%f0%80%80%af'],
    ['/v1/things/%ff'],
    ['/v1/things/%ed%a0%80'],
    ['/v1/things/%'],
    ['/v1/things/%a'],
    ['/v1/things/%zz'],
    ['/v1/things/%u0061'],
    ['/v1/things/a#b'],
    ['/v1/things/a#'],
    ['/v1/things/a?#b'],
    ['/v1/things/a?x=1#b'],
    ['/v1/things/a?x=1#'],
    ['/v1/files/a/../b'],
    ['/v1/files/a/%2e%2e/b'],
    ['/v1/files/..'],
    ['/v1/shelves/../things/a'],
    ['/v1/shelves/%2e/things/a'],
    // In a variable of several segments this would read as %2F, which is another value.
    ['/v1/files/a%252Fb'],
    ['/v1/files/a%252fb/c'],
  ])('%s', async (path) => {
    expect(await get(path)).toEqual(BAD_TARGET);
    expect(world.echo.received()).toEqual([]);
  });

  test.each([
    ['a fragment', '/v1/things/a#b'],
    ['a raw byte beyond ASCII', '/v1/things/\u00e9'],
  ])('%s', async (_name, path) => {
    expect((await get(path)).status).toBe(400);
    expect(world.echo.received()).toEqual([]);
  });
});

describe('no route of ours', () => {
  test.each([
    ['//v1/things/a'],
    ['/v1//things/a'],
    ['/v1/things//a'],
    ['/v1/things/'],
    ['/v1/things/a/'],
    ['/v1/things/a//'],
    ['/v1/things'],
    ['/V1/things/a'],
    ['/v1/Things/a'],
    ['/v1/THINGS/a'],
    ['/v1/things;x/a'],
    ['/v1;x=1/things/a'],
    ['/v1/things%2Fa'],
    ['/v1/things%2fa'],
    ['/v1%2Fthings%2Fa'],
    ['/%2Fv1/things/a'],
    ['/v1/things%5Ca'],
    ['/v1/..;/v1/things/a'],
    ['/..;/v1/things/a'],
    ['/v1/.../things/a'],
    ['/v1/things.json/a'],
    ['/v1./things/a'],
    ['/v1/ /things/a'.replace(' ', '%20')],
    ['/v1/%09things/a'],
    ['/v1/things/a/%2e%2e%2f'],
    ['/index.php/v1/things/a'],
    ['/'],
    ['/odd.v1.Odd'],
    ['/odd.v1.Odd/'],
    ['/odd.v1.odd/Get'],
    ['/ODD.V1.ODD/Get'],
    ['//odd.v1.Odd/Get'],
    // The admin API, health and metrics are on ports of their own.
    ['/v1/services'],
    ['/v1/services/odd'],
    ['/dragoman.admin.v1.Services/ListServices'],
    ['/livez'],
    ['/readyz'],
    ['/healthz'],
    ['/metrics'],
    ['/graphql/'],
    ['/graphql;x'],
    ['/GRAPHQL'],
    ['//graphql'],
  ])('%s', async (path) => {
    expect(await get(path)).toEqual(NO_ROUTE);
    expect(world.echo.received()).toEqual([]);
  });
});

describe('data: the value arrives as it was meant, and as nothing else', () => {
  test.each([
    ['/v1/things/a;x=1', 'a;x=1'],
    ['/v1/things/a.json', 'a.json'],
    ['/v1/things/a.', 'a.'],
    ['/v1/things/...', '...'],
    ['/v1/things/%2e%2e%2e', '...'],
    ['/v1/things/..%2fadmin', '../admin'],
    ['/v1/things/%2e%2e%2fadmin', '../admin'],
    ['/v1/things/a%2Fb', 'a/b'],
    ['/v1/things/a%5Cb', 'a\\b'],
    ['/v1/things/%252e%252e', '%2e%2e'],
    ['/v1/things/%252F', '%2F'],
    ['/v1/things/%2500', '%00'],
    ['/v1/things/%23', '#'],
    ['/v1/things/%3F', '?'],
    ['/v1/things/a%0d%0aX:y', 'a\r\nX:y'],
    ['/v1/things/%F0%9F%98%80', '😀'],
    ['/v1/things/e%CC%81', 'e\u0301'],
    ['/v1/things/%C3%A9', '\u00e9'],
    ['/v1/things/A', 'A'],
    ['/v1/things/%41', 'A'],
    ['/v1/things/~', '~'],
    ["/v1/things/!$&'()*+,=@", "!$&'()*+,=@"],
    ['/v1/th%69ngs/a', 'a'],
    ['/%761/things/a', 'a'],
  ])('%s', async (path, name) => {
    expect((await get(path)).status).toBe(200);
    expect(world.echo.received()).toHaveLength(1);
    expect(world.arrived('Get')).toEqual({ name });
  });

  test('every byte, plain or encoded, arrives as itself or is refused', async () => {
    const wrong: string[] = [];
    for (let byte = 1; byte < 0x80; byte += 1) {
      const encoded = `%${byte.toString(16).padStart(2, '0')}`;
      world.echo.reset();
      const { status } = await get(`/v1/things/x${encoded}x`);
      const expected = { name: `x${String.fromCharCode(byte)}x` };
      if (status !== 200 || JSON.stringify(world.arrived('Get')) !== JSON.stringify(expected))
        wrong.push(encoded);
    }
    expect(wrong).toEqual([]);
  });

  test('two paths never bind one value in a variable of several segments', async () => {
    const seen = new Map<string, string>();
    for (const path of [
      'a/b',
      'a%2Fb',
      'a%2fb',
      'a%252Fb',
      'a%25/b',
      'a%5Cb',
      'a/b%20',
      'a/b+',
      'a%2F/b',
      '%61/b',
    ]) {
      world.echo.reset();
      const { status } = await get(`/v1/files/${path}`);
      if (status === 200) seen.set(path, (world.arrived('Files') as { name: string }).name);
    }
    expect(Object.fromEntries(seen)).toEqual({
      'a/b': 'a/b',
      'a%2Fb': 'a%2Fb',
      'a%2fb': 'a%2fb',
      'a%25/b': 'a%/b',
      'a%5Cb': 'a\\b',
      'a/b%20': 'a/b ',
      'a/b+': 'a/b+',
      'a%2F/b': 'a%2F/b',
      '%61/b': 'a/b',
    });
  });
});
