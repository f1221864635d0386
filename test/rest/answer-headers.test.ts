// Metadata of an upstream in the answer, through the whole gateway. Source: transcoding reference, section 10.
import { request as httpRequest } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { open } from '../harness/http-client.ts';
import { rawSocket } from '../harness/raw-socket.ts';
import { frame, reply } from '../harness/rude-upstream.ts';
import { startTextWorld, type TextWorld, textMessage } from './answers.ts';

let world: TextWorld;
beforeAll(async () => {
  world = await startTextWorld({ responseHeaders: ['x-a', 'y-*', 'x-blob-bin', 'vary'] });
});
afterAll(() => world.close());

const HEAD = {
  'x-a': ['1', '2'],
  'y-b': 'b',
  'x-secret': 's',
  'x-blob-bin': '-_8, AA',
  vary: 'X-Tenant',
  'cache-control': 'no-cache',
  'www-authenticate': 'Basic',
  server: 'secret',
};
const TRAILERS = { 'grpc-status': '0', 'y-after': 'later', 'x-late': 's', 'cache-control': 'no-store' };

describe.each([['/v1/text'], ['/v1/watch']])('%s', (path) => {
  beforeAll(() => world.upstream.answer(reply(frame(textMessage('a')), TRAILERS, HEAD)));

  test('passes what is listed, each value in its line', async () => {
    const { body } = await open(world.gateway.publicUrl, { path });
    body.resume();
    const { rawHeaders } = body;
    const lines = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`.toLowerCase()] : [],
    );
    // HTTP/2 in Node joins lines of text on their arrival; that is the same list (RFC 9110 §5.3).
    expect(lines.filter((line) => line.startsWith('x-a:'))).toEqual(['x-a: 1, 2']);
    expect(lines.filter((line) => line.startsWith('x-blob-bin:'))).toEqual([
      'x-blob-bin: +/8=',
      'x-blob-bin: aa==',
    ]);
    expect(lines).toEqual(expect.arrayContaining(['y-b: b', 'cache-control: no-cache']));
    expect(lines.join('\n')).not.toMatch(/secret|www-authenticate|y-after|trailer:|grpc/);
    expect(lines.find((line) => line.startsWith('vary:'))).toMatch(/^vary: x-tenant/);
  });

  test('sends trailers to who takes them, by the same list', async () => {
    const trailers = await new Promise<NodeJS.Dict<string>>((resolve, reject) => {
      const { hostname, port } = new URL(world.gateway.publicUrl);
      httpRequest({ host: hostname, port, path, headers: { te: 'trailers' }, agent: false }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.trailers));
      })
        .on('error', reject)
        .end();
    });
    expect(trailers).toEqual({ 'y-after': 'later' });
  });

  test('sends none to a client of HTTP/1.0', async () => {
    const socket = rawSocket(world.gateway.publicUrl);
    socket.write(`GET ${path} HTTP/1.0\r\nHost: a\r\nTE: trailers\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toContain('{"text":"a"}');
    expect(text).not.toContain('y-after');
  });
});

describe('renamed, and with the prefixes of grpc-gateway', () => {
  let prefixed: TextWorld;
  beforeAll(async () => {
    prefixed = await startTextWorld({
      responseHeaders: ['x-a', 'y-b=x-cost', 'y-after'],
      grpcMetadataPrefix: true,
    });
    prefixed.upstream.answer(reply(frame(textMessage('a')), TRAILERS, HEAD));
  });
  afterAll(() => prefixed.close());

  test.each([['/v1/text'], ['/v1/watch']])('%s', async (path) => {
    const { headers } = await prefixed.send(path);
    expect(headers).toMatchObject({
      'grpc-metadata-x-a': '1, 2',
      'x-cost': 'b',
      'cache-control': 'no-cache',
    });
    expect(Object.keys(headers).filter((name) => /^(?:x-a|y-b|grpc-metadata-cache)/.test(name))).toEqual([]);
    const trailers = await new Promise<NodeJS.Dict<string>>((resolve, reject) => {
      const { hostname, port } = new URL(prefixed.gateway.publicUrl);
      httpRequest({ host: hostname, port, path, headers: { te: 'trailers' }, agent: false }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.trailers));
      })
        .on('error', reject)
        .end();
    });
    expect(trailers).toEqual({ 'grpc-trailer-y-after': 'later' });
  });
});

describe('an answer without content has no trailers, whoever takes them', () => {
  beforeAll(() => world.upstream.answer(reply(frame(textMessage('a')), TRAILERS, HEAD)));

  test('304', async () => {
    const tag = String((await world.send('/v1/text')).headers.etag);
    const answer = await world.send('/v1/text', { 'if-none-match': tag, te: 'trailers' });
    expect([answer.status, answer.text, answer.headers.trailer]).toEqual([304, '', undefined]);
    expect(answer.headers['transfer-encoding']).toBeUndefined();
  });

  test.each([['/v1/text'], ['/v1/watch']])('HEAD %s', async (path) => {
    const answer = await world.send(path, { te: 'trailers' }, { method: 'HEAD' });
    expect([answer.status, answer.text, answer.headers.trailer]).toEqual([200, '', undefined]);
  });

  test('compressed answers have them', async () => {
    world.upstream.answer(reply(frame(textMessage('a'.repeat(2000))), TRAILERS, HEAD));
    const { body, headers } = await open(world.gateway.publicUrl, {
      path: '/v1/text',
      headers: { te: 'trailers', 'accept-encoding': 'gzip' },
    });
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    expect([headers['content-encoding'], body.trailers]).toEqual(['gzip', { 'y-after': 'later' }]);
    expect(JSON.parse(gunzipSync(Buffer.concat(chunks)).toString())).toEqual({ text: 'a'.repeat(2000) });
  });
});
