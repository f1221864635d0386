// An HTTP/2 server of bare bytes: says what a test tells it, right or wrong, and shows what the client said. It knows
// nothing of the transport under test.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Target } from '../../../core/upstream.ts';

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export const TYPE = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goAway: 7,
  window: 8,
  continuation: 9,
};
export const END_STREAM = 1;
export const ACK = 1;
export const END_HEADERS = 4;
export const PADDED = 8;
const PREFACE_BYTES = 24;

/** One connection, from the server's side. */
export interface Peer {
  readonly socket: Socket;
  /** All that came. */
  readonly frames: readonly Frame[];
  write(...bytes: Uint8Array[]): void;
  /** The first frame that fits and that nobody has asked for before. */
  next(type: number, fits?: (frame: Frame) => boolean): Promise<Frame>;
  /** Resolves when the connection is over. */
  readonly closed: Promise<void>;
}

export interface ScriptedServer {
  readonly target: Target;
  readonly peers: readonly Peer[];
  close(): Promise<void>;
}

/** `script` runs for each connection; by default it greets. */
export async function startScriptedServer(
  script: (peer: Peer) => unknown = greet,
  listen: (server: Server) => void = (server) => server.listen(0, '127.0.0.1'),
): Promise<ScriptedServer> {
  const peers: Peer[] = [];
  const server = createServer((socket) => {
    const peer = peerOf(socket);
    peers.push(peer);
    void Promise.resolve(script(peer)).catch(() => socket.destroy());
  });
  listen(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    target: { url: `grpc://127.0.0.1:${port}`, scheme: 'grpc', host: '127.0.0.1', port, weight: 1 },
    peers,
    close: async () => {
      for (const { socket } of peers) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An empty SETTINGS frame and the answer to the client's. */
export function greet(peer: Peer): void {
  peer.write(frame(TYPE.settings), frame(TYPE.settings, ACK));
}

export function greetWith(...entries: readonly (readonly [setting: number, value: number])[]): Uint8Array {
  return frame(TYPE.settings, 0, 0, settings(...entries));
}

export function settings(...entries: readonly (readonly [setting: number, value: number])[]): Buffer {
  const bytes = Buffer.alloc(entries.length * 6);
  entries.forEach(([setting, value], index) => {
    bytes.writeUInt16BE(setting, index * 6);
    bytes.writeUInt32BE(value, index * 6 + 2);
  });
  return bytes;
}

export function frame(
  type: number,
  flags = 0,
  stream = 0,
  payload: Uint8Array = Buffer.alloc(0),
  length = payload.length,
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** Fields written out, neither indexed nor Huffman-coded. Names and values are shorter than 127. */
export function block(...fields: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([name, value]) => [
      Buffer.from([0, name.length]),
      Buffer.from(name, 'latin1'),
      Buffer.from([value.length]),
      Buffer.from(value, 'latin1'),
    ]),
  );
}

export const HEAD = block([':status', '200'], ['content-type', 'application/grpc']);
export const OK = block(['grpc-status', '0']);

export function message(bytes: Uint8Array, { flag = 0, length = bytes.length } = {}): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, bytes]);
}

export const head = (stream: number): Buffer => frame(TYPE.headers, END_HEADERS, stream, HEAD);
export const data = (stream: number, bytes: Uint8Array): Buffer => frame(TYPE.data, 0, stream, bytes);
export const trailers = (stream: number, fields: Uint8Array = OK): Buffer =>
  frame(TYPE.headers, END_HEADERS | END_STREAM, stream, fields);
/** A whole answer. */
export const answer = (stream: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([head(stream), data(stream, message(bytes)), trailers(stream)]);

function peerOf(socket: Socket): Peer {
  let rest: Buffer = Buffer.alloc(0);
  let isGreeted = false;
  const frames: Frame[] = [];
  const unasked: Frame[] = [];
  const waiting = new Set<() => void>();
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    if (!isGreeted && rest.length >= PREFACE_BYTES) {
      isGreeted = true;
      rest = rest.subarray(PREFACE_BYTES);
    }
    while (isGreeted && rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const end = 9 + rest.readUIntBE(0, 3);
      const one = {
        type: rest.readUInt8(3),
        flags: rest.readUInt8(4),
        stream: rest.readUInt32BE(5),
        payload: rest.subarray(9, end),
      };
      frames.push(one);
      unasked.push(one);
      rest = rest.subarray(end);
    }
    for (const look of [...waiting]) look();
  });
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  return {
    socket,
    frames,
    closed,
    write: (...bytes) => {
      if (!socket.destroyed) socket.write(Buffer.concat(bytes));
    },
    next: (type, fits = () => true) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const place = unasked.findIndex((one) => one.type === type && fits(one));
          const [found] = place < 0 ? [] : unasked.splice(place, 1);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        void closed.then(() => reject(new Error(`the connection ended before a frame of type ${type}`)));
        look();
      }),
  };
}
