// Clients that ask and do not read: neither they nor their upstreams are held for long, by whichever door the answer came.
// Sources: security reference, class 19, "write stall"; transcoding reference, section 8, "total".
import { randomBytes } from 'node:crypto';
import type { ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { rawSocket } from '../harness/raw-socket.ts';
import { frame, GRPC_HEAD, type RudeUpstream, startRudeUpstream } from '../harness/rude-upstream.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type HttpUpstream, proxyService, startHttpUpstream } from '../proxy/upstream.ts';
import { TEXT_PROTO, textMessage } from './answers.ts';

/** Told by a write, whichever the system finds first. */
const CUT = /^(ECONNRESET|EPIPE)$/;
const MEGABYTES = 24 * 1024 * 1024;
/** More than the system takes for a client that takes nothing, and no coding makes it small. */
const MESSAGE = frame(textMessage(randomBytes(9 * 1024 * 1024).toString('base64')));

let grpc: RudeUpstream;
let http: HttpUpstream;
beforeAll(async () => {
  grpc = await startRudeUpstream();
  http = await startHttpUpstream();
});
afterAll(async () => {
  await grpc.close();
  await http.close();
});

const started: TestGateway[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(started.splice(0).map((gateway) => gateway.close()));
});

async function start(stallMs: number | undefined, streamTotalMs = 60_000): Promise<TestGateway> {
  const gateway = await startTestGateway(
    [
      inlineService('text', TEXT_PROTO, grpc.url, { maxMessageBytes: 64 * 1024 * 1024, streamTotalMs }),
      proxyService(http.url),
    ],
    {},
    stallMs === undefined ? {} : { stallMs },
  );
  started.push(gateway);
  return gateway;
}

/** Messages as fast as they are taken; resolves when nobody wants more. */
function streamForEver(): Promise<void> {
  return new Promise((resolve) => {
    grpc.answer((stream: ServerHttp2Stream) => {
      stream.on('error', () => {});
      stream.once('close', () => resolve());
      stream.respond(GRPC_HEAD);
      const more = (): void => {
        while (!stream.destroyed && stream.write(MESSAGE));
      };
      stream.on('drain', more);
      more();
    });
  });
}

/** Asks, and reads nothing. Empty lines, which a server skips, find out that the connection is no more. */
async function stall(gateway: TestGateway, path: string, headers: Record<string, string>): Promise<string> {
  const socket = rawSocket(gateway.publicUrl);
  sockets.push(socket);
  socket.pause();
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n${lines.join('')}\r\n`);
  const ended = new Promise<string>((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    socket.once('close', () => resolve('closed'));
  });
  const timer = setInterval(() => socket.write('\r\n'), 20);
  socket.once('close', () => clearInterval(timer));
  return await ended;
}

describe('a client that takes nothing is cut off', () => {
  test.each([
    ['array', { accept: 'application/json' }],
    ['lines', { accept: 'application/x-ndjson' }],
    ['events', { accept: 'text/event-stream' }],
  ])('and the upstream let go: a stream as %s', async (_name, headers) => {
    const gateway = await start(200);
    const cancelled = streamForEver();
    expect(await stall(gateway, '/v1/watch', headers)).toMatch(CUT);
    await cancelled;
  });

  test('a whole answer', async () => {
    const gateway = await start(200);
    grpc.answer((stream) => {
      stream.respond(GRPC_HEAD, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(frame(textMessage('x'.repeat(MEGABYTES))));
    });
    expect(await stall(gateway, '/v1/text', {})).toMatch(CUT);
  });

  test.each<[string, boolean]>([
    ['with its length', true],
    ['in chunks', false],
  ])('and the upstream let go: an answer passed on %s', async (_name, isWhole) => {
    const gateway = await start(200);
    const left = Promise.withResolvers<void>();
    http.answer((_request, response) => {
      response.on('close', () => left.resolve());
      const bytes = Buffer.alloc(MEGABYTES, 'x');
      if (isWhole) response.setHeader('content-length', bytes.length);
      response.write(bytes);
      if (isWhole) response.end();
    });
    expect(await stall(gateway, '/p/a', {})).toMatch(CUT);
    await left.promise;
  });
});

test.each<[string, Record<string, string>]>([
  ['an array', { accept: 'application/json' }],
  ['lines', { accept: 'application/x-ndjson' }],
  ['events', { accept: 'text/event-stream' }],
  ['compressed lines', { accept: 'application/x-ndjson', 'accept-encoding': 'gzip' }],
])('a stream as %s of which it takes nothing ends with its time', async (_name, headers) => {
  const gateway = await start(undefined, 2_000);
  const cancelled = streamForEver();
  expect(await stall(gateway, '/v1/watch', headers)).toMatch(CUT);
  await cancelled;
});
