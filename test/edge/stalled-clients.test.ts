// Clients that take nothing are cut off, whoever wrote the answer and however; slow ones are not.
// Source: security reference, class 19, "write stall".
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { cutStalledClients, ruleStallsElsewhere } from '../../gateway/edge/stalled-clients.ts';
import { rawSocket } from '../harness/raw-socket.ts';

const BYTES = 16 * 1024 * 1024;
const WHOLE = Buffer.alloc(BYTES, 'x');

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(stallMs: number, listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  servers.push(server);
  cutStalledClients(server, stallMs);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Has asked, and reads nothing until told. */
function ask(url: string): Socket {
  const socket = rawSocket(url);
  socket.on('error', () => {});
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  return socket;
}

function feed(response: ServerResponse): void {
  const piece = WHOLE.subarray(0, 16 * 1024);
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more);
  more();
}

describe('a client that takes nothing', () => {
  test.each<[string, (response: ServerResponse) => void]>([
    ['of an answer in one piece', (response) => response.end(WHOLE)],
    ['of an answer as text', (response) => response.end(WHOLE.toString('latin1'), 'latin1')],
    [
      'of a stream that waits for it',
      (response) => {
        response.writeHead(200);
        feed(response);
      },
    ],
    [
      'of an answer to which signs of life are added',
      (response) => {
        response.write(WHOLE);
        const timer = setInterval(() => response.write(': \n\n'), 5);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('%s is cut off', async (_name, answer) => {
    const closed = Promise.withResolvers<void>();
    const { url } = await serve(150, (_request, response) => {
      response.on('close', () => closed.resolve());
      answer(response);
    });
    const client = ask(url);
    await closed.promise;
    const ended = new Promise((resolve) => client.once('close', resolve));
    client.resume();
    await ended;
    expect(client.bytesRead).toBeLessThan(BYTES);
  });

  test('is cut off though it goes on sending', async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await serve(150, (_request, response) => {
      response.on('close', () => closed.resolve());
      response.end(WHOLE);
    });
    const client = ask(url);
    const start = performance.now();
    client.write('GET / HTTP/1.1\r\nHost: a\r\n');
    const timer = setInterval(() => client.write('a: b\r\n'), 10);
    await closed.promise;
    clearInterval(timer);
    client.destroy();
    // Not for what it sent.
    expect(performance.now() - start).toBeGreaterThan(100);
  });

  test('is cut off where the system tells nothing of its connection', async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await serve(150, (request, response) => {
      response.on('close', () => closed.resolve());
      Object.defineProperty(Reflect.get(request.socket, '_handle'), 'fd', { value: -1 });
      response.end(WHOLE);
    });
    const client = ask(url);
    await closed.promise;
    client.destroy();
  });

  test('any more is cut off, though it took some', async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await serve(300, (_request, response) => {
      response.on('close', () => closed.resolve());
      response.end(WHOLE);
    });
    const client = ask(url);
    client.on('data', () => {
      client.pause();
      if (client.bytesRead < 1024 * 1024) setTimeout(() => client.resume(), 50);
    });
    client.resume();
    await closed.promise;
    expect(client.bytesRead).toBeGreaterThanOrEqual(1024 * 1024);
    client.destroy();
  });

  test('is left to a writer with a limit of its own, for as long as that wants it', async () => {
    const looked = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    let endRule = (): void => {};
    const { url } = await serve(60, (request, response) => {
      endRule = ruleStallsElsewhere(request.socket);
      response.on('close', () => closed.resolve());
      response.end(WHOLE);
      setTimeout(looked.resolve, 500);
    });
    const client = ask(url);
    const first = await Promise.race([
      closed.promise.then(() => 'cut off'),
      looked.promise.then(() => 'left alone'),
    ]);
    expect(first).toBe('left alone');
    endRule();
    await closed.promise;
    client.destroy();
  });
});

describe('not cut off', () => {
  test.each<[string, (response: ServerResponse) => void]>([
    ['in one piece', (response) => response.end(WHOLE)],
    [
      'in many',
      (response) => {
        for (let at = 0; at < BYTES; at += 65_536) response.write(WHOLE.subarray(at, at + 65_536));
        response.end();
      },
    ],
  ])(
    'a client that takes a little at a time: %s',
    async (_name, answer) => {
      const { url } = await serve(500, (_request, response) =>
        answer(response.setHeader('connection', 'close')),
      );
      const client = ask(url);
      const start = performance.now();
      client.on('data', () => {
        client.pause();
        setTimeout(() => client.resume(), 10);
      });
      client.resume();
      await once(client, 'end');
      expect(client.bytesRead).toBeGreaterThan(BYTES);
      expect(performance.now() - start).toBeGreaterThan(1_500);
    },
    60_000,
  );

  test('a connection on which there is nothing to take', async () => {
    const { url } = await serve(60, (_request, response) => {
      response.write('a');
      setTimeout(() => response.end('b'), 400);
    });
    const client = ask(url);
    const [head] = await once(client.resume(), 'data');
    let text = String(head);
    while (!text.endsWith('0\r\n\r\n')) text += String((await once(client, 'data'))[0]);
    expect(text).toContain('\r\nb\r\n');
    client.destroy();
  });
});

const tells = existsSync('/proc/net/tcp');
const onLinux = tells ? test : test.skip;

onLinux(
  `a client so slow that the system takes no more for long is left alone until it has everything${tells ? '' : ' (skipped: there is no /proc/net/tcp to see it by)'}`,
  async () => {
    // In which it reads twice of what one acknowledgement may be of, but less than ours has to be rid of to take more.
    const stallMs = 3_000;
    let lastTaken = performance.now();
    let longest = 0;
    const { url } = await serve(stallMs, (request, response) => {
      response.setHeader('connection', 'close').end(WHOLE);
      const { socket } = request;
      let before = -1;
      const timer = setInterval(() => {
        const queued: unknown = Reflect.get(Reflect.get(socket, '_handle') ?? {}, 'writeQueueSize');
        const now = performance.now();
        if (queued !== before) lastTaken = now;
        before = Number(queued);
        if (before > 0) longest = Math.max(longest, now - lastTaken);
      }, 20);
      response.on('close', () => clearInterval(timer));
    });
    const client = ask(url);
    const ended = once(client, 'close');
    client.on('data', () => {
      // Slow until a watch that sees the queue alone would have cut it off.
      if (longest > 1.2 * stallMs) return;
      client.pause();
      setTimeout(() => client.resume(), 200);
    });
    client.resume();
    await ended;
    expect(client.bytesRead).toBeGreaterThan(BYTES);
    expect(longest).toBeGreaterThan(1.2 * stallMs);
  },
  60_000,
);

test('the watch ends with its server', async () => {
  const starts = jest.spyOn(globalThis, 'setInterval');
  const stops = jest.spyOn(globalThis, 'clearInterval');
  const { server } = await serve(7_770, (_request, response) => void response.end());
  const at = starts.mock.calls.findIndex(([, every]) => every === 259);
  const timer = starts.mock.results[at]?.value as NodeJS.Timeout;
  expect(timer).toBeDefined();
  server.close();
  await once(server, 'close');
  expect(stops).toHaveBeenCalledWith(timer);
  jest.restoreAllMocks();
});
