// Calls that are given up beside calls that are not: servers end a connection on which they see many resets
// (CVE-2023-44487), so our own transport spreads them. Security reference, section 8, row 12.
import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { GrpcTransport } from '../../../backends/grpc/transport.ts';
import { ResetBudget } from '../../../backends/reset-budget.ts';
import { closeTransports, options, outcome, PATH, transportTo } from './call.ts';
import {
  answer,
  greet,
  message,
  type Peer,
  type ScriptedServer,
  startScriptedServer,
  TYPE,
} from './scripted-server.ts';

const A = Buffer.from('a');
const turn = () => new Promise(setImmediate);

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

describe('the budget of a connection', () => {
  function budget() {
    let now = 0;
    const made = new ResetBudget(() => now);
    return {
      made,
      spend: (count: number) => Array.from({ length: count }, () => made.spend()),
      wait: (seconds: number) => {
        now += seconds * 1_000;
      },
    };
  }

  test('lasts for a hundred at once', () => {
    const { made, spend } = budget();
    spend(99);
    expect(made.isTired).toBe(false);
    spend(1);
    expect(made.isTired).toBe(true);
  });

  test('lasts for three a second without end', () => {
    const { made, spend, wait } = budget();
    for (let second = 0; second < 1_000; second += 1) {
      spend(3);
      wait(1);
    }
    expect(made.isTired).toBe(false);
  });

  test('is good again after a rest, for fifty', () => {
    const { made, spend, wait } = budget();
    spend(100);
    wait(16);
    expect(made.isTired).toBe(true);
    wait(1);
    expect(made.isTired).toBe(false);
    spend(51);
    expect(made.isTired).toBe(true);
  });

  test('does not grow by waiting', () => {
    const { made, spend, wait } = budget();
    wait(3_600);
    spend(100);
    expect(made.isTired).toBe(true);
  });

  test('is worn after five hundred', () => {
    const { made, spend } = budget();
    spend(500);
    expect(made.isWorn).toBe(false);
    spend(1);
    expect(made.isWorn).toBe(true);
  });
});

describe("a server of Node's, with its own guard against resets", () => {
  let server: Http2Server | undefined;
  const sessions = new Set<ServerHttp2Session>();
  const pending: ServerHttp2Stream[] = [];

  afterEach(async () => {
    closeTransports();
    for (const session of sessions) session.destroy();
    sessions.clear();
    pending.length = 0;
    server?.close();
  });

  async function serve(): Promise<{ transport: GrpcTransport; broken: unknown[] }> {
    const broken: unknown[] = [];
    server = createServer();
    server.on('session', (session) => {
      sessions.add(session);
      session.on('error', (error) => broken.push(error));
    });
    server.on('stream', (stream: ServerHttp2Stream) => {
      stream.on('error', () => {});
      stream.resume();
      pending.push(stream);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const transport = transportTo({
      url: `grpc://127.0.0.1:${port}`,
      scheme: 'grpc',
      host: '127.0.0.1',
      port,
      weight: 1,
    });
    return { transport, broken };
  }

  /** Each is given up when the server has it. */
  async function giveUp(transport: GrpcTransport, count: number): Promise<void> {
    const leaving = new AbortController();
    const before = pending.length;
    const calls = Array.from({ length: count }, () =>
      outcome(transport.unary(PATH, A, options({ signal: leaving.signal }))),
    );
    await until(() => pending.length === before + count);
    leaving.abort();
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['1']));
  }

  test('keeps the call of a client that stays while five thousand others leave', async () => {
    const { transport, broken } = await serve();
    const stays = outcome(transport.unary(PATH, A, options()));
    await until(() => pending.length === 1);
    for (let crowd = 0; crowd < 100; crowd += 1) await giveUp(transport, 50);
    const [first] = pending;
    first?.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    first?.on('wantTrailers', () => first.sendTrailers({ 'grpc-status': '0' }));
    first?.end(message(A));
    expect(await stays).toBe('ok a');
    expect(broken).toEqual([]);
    expect(sessions.size).toBeLessThanOrEqual(64);
  });

  test('sees one connection while fewer leave than it need mind', async () => {
    const { transport } = await serve();
    await giveUp(transport, 50);
    await giveUp(transport, 49);
    const last = outcome(transport.unary(PATH, A, options({ signal: AbortSignal.timeout(1) })));
    expect(await last).toBe('1');
    expect(sessions.size).toBe(1);
  });
});

describe('where no other connection is to be had', () => {
  const servers: ScriptedServer[] = [];
  afterEach(async () => {
    closeTransports();
    for (const one of servers.splice(0)) await one.close();
  });

  /** The first connection is served; of further ones `refuse` decides. Calls are answered from the `from`-th on. */
  async function serveOne(refuse: (peer: Peer) => void, from: number): Promise<ScriptedServer> {
    const server: ScriptedServer = await startScriptedServer(async (peer) => {
      if (server.peers.length > 1) {
        refuse(peer);
        return;
      }
      greet(peer);
      for (let count = 0; ; count += 1) {
        const { stream } = await peer.next(TYPE.headers);
        if (count >= from) peer.write(answer(stream, A));
      }
    });
    servers.push(server);
    return server;
  }

  test.each([
    ['is refused', (peer: Peer) => peer.socket.destroy()],
    ['is left waiting', () => {}],
  ])('and a new one %s, calls go on on the worn one', async (_name, refuse) => {
    const LEAVERS = 600;
    const server = await serveOne(refuse, LEAVERS);
    const transport = transportTo(server.target);
    const leaving = new AbortController();
    const calls = Array.from({ length: LEAVERS }, () =>
      outcome(transport.unary(PATH, A, options({ signal: leaving.signal }))),
    );
    await until(() => server.peers[0]?.frames.filter(({ type }) => type === TYPE.headers).length === LEAVERS);
    leaving.abort();
    await Promise.all(calls);
    const after = Array.from({ length: 10 }, () => outcome(transport.unary(PATH, A, options())));
    expect(new Set(await Promise.all(after))).toEqual(new Set(['ok a']));
  });
});
