// How long our own transport waits for a server that says nothing, on a clock that the test moves.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { closeTransports, options, outcome, PATH, transportTo } from './call.ts';
import {
  ACK,
  answer,
  frame,
  greet,
  greetWith,
  type Peer,
  type ScriptedServer,
  startScriptedServer,
  TYPE,
} from './scripted-server.ts';

const servers: ScriptedServer[] = [];
beforeEach(() => {
  // Sockets go on in real time.
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
});
afterEach(async () => {
  jest.useRealTimers();
  closeTransports();
  for (const server of servers.splice(0)) await server.close();
});
async function serve(script?: (peer: Peer) => unknown): Promise<ScriptedServer> {
  const server = await startScriptedServer(script);
  servers.push(server);
  return server;
}

const A = Buffer.from('a');
const turn = () => new Promise(setImmediate);
const MINUTE = 60_000;

test('a server that accepts and never greets is given up after twenty seconds', async () => {
  const server = await serve(() => {});
  const call = outcome(transportTo(server.target).unary(PATH, A, options()));
  while (server.peers.length === 0) await turn();
  jest.advanceTimersByTime(19_999);
  await turn();
  expect(server.peers[0]?.socket.destroyed).toBe(false);
  jest.advanceTimersByTime(1);
  expect(await call).toBe('upstream-unreachable');
});

describe('a server that falls silent under a call', () => {
  async function silent(answerPing: boolean) {
    const server = await serve(async (peer) => {
      greet(peer);
      await peer.next(TYPE.ping);
      if (answerPing) peer.write(frame(TYPE.ping, ACK, 0, Buffer.alloc(8)));
    });
    const call = outcome(transportTo(server.target).unary(PATH, A, options()));
    while (server.peers.length === 0) await turn();
    await server.peers[0]?.next(TYPE.data);
    // What was heard in the first minute counts.
    jest.advanceTimersByTime(MINUTE);
    jest.advanceTimersByTime(MINUTE);
    while (server.peers[0]?.frames.every(({ type }) => type !== TYPE.ping)) await turn();
    for (let count = 0; count < 10; count += 1) await turn();
    jest.advanceTimersByTime(10_000);
    return { server, call };
  }

  test('is asked, and lost if it does not answer', async () => {
    const { call } = await silent(false);
    expect(await call).toBe('upstream-unreachable');
  });

  test('is waited for if it does', async () => {
    const { server, call } = await silent(true);
    server.peers[0]?.write(answer(1, A));
    expect(await call).toBe('ok a');
  });
});

test('connections that nobody needs any more are closed, but for one', async () => {
  const server = await serve(async (peer) => {
    peer.write(greetWith([3, 1]), frame(TYPE.settings, ACK));
    await peer.next(TYPE.headers);
    while (server.peers.length < 3) await turn();
    peer.write(answer(1, A));
  });
  const transport = transportTo(server.target);
  await Promise.all([1, 2, 3].map(() => outcome(transport.unary(PATH, A, options()))));
  jest.advanceTimersByTime(2 * MINUTE);
  const gone = () => server.peers.filter(({ socket }) => socket.destroyed).length;
  while (gone() < 2) await turn();
  for (let count = 0; count < 10; count += 1) await turn();
  expect(gone()).toBe(2);
});

test('an idle connection lets the process end', async () => {
  jest.useRealTimers();
  const server = await serve(async (peer) => {
    greet(peer);
    await peer.next(TYPE.headers);
    peer.write(answer(1, Buffer.from('reply')));
  });
  // Nothing is closed there: the process ends because nothing holds it.
  const program = `
    import { createHttp2Transport } from '${new URL('../../../backends/grpc/http2-transport.ts', import.meta.url)}';
    const transport = createHttp2Transport(${JSON.stringify(server.target)}, undefined);
    const options = { metadata: [], timeoutMs: undefined, signal: new AbortController().signal };
    const { message } = await transport.unary('${PATH}', Buffer.from('q'), options);
    process.stdout.write(message);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  expect(stdout).toBe('reply');
});
