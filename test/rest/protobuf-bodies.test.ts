// Protobuf instead of JSON, for services that chose `rest.protobuf`. Source: transcoding reference, section 3.2 ("Bodies").
import { gunzipSync, gzipSync } from 'node:zlib';
import { create, fromBinary, fromJson, toBinary, toJson } from '@bufbuild/protobuf';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { RestSettings } from '../../core/rest-options.ts';
import { problemOf } from '../harness/problem.ts';
import { type OddWorld, startOddWorld } from './odd-rules.ts';

const PROTOBUF = 'application/x-protobuf';

let plain: OddWorld;
let chosen: OddWorld;
let strict: OddWorld;
const start = (rest: RestSettings) => startOddWorld({ rest, maxMessageBytes: 10_000 });
beforeAll(async () => {
  plain = await start({});
  chosen = await start({ protobuf: true });
  strict = await start({ protobuf: true, bodyConflict: 'reject', queryIntoBody: true });
});
afterAll(async () => {
  await plain.close();
  await chosen.close();
  await strict.close();
});
beforeEach(() => {
  for (const world of [plain, chosen, strict]) world.echo.reset();
});

/** Wire bytes by the library. */
function wire(json: unknown, name = 'odd.v1.Thing'): Uint8Array {
  const message = chosen.types.message(name);
  return toBinary(message, fromJson(message, json as never, { registry: chosen.types.registry }));
}

function read(bytes: Uint8Array, name = 'odd.v1.Thing'): unknown {
  const message = chosen.types.message(name);
  return toJson(message, fromBinary(message, bytes), { registry: chosen.types.registry });
}

const post = (
  world: OddWorld,
  request: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
) => {
  const [method = '', path = ''] = request.split(' ');
  return world.send(method, path, { body, headers: { 'content-type': PROTOBUF, ...headers } });
};

describe('a body', () => {
  test.each([
    ['POST /v1/whole/a', 'Whole', wireOf({ number: 5 }), { name: 'a', number: 5 }],
    ['POST /odd.v1.Odd/Get', 'Get', wireOf({ big: '9007199254740993' }), { big: '9007199254740993' }],
    // The path wins.
    ['POST /v1/whole/a', 'Whole', wireOf({ name: 'b', flag: true }), { name: 'a', flag: true }],
    [
      'PUT /v1/whole/a',
      'Whole',
      wireOf({ nested: { title: 'b', size: '7' } }),
      { nested: { title: 'a', size: '7' } },
    ],
    [
      'POST /v1/part/a?number=5',
      'PartBeside',
      nestedOf({ title: 't' }),
      { name: 'a', nested: { title: 't' }, number: 5 },
    ],
    [
      'PATCH /v1/part/a',
      'Part',
      nestedOf({ size: '7' }),
      { nested: { title: 'a', size: '7' }, mask: 'size' },
    ],
    ['POST /v1/whole/a', 'Whole', () => new Uint8Array(), { name: 'a' }],
  ])('%s → %s', async (request, method, body, message) => {
    expect((await post(chosen, request, body())).status).toBe(200);
    expect(chosen.arrived(method)).toEqual(message);
  });

  test.each([
    ['application/x-protobuf'],
    ['application/proto'],
    ['Application/Proto'],
    ['application/x-protobuf; charset=utf-8'],
  ])('may be called %s', async (type) => {
    expect(
      (await post(chosen, 'POST /v1/whole/a', wire({ number: 5 }), { 'content-type': type })).status,
    ).toBe(200);
  });

  test('keeps fields that nobody here knows', async () => {
    const body = Buffer.concat([wire({ number: 5 }), Buffer.from('c0bb0107', 'hex')]);
    await post(chosen, 'POST /v1/whole/a', body);
    const [arrived] = chosen.echo.lastCall('/odd.v1.Odd/Whole')?.requests ?? [];
    expect(Buffer.from(arrived ?? []).toString('hex')).toContain('c0bb0107');
  });

  test('is inflated like any other', async () => {
    const body = gzipSync(wire({ texts: Array.from({ length: 50 }, () => 'text') }));
    expect((await post(chosen, 'POST /v1/whole/a', body, { 'content-encoding': 'gzip' })).status).toBe(200);
    expect(chosen.arrived('Whole')).toMatchObject({ name: 'a', texts: expect.arrayContaining(['text']) });
  });

  test.each([
    ['that is no such message', 'POST /v1/whole/a', () => Buffer.from('0a05', 'hex')],
    ['that ends in the middle', 'POST /v1/whole/a', () => wire({ name: 'abc' }).subarray(0, 3)],
    ['that is text of another encoding', 'POST /v1/whole/a', () => Buffer.from('0a01ff', 'hex')],
    ['nested without end', 'POST /v1/whole/a', () => nest(200)],
    ['for a rule without body', 'DELETE /v1/things/a', () => wire({ number: 1 })],
  ])('400: %s', async (_what, request, body) => {
    const answer = await post(chosen, request, body());
    expect(problemOf(answer)).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' });
    expect(chosen.echo.received()).toEqual([]);
  });

  test('413 over the limit, counted uncompressed', async () => {
    const body = wire({ texts: ['x'.repeat(20_000)] });
    expect(problemOf(await post(chosen, 'POST /v1/whole/a', body)).status).toBe(413);
    const packed = await post(chosen, 'POST /v1/whole/a', gzipSync(body), { 'content-encoding': 'gzip' });
    expect(problemOf(packed)).toMatchObject({ status: 413, code: 'RESOURCE_EXHAUSTED' });
    expect(chosen.echo.received()).toEqual([]);
  });

  test.each([
    ['a list is the body', 'POST /v1/list/a'],
    ['a scalar is the body', 'POST /v1/scalar/a'],
  ])('415 where %s', async (_what, request) => {
    const answer = await post(chosen, request, Buffer.from('0a01', 'hex'));
    expect(problemOf(answer)).toMatchObject({
      status: 415,
      type: 'urn:dragoman:problem:unsupported-media-type',
    });
  });

  test.each([
    ['text/plain'],
    ['application/protobuf; messageType=x'],
    ['application/x-protobuf; messageType="odd.v1.Nested"'],
  ])('415: %s, naming what is taken', async (type) => {
    const answer = await post(chosen, 'POST /v1/whole/a', wire({ number: 1 }), { 'content-type': type });
    expect(problemOf(answer).status).toBe(415);
    expect(answer.headers.accept).toBe('application/json, application/x-protobuf, application/proto');
    expect(problemOf(answer).detail).toContain('application/x-protobuf');
  });

  test('415 for services that did not choose it', async () => {
    const answer = await post(plain, 'POST /v1/whole/a', wire({ number: 5 }));
    expect(problemOf(answer)).toMatchObject({ status: 415, code: 'INVALID_ARGUMENT' });
    expect(answer.headers.accept).toBe('application/json');
    expect(plain.echo.received()).toEqual([]);
  });

  test('has an etag of its own, or that of If-Match', async () => {
    const tag = wire({ etag: 'own' }, 'odd.v1.Tag');
    await post(chosen, 'PUT /v1/tags/t', tag, { 'if-match': '"other"' });
    expect(chosen.arrived('Tagged', 'odd.v1.Tag')).toEqual({ name: 't', etag: 'own' });
    await post(chosen, 'PUT /v1/tags/t', wire({}, 'odd.v1.Tag'), { 'if-match': '"other"' });
    expect(chosen.arrived('Tagged', 'odd.v1.Tag')).toEqual({ name: 't', etag: 'other' });
  });

  test('is compared with the path where the service wants that', async () => {
    expect((await post(strict, 'POST /v1/whole/a', wire({ name: 'a', number: 5 }))).status).toBe(200);
    expect(strict.arrived('Whole')).toEqual({ name: 'a', number: 5 });
    const problem = problemOf(await post(strict, 'POST /v1/whole/a', wire({ name: 'b' })));
    expect([problem.status, problem.violations.map(({ field }) => field)]).toEqual([400, ['name']]);
    const unknown = Buffer.from('c0bb0107', 'hex');
    expect(problemOf(await post(strict, 'POST /v1/whole/a', unknown)).detail).toContain('does not know');
  });

  test('takes parameters beside it where the service wants that', async () => {
    expect(
      (await post(strict, 'POST /v1/part/a?nested.tags=y', wire({ tags: ['x'] }, 'odd.v1.Nested'))).status,
    ).toBe(200);
    expect(strict.arrived('PartBeside')).toEqual({ name: 'a', nested: { tags: ['x', 'y'] } });
    const twice = await post(strict, 'POST /v1/part/a?nested.title=y', wire({ title: 'x' }, 'odd.v1.Nested'));
    expect(problemOf(twice).violations).toEqual([expect.objectContaining({ field: 'nested.title' })]);
  });
});

describe('an answer', () => {
  const get = (world: OddWorld, path: string, accept: string | undefined, headers = {}) =>
    world.send('GET', path, { headers: { ...(accept !== undefined && { accept }), ...headers } });

  test.each([
    ['application/x-protobuf', 'application/x-protobuf'],
    ['application/proto', 'application/proto'],
    ['application/json;q=0.5, application/proto', 'application/proto'],
    ['application/proto, application/json', 'application/proto'],
    ['application/x-protobuf, */*;q=0.1', 'application/x-protobuf'],
  ])('Accept: %s is answered with %s', async (accept, type) => {
    const answer = await get(chosen, '/v1/things/a?big=9007199254740993', accept);
    expect([answer.status, answer.headers['content-type'], answer.headers.vary]).toEqual([
      200,
      type,
      'Accept',
    ]);
    expect(read(answer.bytes)).toEqual({ name: 'a', big: '9007199254740993' });
  });

  test.each([
    [undefined],
    ['*/*'],
    ['application/json'],
    ['application/json, application/x-protobuf'],
    ['application/x-protobuf;q=0.5, application/json'],
    ['application/x-protobuf;q=0'],
    ['application/protobuf'],
  ])('Accept: %s is answered with JSON', async (accept) => {
    const answer = await get(chosen, '/v1/things/a', accept);
    expect([answer.headers['content-type'], answer.json()]).toEqual(['application/json', { name: 'a' }]);
    expect(answer.headers.vary).toBe('Accept');
  });

  test('of a service that did not choose it is JSON', async () => {
    const answer = await get(plain, '/v1/things/a', PROTOBUF);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
    expect(answer.headers.vary).toBeUndefined();
  });

  test('of one field is that message', async () => {
    chosen.echo.replyWith('/odd.v1.Odd/Message', wire({ nested: { title: 't' } }));
    const answer = await get(chosen, '/v1/response/message', PROTOBUF);
    expect(read(answer.bytes, 'odd.v1.Nested')).toEqual({ title: 't' });
  });

  test.each([['/v1/response/list'], ['/v1/response/long'], ['/v1/response/enum'], ['/v1/response/map']])(
    'of a field that is no message is JSON: %s',
    async (path) => {
      expect((await get(chosen, path, PROTOBUF)).headers['content-type']).toBe('application/json');
    },
  );

  test('goes by $alt and $fields', async () => {
    expect((await get(chosen, '/v1/things/a?$alt=json', PROTOBUF)).headers['content-type']).toBe(
      'application/json',
    );
    const some = await get(chosen, '/v1/things/a?number=5&$fields=number', PROTOBUF);
    expect(some.headers['content-type']).toBe(PROTOBUF);
    expect(read(some.bytes)).toEqual({ number: 5 });
  });

  test('has a tag of its own and is not sent twice', async () => {
    const first = await get(chosen, '/v1/things/a', PROTOBUF);
    const json = await get(chosen, '/v1/things/a', 'application/json');
    expect(first.headers.etag).toMatch(/^"/);
    expect(first.headers.etag).not.toBe(json.headers.etag);
    const again = await get(chosen, '/v1/things/a', PROTOBUF, { 'if-none-match': first.headers.etag });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
  });

  test('is compressed like any other', async () => {
    const texts = Array.from({ length: 500 }, (_, index) => `texts=text${index}`).join('&');
    const answer = await get(chosen, `/v1/things/a?${texts}`, PROTOBUF, { 'accept-encoding': 'gzip' });
    expect([answer.headers['content-encoding'], answer.headers.vary]).toEqual([
      'gzip',
      'Accept, Accept-Encoding',
    ]);
    expect(read(gunzipSync(answer.bytes))).toMatchObject({ name: 'a' });
  });

  test('that is an error is a problem, whatever is accepted', async () => {
    const answer = await get(chosen, '/v1/things/a?nope=1', PROTOBUF);
    expect([answer.status, answer.headers['content-type']]).toEqual([400, 'application/problem+json']);
  });

  test('that is a stream has the forms of streams', async () => {
    const answer = await get(chosen, '/v1/watch/a', PROTOBUF);
    expect([answer.headers['content-type'], answer.text]).toEqual(['application/json', '[{"name":"a"}]']);
  });
});

function wireOf(json: unknown): () => Uint8Array {
  return () => wire(json);
}

function nestedOf(json: unknown): () => Uint8Array {
  return () => wire(json, 'odd.v1.Nested');
}

/** `nested.inner.inner…` */
function nest(levels: number): Uint8Array {
  const nested = chosen.types.message('odd.v1.Nested');
  let bytes = toBinary(nested, create(nested, { title: 't' } as never));
  for (let level = 0; level < levels; level += 1)
    bytes = Buffer.concat([Buffer.from([0x12]), varint(bytes.length), bytes]);
  return bytes;
}

function varint(value: number): Buffer {
  return value < 128 ? Buffer.from([value]) : Buffer.from([(value & 127) | 128, value >>> 7]);
}
