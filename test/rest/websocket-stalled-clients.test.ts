// Clients of a WebSocket that do not read what they are sent: whatever ends the conversation ends their connection, too.
// Source: transcoding reference, section 8, "total".
import { randomBytes } from 'node:crypto';
import type { ServerHttp2Stream } from 'node:http2';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { WebSocket } from 'ws';
import { frame, GRPC_HEAD, type RudeUpstream, startRudeUpstream } from '../harness/rude-upstream.ts';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { TEXT_PROTO, textMessage } from './answers.ts';
import { type Conversation, converse } from './websocket-client.ts';

/** More than the system takes for a client that takes nothing. */
const TEXT = randomBytes(9 * 1024 * 1024).toString('base64');
const MESSAGE = frame(textMessage(TEXT));
/** Not closed by a frame: RFC 6455 §7.1.5. */
const CUT = 1006;

let grpc: RudeUpstream;
beforeAll(async () => {
  grpc = await startRudeUpstream();
});
afterAll(() => grpc.close());

const started: TestGateway[] = [];
const sockets: WebSocket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await Promise.all(started.splice(0).map((gateway) => gateway.close()));
});

async function start(streamTotalMs: number): Promise<TestGateway> {
  const limits = { maxMessageBytes: 64 * 1024 * 1024, streamTotalMs };
  const service = inlineService('text', TEXT_PROTO, grpc.url, limits);
  // What cuts off whoever takes nothing for long is not meant here.
  const gateway = await startTestGateway([service], {}, { stallMs: 3_600_000 });
  started.push(gateway);
  return gateway;
}

/** One message, and no end. Told when it has left the upstream, and when nobody wants more. */
function streamForEver(): { readonly sent: Promise<void>; readonly cancelled: Promise<void> } {
  const sent = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<void>();
  grpc.answer((stream: ServerHttp2Stream) => {
    stream.on('error', () => {});
    stream.once('close', () => cancelled.resolve());
    stream.respond(GRPC_HEAD);
    stream.write(MESSAGE, () => sent.resolve());
  });
  return { sent: sent.promise, cancelled: cancelled.promise };
}

/** Asks, and reads nothing from then on. */
async function stall(gateway: TestGateway, headers: Record<string, string> = {}): Promise<Conversation> {
  const client = await converse(gateway.publicUrl, '/v1/watch', headers);
  sockets.push(client.socket);
  client.socket.on('error', () => {});
  client.socket.pause();
  client.say({ end: true });
  return client;
}

/** Pongs, which nobody answers, find out that the connection is no more: nobody reads its end. */
async function cut(client: Conversation): Promise<number> {
  const timer = setInterval(() => client.socket.pong(), 20);
  try {
    return await client.closed;
  } finally {
    clearInterval(timer);
  }
}

describe('a client that takes nothing is cut off, and the upstream let go', () => {
  test.each<[string, number, Record<string, string>]>([
    ['the stream has lasted as long as it may', 1_500, {}],
    ['the time is over that it asked for', 60_000, { 'connect-timeout-ms': '1500' }],
  ])('when %s', async (_when, totalMs, headers) => {
    const gateway = await start(totalMs);
    const { cancelled } = streamForEver();
    const client = await stall(gateway, headers);
    expect(await cut(client)).toBe(CUT);
    await cancelled;
  });

  test('when it breaks the protocol', async () => {
    const gateway = await start(60_000);
    const { sent, cancelled } = streamForEver();
    const client = await stall(gateway);
    await sent;
    client.say('this is no JSON');
    expect(await cut(client)).toBe(CUT);
    await cancelled;
  });

  test('when the gateway shuts down', async () => {
    const gateway = await start(60_000);
    const { sent, cancelled } = streamForEver();
    const client = await stall(gateway);
    await sent;
    const closed = gateway.close();
    expect(await cut(client)).toBe(CUT);
    await cancelled;
    await closed;
  });
});

test('a client that reads slowly is waited for when the stream itself has ended', async () => {
  const gateway = await start(60_000);
  const ended = Promise.withResolvers<void>();
  grpc.answer((stream) => {
    stream.once('close', () => ended.resolve());
    stream.respond(GRPC_HEAD, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(MESSAGE);
  });
  const client = await stall(gateway);
  await ended.promise;
  client.socket.resume();
  expect(await client.closed).toBe(1000);
  expect(await client.hearAll()).toEqual([{ message: { text: TEXT } }, { status: { code: 'OK' } }]);
});
