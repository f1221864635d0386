// A gRPC server of bare HTTP/2 frames, for answers that no gRPC library would send.
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

export interface RudeUpstream {
  readonly url: string;
  /** Connections that clients have opened so far. */
  readonly connections: () => number;
  /** What each call is answered from now on; its request has been read to the end by then. */
  answer(respond: Respond): void;
  close(): Promise<void>;
}

export type Respond = (stream: ServerHttp2Stream, request: Buffer, headers: IncomingHttpHeaders) => void;

export const GRPC_HEAD: OutgoingHttpHeaders = { ':status': 200, 'content-type': 'application/grpc' };

export async function startRudeUpstream(): Promise<RudeUpstream> {
  let respond: Respond = (stream) => stream.close();
  let connections = 0;
  const server = createServer({ settings: { maxHeaderListSize: 1024 * 1024 } });
  server.on('session', (session) => {
    connections += 1;
    session.on('error', () => {});
  });
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      if (!stream.destroyed) respond(stream as ServerHttp2Stream, Buffer.concat(chunks), headers);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `grpc://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    answer: (next) => {
      respond = next;
    },
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

/** Length-prefixed, as gRPC over HTTP/2 has it; `length` may lie. */
export function frame(message: Uint8Array, { flag = 0, length = message.length } = {}): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

/** Head, body, and trailers if there are any; without them the body ends the stream. */
export function reply(
  body: Uint8Array,
  trailers: OutgoingHttpHeaders | undefined = { 'grpc-status': '0' },
  head: OutgoingHttpHeaders = {},
): Respond {
  return (stream) => {
    stream.respond({ ...GRPC_HEAD, ...head }, { waitForTrailers: trailers !== undefined });
    if (trailers !== undefined) stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.end(body);
  };
}
