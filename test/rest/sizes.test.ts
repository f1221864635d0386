// Source: transcoding reference, section 10, "Sizes": 4 MiB per message each way by default, up to 64 MiB where the
// service says so; headers 16 KiB; URL 8 KiB.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { problemOf } from '../harness/problem.ts';
import { rawExchange } from '../harness/raw-socket.ts';
import { type OddWorld, startOddWorld } from './odd-rules.ts';

const MIB = 1024 * 1024;

let plain: OddWorld;
let large: OddWorld;
beforeAll(async () => {
  plain = await startOddWorld();
  large = await startOddWorld({ maxMessageBytes: 64 * MIB });
});
afterAll(async () => {
  await plain.close();
  await large.close();
});
beforeEach(() => {
  plain.echo.reset();
  large.echo.reset();
});

const JSON_TYPE = { 'content-type': 'application/json' };
/** A body of exactly so many bytes. */
const body = (length: number) => `{"name":"${'a'.repeat(length - 11)}"}`;
const post = (world: OddWorld, length: number) =>
  world.send('POST', '/odd.v1.Odd/Get', { headers: JSON_TYPE, body: body(length) });

describe('a message', () => {
  test('of 4 MiB is taken and answered by default', async () => {
    const answer = await post(plain, 4 * MIB);
    expect([answer.status, answer.text.length]).toEqual([200, 4 * MIB]);
  });

  test('of one byte more is 413', async () => {
    const problem = problemOf(await post(plain, 4 * MIB + 1));
    expect(problem).toMatchObject({ status: 413, code: 'RESOURCE_EXHAUSTED' });
    expect(plain.echo.received()).toEqual([]);
  });

  test('of one byte more in an answer is 502', async () => {
    const message = plain.types.codec('odd.v1.Thing').jsonToWire(body(4 * MIB + 20));
    plain.echo.replyWith('/odd.v1.Odd/Get', message);
    const problem = problemOf(await plain.send('GET', '/v1/plain'));
    expect(problem).toMatchObject({ status: 502, type: 'urn:dragoman:problem:upstream-reply-too-large' });
  });

  test('of 40 MiB passes both ways where the service allows 64', async () => {
    const answer = await post(large, 40 * MIB);
    expect([answer.status, answer.text.length]).toEqual([200, 40 * MIB]);
  });
});

describe('an operation with a size of its own', () => {
  test('takes more than the others of its service', async () => {
    const world = await startOddWorld({
      maxMessageBytes: 1000,
      operationSizes: [{ operation: 'odd.v1.Odd/Get', maxMessageBytes: 5 * MIB }],
    });
    try {
      const answer = await post(world, 5 * MIB - 100);
      expect([answer.status, answer.text.length]).toEqual([200, 5 * MIB - 100]);
      const other = { headers: JSON_TYPE, body: body(1100) };
      const problem = problemOf(await world.send('POST', '/odd.v1.Odd/Files', other));
      expect(problem).toMatchObject({ status: 413, type: 'urn:dragoman:problem:body-too-large' });
    } finally {
      await world.close();
    }
  });
});

describe('the URL', () => {
  const target = (length: number) => `/v1/plain?name=${'a'.repeat(length - 15)}`;
  test('of 8 KiB is taken', async () => {
    expect((await plain.send('GET', target(8192))).status).toBe(200);
    expect(plain.arrived('Get')).toEqual({ name: 'a'.repeat(8177) });
  });
  test('of one byte more is 400', async () => {
    const problem = problemOf(await plain.send('GET', target(8193)));
    expect(problem).toMatchObject({ status: 400, type: 'urn:dragoman:problem:bad-request-target' });
    expect(problem.detail).toContain('8192 bytes');
    expect(plain.echo.received()).toEqual([]);
  });
});

describe('the headers', () => {
  const exchange = (padding: number) =>
    rawExchange(
      plain.gateway.publicUrl,
      `GET /v1/plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Padding: ${'a'.repeat(padding)}\r\n\r\n`,
    );
  test('of almost 16 KiB are taken', async () => {
    const { answers } = await exchange(16 * 1024 - 100);
    expect(answers.map(({ status }) => status)).toEqual([200]);
  });
  test('of more than 16 KiB are 431', async () => {
    const { answers } = await exchange(16 * 1024);
    expect(answers.map(({ status }) => status)).toEqual([431]);
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({
      type: 'urn:dragoman:problem:headers-too-large',
      status: 431,
    });
  });
});
