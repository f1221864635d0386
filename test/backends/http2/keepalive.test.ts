// How often our own transport asks a silent server whether it is there: servers of gRPC close the connection of a client
// that pings more often than every five minutes without content of theirs in between (gRPC proposal A8, "Keepalive").
// No network: the clock is the test's, and so is the socket.
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Connection } from '../../../backends/grpc/http2/connection.ts';
import { Http2Stream } from '../../../backends/grpc/http2/http2-stream.ts';
import { ACK, END_HEADERS, frame, TYPE } from './scripted-server.ts';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
});
afterEach(() => {
  jest.useRealTimers();
});

/** What a connection needs of a socket. */
class StubSocket extends Duplex {
  pings = 0;
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    for (let at = 0; at < chunk.length; at += 9 + chunk.readUIntBE(at, 3)) {
      // The preface is no frame.
      if (chunk.subarray(at, at + 3).toString() === 'PRI') at += 24;
      if (chunk[at + 3] === TYPE.ping && chunk[at + 4] === 0) this.pings += 1;
    }
    done();
  }
  override _read(): void {}
  ref(): void {}
  unref(): void {}
  destroySoon(): void {
    this.destroy();
  }
}

class Silent extends Http2Stream<null> {
  readonly path = '/s.v1.S/Watch';
  isLost = false;
  writeFields(): void {}
  onData(): void {}
  onHead(): void {}
  onReset(): void {}
  onLost(): void {
    this.isLost = true;
  }
  onSent(): void {}
}

const FIELDS = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':authority', 'h'],
] as const;

/** Minutes in which a server was asked that answers each ping, and sends headers in the minutes given. */
async function pingMinutes(minutes: number, contentIn: readonly number[] = []): Promise<number[]> {
  const nothing = (): void => {};
  const socket = new StubSocket();
  const connection = new Connection<null>(socket as unknown as Socket, {
    fields: FIELDS,
    readHead: () => null,
    onRoom: nothing,
    onLeave: nothing,
    onClose: nothing,
    onIdle: nothing,
  });
  const hear = (bytes: Buffer): void => connection.read(bytes, bytes.length);
  connection.start();
  hear(frame(TYPE.settings));
  const stream = new Silent();
  connection.open(stream, Buffer.from('a'));
  const asked: number[] = [];
  for (let minute = 1; minute <= minutes; minute += 1) {
    // :status 200 of the static table.
    if (contentIn.includes(minute)) hear(frame(TYPE.headers, END_HEADERS, 1, Buffer.from([0x88])));
    const before = socket.pings;
    jest.advanceTimersByTime(60_000);
    // What is written goes out at the end of a turn.
    await new Promise(setImmediate);
    if (socket.pings === before) continue;
    asked.push(minute);
    hear(frame(TYPE.ping, ACK, 0, Buffer.alloc(8)));
  }
  expect(stream.isLost).toBe(false);
  connection.close('the test is over');
  return asked;
}

test('a server that is silent for long is asked every six minutes', async () => {
  expect(await pingMinutes(20)).toEqual([2, 8, 14, 20]);
});

test('one that has sent something in between may be asked again', async () => {
  // After the content of a minute the next one counts as heard.
  expect(await pingMinutes(20, [4, 16])).toEqual([2, 5, 11, 17]);
});

test('and one that sends something every minute never is', async () => {
  expect(await pingMinutes(10, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toEqual([]);
});
