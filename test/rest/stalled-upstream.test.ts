// An upstream that stops taking what a client streams to it is the silent one (transcoding reference, section 8).
import { once } from 'node:events';
import { request as openRequest } from 'node:http';
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { inlineService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { converse } from './websocket-client.ts';

const PROTO = `
  syntax = "proto3";
  package t.v1;
  service S { rpc Push(stream R) returns (R); rpc Talk(stream R) returns (stream R); }
  message R { string name = 1; }`;

/** Never reads a request further than its head. */
let server: Http2Server;
const sessions = new Set<ServerHttp2Session>();
let streams: ServerHttp2Stream[] = [];
let gateway: TestGateway;
beforeAll(async () => {
  server = createServer();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => {});
    streams.push(stream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `grpc://127.0.0.1:${(server.address() as AddressInfo).port}`;
  gateway = await startTestGateway([inlineService('t', PROTO, url, { streamIdleMs: 300 })]);
});
afterAll(async () => {
  await gateway.close();
  for (const session of sessions) session.destroy();
  server.close();
});
beforeEach(() => {
  streams = [];
});

const SILENT = {
  type: 'urn:dragoman:problem:deadline-exceeded',
  status: 504,
  code: 'DEADLINE_EXCEEDED',
  detail: 'the stream was silent for 0.3 seconds',
};
const LINE = `{"name":"${'x'.repeat(10_000)}"}\n`;

async function reset(): Promise<number> {
  const [stream] = streams;
  if (stream === undefined) throw new Error('no call came');
  if (!stream.closed) await once(stream, 'close');
  return stream.rstCode;
}

describe.each(['Push', 'Talk'])('%s', (method) => {
  test('a body that goes on and on', async () => {
    const request = openRequest(`${gateway.publicUrl}/t.v1.S/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
    });
    request.on('error', () => {});
    // More than the window of a stream, and no end.
    for (let line = 0; line < 30; line += 1) request.write(LINE);
    const [response] = await once(request, 'response');
    let text = '';
    for await (const chunk of response) text += chunk;
    request.destroy();
    expect([response.statusCode, JSON.parse(text)]).toEqual([504, expect.objectContaining(SILENT)]);
    // CANCEL.
    expect(await reset()).toBe(8);
  });

  test('messages over WebSocket', async () => {
    const { say, hearAll } = await converse(gateway.publicUrl, `/t.v1.S/${method}`);
    for (let line = 0; line < 30; line += 1) say({ message: JSON.parse(LINE) });
    expect(await hearAll()).toEqual([{ status: expect.objectContaining(SILENT) }]);
    expect(await reset()).toBe(8);
  });
});
