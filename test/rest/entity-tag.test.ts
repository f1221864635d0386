// Tags of what was read, and asking again by them. Sources: transcoding reference, section 12; RFC 9110 §8.8.3,
// §13.1.2, §13.2.2 and §15.4.5.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { matchesTag } from '../../translators/rest/entity-tag.ts';
import { frame, reply } from '../harness/rude-upstream.ts';
import { startTextWorld, type TextWorld, textMessage } from './answers.ts';

let world: TextWorld;
beforeAll(async () => {
  world = await startTextWorld();
});
afterAll(() => world.close());

const STRONG = /^"[A-Za-z0-9_-]{22}(?:-(?:gzip|br|zstd))?"$/;
const says = (text: string, head: Record<string, string> = {}) =>
  world.upstream.answer(reply(frame(textMessage(text)), { 'grpc-status': '0' }, head));
const tagOf = async (headers: Record<string, string> = {}) =>
  String((await world.send('/v1/text', headers)).headers.etag);

describe('a read', () => {
  test('has a strong tag that stays while the answer stays', async () => {
    says('a');
    const tag = await tagOf();
    expect(tag).toMatch(STRONG);
    expect(await tagOf()).toBe(tag);
    says('b');
    expect(await tagOf()).not.toBe(tag);
  });

  test('has a tag of its own in each coding', async () => {
    says('a'.repeat(2000));
    const tags = await Promise.all(
      ['identity', 'gzip', 'br', 'zstd'].map((one) => tagOf({ 'accept-encoding': one })),
    );
    expect(new Set(tags).size).toBe(4);
    for (const tag of tags) expect(tag).toMatch(STRONG);
  });

  test.each([[false], [true]])('asked again is 304 without content; compressed: %s', async (isCoded) => {
    says('a'.repeat(2000), { 'cache-control': 'max-age=5' });
    const coding = isCoded ? { 'accept-encoding': 'gzip' } : {};
    const tag = await tagOf(coding);
    const answer = await world.send('/v1/text', { 'if-none-match': tag, ...coding });
    expect([answer.status, answer.text]).toEqual([304, '']);
    expect(answer.headers).toEqual(
      expect.objectContaining({ etag: tag, vary: 'Accept-Encoding', 'cache-control': 'max-age=5' }),
    );
    expect(Object.keys(answer.headers)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^content-(?:type|encoding|length)$/)]),
    );
  });

  test('in another coding is another representation', async () => {
    says('a'.repeat(2000));
    const tag = await tagOf({ 'accept-encoding': 'gzip' });
    expect((await world.send('/v1/text', { 'if-none-match': tag })).status).toBe(200);
  });

  test('asked for by HEAD has the tag of its plain form, and is 304 as well', async () => {
    says('a');
    const tag = await tagOf();
    const head = await world.send('/v1/text', {}, { method: 'HEAD' });
    expect(head.headers.etag).toBe(tag);
    expect((await world.send('/v1/text', { 'if-none-match': tag }, { method: 'HEAD' })).status).toBe(304);
  });

  test('of which the upstream knows a tag has that one', async () => {
    says('a'.repeat(2000), { etag: '"own"' });
    expect(await tagOf()).toBe('"own"');
    expect((await world.send('/v1/text', { 'if-none-match': 'W/"own"' })).status).toBe(304);
    // Coded it is equivalent, no longer the same bytes.
    expect(await tagOf({ 'accept-encoding': 'gzip' })).toBe('W/"own"');
    expect(
      (await world.send('/v1/text', { 'if-none-match': '"own"', 'accept-encoding': 'gzip' })).status,
    ).toBe(304);
  });

  test('whose upstream calls something a tag that is none has ours', async () => {
    says('a', { etag: 'own' });
    expect(await tagOf()).toMatch(STRONG);
  });
});

describe('nothing else has a tag', () => {
  test('a write', async () => {
    says('a');
    const answer = await world.send('/v1/change', { 'if-none-match': '*' }, { method: 'POST' });
    expect([answer.status, answer.headers.etag]).toEqual([200, undefined]);
  });

  test('a read by POST', async () => {
    says('a');
    const answer = await world.send('/text.v1.Texts/GetText', { 'if-none-match': '*' }, { method: 'POST' });
    expect([answer.status, answer.headers.etag]).toEqual([200, undefined]);
  });

  test('a stream', async () => {
    says('a');
    const answer = await world.send('/v1/watch', { 'if-none-match': '*' });
    expect([answer.status, answer.headers.etag]).toEqual([200, undefined]);
  });

  test('an error', async () => {
    world.upstream.answer(reply(Buffer.alloc(0), { 'grpc-status': '5' }));
    const answer = await world.send('/v1/text', { 'if-none-match': '*' });
    expect([answer.status, answer.headers.etag]).toEqual([404, undefined]);
  });
});

describe('If-None-Match', () => {
  test.each([
    ['"a"', '"a"', true],
    ['"a"', 'W/"a"', true],
    ['W/"a"', '"a"', true],
    ['"x", W/"a" ,"y"', '"a"', true],
    ['*', '"a"', true],
    [' * ', '"a"', true],
    ['"a,b", "c"', '"a,b"', true],
    ['"b"', '"a"', false],
    ['a', '"a"', false],
    ['"A"', '"a"', false],
    ['"ab"', '"a"', false],
    ['', '"a"', false],
    ['"*"', '"a"', false],
  ])('%j against %j: %s', (header, tag, matches) => {
    expect(matchesTag(header, tag)).toBe(matches);
  });
});
