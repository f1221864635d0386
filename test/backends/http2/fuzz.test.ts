// Servers that say anything at all. Security reference, section 8, row 14: no crash, no hang, nothing but the closed
// set of errors, memory bounded. What is sent is noise, or a sound answer that was cut, doubled, moved or changed.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHttp2Transport } from '../../../backends/grpc/http2-transport.ts';
import { options, outcome, PATH, streamOutcome } from './call.ts';
import {
  answer,
  block,
  data,
  END_HEADERS,
  frame,
  greet,
  HEAD,
  head,
  message,
  number,
  type Peer,
  type ScriptedServer,
  settings,
  startScriptedServer,
  TYPE,
  trailers,
} from './scripted-server.ts';

const ENDS =
  /^(?:ok .*|\d{1,2}|upstream-(?:unreachable|protocol|reply-too-large)|unknown|unavailable|unimplemented|unauthenticated|permission-denied)$/s;
const STREAM_ENDS = new RegExp(ENDS.source.replace('ok .*', 'ok'), 's');
const A = Buffer.from('a');

/** Frames that mean something to the two calls that are open. */
const SOUND: readonly Buffer[] = [
  answer(1, A),
  answer(3, A),
  head(1),
  head(3),
  data(1, message(A)),
  data(3, Buffer.concat([message(A), message(Buffer.alloc(300))])),
  frame(TYPE.headers, END_HEADERS, 3, Buffer.concat([HEAD, block(['grpc-encoding', 'gzip'])])),
  data(3, message(gzipSync('text'), { flag: 1 })),
  data(3, message(A, { length: 70_000 })),
  trailers(1),
  trailers(3, block(['grpc-status', '5'], ['grpc-message', '%41%'])),
  frame(TYPE.headers, 0, 1, HEAD.subarray(0, 5)),
  frame(TYPE.continuation, END_HEADERS, 1, HEAD.subarray(5)),
  frame(
    TYPE.headers,
    END_HEADERS,
    1,
    Buffer.from([0x20, 0x3f, 0xe1, 0x1f, 0x88, 0x40, 1, 0x61, 1, 0x62, 0xbe]),
  ),
  frame(
    TYPE.headers,
    END_HEADERS,
    3,
    Buffer.from('88 5f 8b 1d 75 d0 62 0d 26 3d 4c 4d 65 64'.replaceAll(' ', ''), 'hex'),
  ),
  frame(TYPE.settings, 0, 0, settings([1, 0], [3, 1], [4, 100], [5, 20_000])),
  frame(TYPE.settings, 0, 0, settings([1, 100], [4, 0])),
  frame(TYPE.ping, 0, 0, Buffer.alloc(8)),
  frame(TYPE.window, 0, 0, number(1)),
  frame(TYPE.window, 0, 1, number(0x7fff_0000)),
  frame(TYPE.reset, 0, 1, number(7)),
  frame(TYPE.goAway, 0, 0, Buffer.concat([number(1), number(11)])),
  frame(TYPE.priority, 0, 3, Buffer.alloc(5)),
];

const frames = fc
  .array(fc.constantFrom(...SOUND), { minLength: 1, maxLength: 12 })
  .map((list) => Buffer.concat(list));
const changes = fc.array(
  fc.record({ kind: fc.constantFrom('set', 'cut', 'double', 'insert'), place: fc.nat(), value: fc.nat(255) }),
  { maxLength: 6 },
);
const mutated = fc.tuple(frames, changes).map(([bytes, list]) => list.reduce(change, bytes));
const noise = fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => Buffer.from(bytes));
/** A head that holds, and noise in it. */
const framed = fc
  .array(
    fc.tuple(fc.nat(10), fc.nat(255), fc.constantFrom(0, 1, 2, 3, 5), fc.uint8Array({ maxLength: 60 })),
    { minLength: 1, maxLength: 8 },
  )
  .map((list) =>
    Buffer.concat(list.map(([type, flags, stream, bytes]) => frame(type, flags, stream, bytes))),
  );

function change(
  bytes: Buffer,
  { kind, place, value }: { kind: string; place: number; value: number },
): Buffer {
  const at = place % (bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (kind) {
    case 'set':
      return Buffer.concat([before, Uint8Array.of(value), after.subarray(1)]);
    case 'cut':
      return Buffer.concat([before, after.subarray(value)]);
    case 'double':
      return Buffer.concat([before, after.subarray(0, value), after]);
    default:
      return Buffer.concat([before, Uint8Array.of(value, value), after]);
  }
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

test('every call ends, and ends as calls may', async () => {
  let said: Buffer = Buffer.alloc(0);
  let pieces = 1;
  const talk = async (peer: Peer): Promise<void> => {
    greet(peer);
    await peer.next(TYPE.headers);
    const size = Math.ceil(said.length / pieces);
    for (let at = 0; at < said.length; at += size) {
      peer.write(said.subarray(at, at + size));
      await new Promise(setImmediate);
    }
    peer.socket.end();
  };
  const server: ScriptedServer = await startScriptedServer(talk);
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(mutated, mutated, framed, noise),
        fc.integer({ min: 1, max: 9 }),
        async (bytes, count) => {
          said = bytes;
          pieces = count;
          const transport = createHttp2Transport(server.target, undefined);
          try {
            const [single, messages] = await Promise.all([
              outcome(transport.unary(PATH, A, options({ maxReplyBytes: 100_000 }))),
              streamOutcome(transport, { maxReplyBytes: 100_000 }),
            ]);
            expect(single).toMatch(ENDS);
            expect(messages.at(-1)).toMatch(STREAM_ENDS);
          } finally {
            transport.close();
          }
        },
      ),
      { seed: 9113, numRuns: 1_500 },
    );
  } finally {
    await server.close();
  }
  // All connections are over: nothing may hold what they held.
  collectGarbage();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 1024 * 1024);
});
