// Compressed answers, whole and in streams. Sources: transcoding reference, section 10 ("Compression"); RFC 9110
// §8.4, §12.5.3, §12.5.5 and §15.5.7.
import { brotliDecompressSync, createGunzip, gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { open } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { frame, GRPC_HEAD, reply } from '../harness/rude-upstream.ts';
import { startTextWorld, type TextWorld, textMessage } from './answers.ts';

let world: TextWorld;
beforeAll(async () => {
  world = await startTextWorld();
});
afterAll(() => world.close());

const INFLATE = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync } as const;
type Coding = keyof typeof INFLATE;
const codings = Object.keys(INFLATE) as Coding[];

const MIB = 1024 * 1024;
const text = (size: number) => 'Lorem ipsum dolor. '.repeat(size).slice(0, size);

/** The answer with its bytes as they came. */
async function ask(path: string, headers: Record<string, string>, method = 'GET') {
  const answer = await open(world.gateway.publicUrl, { method, path, headers });
  const chunks: Buffer[] = [];
  for await (const chunk of answer.body) chunks.push(chunk as Buffer);
  return { ...answer, bytes: Buffer.concat(chunks) };
}

describe('a whole answer', () => {
  test.each(codings.flatMap((coding) => [[coding, 2_000] as const, [coding, MIB] as const]))(
    'is %s with %i bytes',
    async (coding, size) => {
      world.upstream.answer(reply(frame(textMessage(text(size)))));
      const { status, headers, bytes } = await ask('/v1/text', { 'accept-encoding': coding });
      expect([status, headers['content-encoding'], headers.vary]).toEqual([200, coding, 'Accept-Encoding']);
      expect(headers['content-length']).toBe(String(bytes.length));
      expect(JSON.parse(INFLATE[coding](bytes).toString())).toEqual({ text: text(size) });
      expect(bytes.length).toBeLessThan(size / 5);
    },
  );

  test('that is small stays as it is, with no word of codings', async () => {
    // {"text":"…"} has 11 bytes around the text.
    world.upstream.answer(reply(frame(textMessage(text(1023 - 11)))));
    const small = await ask('/v1/text', { 'accept-encoding': 'gzip' });
    expect([small.headers['content-encoding'], small.headers.vary]).toEqual([undefined, undefined]);
    world.upstream.answer(reply(frame(textMessage(text(1024 - 11)))));
    const larger = await ask('/v1/text', { 'accept-encoding': 'gzip' });
    expect([larger.headers['content-encoding'], larger.headers.vary]).toEqual(['gzip', 'Accept-Encoding']);
  });

  test('that is small is compressed for who refuses it as it is', async () => {
    world.upstream.answer(reply(frame(textMessage('a'))));
    const { headers, bytes } = await ask('/v1/text', { 'accept-encoding': 'gzip, identity;q=0' });
    expect(headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(bytes).toString()).toBe('{"text":"a"}');
  });

  test('says by Vary that it could have been another', async () => {
    world.upstream.answer(reply(frame(textMessage(text(5000)))));
    const { headers } = await ask('/v1/text', {});
    expect([headers['content-encoding'], headers.vary]).toEqual([undefined, 'Accept-Encoding']);
  });

  test('is not made for HEAD', async () => {
    world.upstream.answer(reply(frame(textMessage(text(5000)))));
    const { headers, bytes } = await ask('/v1/text', { 'accept-encoding': 'gzip' }, 'HEAD');
    expect([headers['content-encoding'], headers['content-length'], bytes.length]).toEqual([
      undefined,
      String(5011),
      0,
    ]);
  });

  test('is what the limit counts before it is compressed', async () => {
    world.upstream.answer(reply(frame(textMessage(text(4 * MIB)))));
    const { status } = await ask('/v1/text', { 'accept-encoding': 'gzip' });
    expect(status).toBe(502);
  });

  test('that nobody could read is refused before the service is called: 406', async () => {
    let calls = 0;
    world.upstream.answer((...call) => {
      calls += 1;
      reply(frame(textMessage('a')))(...call);
    });
    const answer = await world.send('/v1/change', { 'accept-encoding': 'identity;q=0' }, { method: 'POST' });
    expect(problemOf(answer)).toEqual(
      expect.objectContaining({
        status: 406,
        code: 'INVALID_ARGUMENT',
        type: 'urn:dragoman:problem:not-acceptable',
      }),
    );
    expect(calls).toBe(0);
  });

  test('of an error is not compressed', async () => {
    world.upstream.answer(reply(Buffer.alloc(0), { 'grpc-status': '5', 'grpc-message': text(3000) }));
    const { status, headers } = await ask('/v1/text', { 'accept-encoding': 'gzip' });
    expect([status, headers['content-encoding']]).toEqual([404, undefined]);
  });
});

describe('a stream', () => {
  test.each(codings)('is %s, every message of it', async (coding) => {
    world.upstream.answer(reply(Buffer.concat([frame(textMessage('a')), frame(textMessage('b'))])));
    const { headers, bytes } = await ask('/v1/watch', { 'accept-encoding': coding });
    expect([headers['content-encoding'], headers.vary, headers['content-length']]).toEqual([
      coding,
      'Accept-Encoding',
      undefined,
    ]);
    expect(INFLATE[coding](bytes).toString()).toBe('[{"text":"a"},{"text":"b"}]');
  });

  test.each([['application/json'], ['application/x-ndjson'], ['text/event-stream']])(
    'lets each message go at once: %s',
    async (accept) => {
      let goOn = (): void => {};
      world.upstream.answer((stream) => {
        stream.respond(GRPC_HEAD, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        stream.write(frame(textMessage('first')));
        goOn = () => stream.end(frame(textMessage('second')));
      });
      const answer = await open(world.gateway.publicUrl, {
        path: '/v1/watch',
        headers: { accept, 'accept-encoding': 'gzip' },
      });
      const inflated = answer.body.pipe(createGunzip());
      let seen = '';
      for await (const chunk of inflated) {
        seen += String(chunk);
        // The second is only sent once the first could be read.
        if (seen.includes('first') && !seen.includes('second')) goOn();
      }
      expect(seen).toMatch(/first.*second/s);
    },
  );

  test('that is empty is an empty array', async () => {
    world.upstream.answer(reply(Buffer.alloc(0)));
    const { bytes } = await ask('/v1/watch', { 'accept-encoding': 'gzip' });
    expect(gunzipSync(bytes).toString()).toBe('[]');
  });

  test('whose client leaves ends the call', async () => {
    const gone = new Promise<void>((resolve) => {
      world.upstream.answer((stream) => {
        stream.respond(GRPC_HEAD);
        stream.write(frame(textMessage(text(100))));
        stream.on('close', resolve);
      });
    });
    const answer = await open(world.gateway.publicUrl, {
      path: '/v1/watch',
      headers: { 'accept-encoding': 'br' },
    });
    answer.leave();
    await gone;
  });

  test('that fails ends with the failure, compressed like the rest', async () => {
    world.upstream.answer(reply(frame(textMessage('a')), { 'grpc-status': '10', 'grpc-message': 'm' }));
    const { bytes } = await ask('/v1/watch', { accept: 'application/x-ndjson', 'accept-encoding': 'gzip' });
    const [first, last] = gunzipSync(bytes).toString().trimEnd().split('\n');
    expect([first, JSON.parse(last ?? '').error.code]).toEqual(['{"text":"a"}', 'ABORTED']);
  });
});

describe('an upstream that compresses', () => {
  const gzipped = (message: Uint8Array) => frame(gzipSync(message), { flag: 1 });
  const GZIP = { 'grpc-encoding': 'gzip' };

  test.each([['/v1/text'], ['/v1/watch']])('is understood: %s', async (path) => {
    world.upstream.answer(reply(gzipped(textMessage('a')), { 'grpc-status': '0' }, GZIP));
    expect((await world.send(path)).text).toContain('{"text":"a"}');
  });

  test.each([
    ['/v1/text', 5],
    ['/v1/watch', 5],
    // Beyond what any operation may ask for: refused while it is inflated.
    ['/v1/text', 200],
    ['/v1/watch', 200],
  ])('is held to the inflated size: %s, %i MiB (class 14)', async (path, size) => {
    const bomb = gzipped(textMessage(' '.repeat(size * MIB)));
    expect(bomb.length).toBeLessThan(MIB / 4);
    world.upstream.answer(reply(bomb, { 'grpc-status': '0' }, GZIP));
    expect(problemOf(await world.send(path))).toEqual(
      expect.objectContaining({ status: 502, type: 'urn:dragoman:problem:upstream-reply-too-large' }),
    );
    world.upstream.answer(reply(frame(textMessage('a'))));
    expect((await world.send('/v1/text')).status).toBe(200);
  });
});
