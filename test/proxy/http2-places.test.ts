// `upstream.concurrency` counts requests until the last byte of their answers: upstreams are not given more at a time
// while bodies go on, and each place is given back once, whichever way its answer ends.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { constants } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAuthority } from '../harness/certificates.ts';
import { begin, open, send } from '../harness/http-client.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { startHttp2Upstream } from './http2-upstream.ts';
import { proxyService } from './upstream.ts';

const PLACES = 2;
/** Answered at once. */
const PROBE = '/probe';

/** A request as the upstream has it. Whatever is done to it, the upstream no longer has it from then on. */
interface Held {
  /** Sends the head and some of the body. */
  begin(): void;
  end(): void;
  reset(): void;
  lose(): void;
  /** The client does something. */
  forget(): void;
}

interface HoldingUpstream {
  readonly url: string;
  next(): Promise<Held>;
  /** That it had at a time. */
  most(): number;
  close(): Promise<unknown>;
}

function holder(): { readonly arrived: (arrival: Omit<Held, 'forget'>) => void } & Pick<
  HoldingUpstream,
  'next' | 'most'
> {
  const held = new Set<Held>();
  const unasked: Held[] = [];
  const asking: ((one: Held) => void)[] = [];
  let most = 0;
  return {
    arrived: (arrival) => {
      const without = (act: () => void) => () => {
        held.delete(one);
        act();
      };
      const one: Held = {
        begin: () => arrival.begin(),
        end: without(() => arrival.end()),
        reset: without(() => arrival.reset()),
        lose: () => {
          // All go with their connection.
          held.clear();
          arrival.lose();
        },
        forget: without(() => {}),
      };
      held.add(one);
      most = Math.max(most, held.size);
      const ask = asking.shift();
      if (ask === undefined) unasked.push(one);
      else ask(one);
    },
    next: () => {
      const one = unasked.shift();
      return one === undefined ? new Promise((resolve) => asking.push(resolve)) : Promise.resolve(one);
    },
    most: () => most,
  };
}

async function startHttp1(): Promise<HoldingUpstream> {
  const { arrived, ...rest } = holder();
  const server = createServer((request, response) => {
    if (request.url === PROBE) {
      response.end();
      return;
    }
    const lose = (): void => void response.socket?.destroy();
    arrived({
      begin: () => void response.write('some'),
      end: () => void response.end('more'),
      reset: lose,
      lose,
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { ...rest, url, close };
}

const authority = createAuthority();

async function startHttp2(hasTls: boolean): Promise<HoldingUpstream> {
  const { arrived, ...rest } = holder();
  const upstream = await startHttp2Upstream(hasTls ? { certificate: authority.issue(['127.0.0.1']) } : {});
  upstream.answer((stream, headers) => {
    if (headers[':path'] === PROBE) {
      stream.respond({ ':status': 200 }, { endStream: true });
      return;
    }
    arrived({
      begin: () => {
        stream.respond({ ':status': 200 });
        stream.write('some');
      },
      end: () => void stream.end('more'),
      reset: () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
      lose: () => stream.session?.destroy(),
    });
  });
  return { ...rest, url: upstream.url, close: upstream.close };
}

describe.each<[string, () => Promise<HoldingUpstream>, { readonly http2?: boolean }]>([
  ['HTTP/1.1', startHttp1, {}],
  ['HTTP/2', () => startHttp2(false), { http2: true }],
  ['HTTP/2 with TLS', () => startHttp2(true), {}],
])('over %s', (_name, start, version) => {
  let upstream: HoldingUpstream;
  let gateway: TestGateway;
  beforeAll(async () => {
    upstream = await start();
    const { url } = upstream;
    const settings = { targets: [{ url }], tls: { ca: authority.cert } };
    gateway = await startTestGateway([
      proxyService(url, { upstream: { ...settings, http: { ...version, concurrency: PLACES } } }),
      // With places of its own.
      proxyService(url, { name: 'probed', prefix: '/q', upstream: { ...settings, http: version } }),
    ]);
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const request = (headers = {}): ReturnType<typeof begin> =>
    begin(gateway.publicUrl, { path: '/p/a', headers });

  /** Eight at once, of which each goes on until the test ends it. */
  const expectPlaces = async (): Promise<void> => {
    const answers = Array.from({ length: 8 }, () => open(gateway.publicUrl, { path: '/p/a' }));
    for (let served = 0; served < answers.length; served += PLACES) {
      const holding = [await upstream.next(), await upstream.next()];
      for (const one of holding) one.begin();
      const begun = await first(answers, served + PLACES);
      expect(begun.map(({ status }) => status)).toEqual(Array(served + PLACES).fill(200));
      // Who were let in behind these heads would be with the upstream before the probe.
      await send(gateway.publicUrl, { path: `/q${PROBE}` });
      expect(upstream.most()).toBe(PLACES);
      for (const one of holding) one.end();
    }
    const texts = (await Promise.all(answers)).map(async ({ body }) =>
      Buffer.concat(await body.toArray()).toString(),
    );
    expect(await Promise.all(texts)).toEqual(Array(8).fill('somemore'));
    expect(upstream.most()).toBe(PLACES);
  };

  test('no more are with the upstream than may be, however long their bodies last', () => expectPlaces());

  test.each<[string, (first: Held, client: ReturnType<typeof begin>) => unknown, boolean]>([
    ['its body ends', (held) => held.end(), true],
    ['the upstream breaks it off', (held) => held.reset(), true],
    ['the connection is lost', (held) => held.lose(), true],
    [
      'the client leaves amid the body',
      async (held, client) => {
        held.forget();
        (await client.answered).leave();
      },
      true,
    ],
    [
      'the client leaves before the head',
      (held, client) => {
        held.forget();
        client.leave();
      },
      false,
    ],
  ])('a place is given back, once, when %s', async (_way, act, hasHead) => {
    for (let round = 0; round < 3; round++) {
      const client = request();
      const held = await upstream.next();
      if (hasHead) {
        held.begin();
        // Whole, or cut; neither is looked at here.
        (await client.answered).body.on('error', () => {}).resume();
      }
      await act(held, client);
    }
    await expectPlaces();
  });

  test('a place is given back, once, when the time for the head is over', async () => {
    for (let round = 0; round < 3; round++) {
      const client = request({ 'grpc-timeout': '200m' });
      (await upstream.next()).forget();
      expect((await client.answered).status).toBe(504);
    }
    await expectPlaces();
  });
});

/** As many as have been answered, whichever they are, once they are `count`. */
function first<T>(promises: readonly Promise<T>[], count: number): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const values: T[] = [];
    for (const promise of promises) {
      promise.then((value) => {
        values.push(value);
        if (values.length === count) resolve([...values]);
      }, reject);
    }
  });
}
