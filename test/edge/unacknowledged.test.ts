// What the system tells of bytes that peers have not acknowledged. Source: Linux,
// Documentation/networking/proc_net_tcp.rst, whose example is the first row here.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readlink, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseTcpRow, readUnacknowledged } from '../../gateway/edge/unacknowledged.ts';

const V4 =
  '  46: 010310AC:9C4C 030310AC:1770 01 00000150:00000000 01:00000019 00000000  1000        0 54165785 4 cd1e6040 25 4 27 3 -1';
const V6 =
  '   3: 0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF00000100007F:D2A4 01 003C7600:0000001F 04:00000A1B 00000003     0        3 3947 2 00000000ab12cd34 20 0 0 10 -1';

describe('a row of the table', () => {
  test.each([
    ['IPv4', V4, { inode: '54165785', bytes: 336 }],
    ['IPv6', V6, { inode: '3947', bytes: 3_962_368 }],
    ['with spaces behind it', `${V4}      `, { inode: '54165785', bytes: 336 }],
    ['that ends with the inode', V4.slice(0, V4.indexOf(' 4 cd1e')), { inode: '54165785', bytes: 336 }],
    ['of a six-digit number', V4.replace('  46', '123456'), { inode: '54165785', bytes: 336 }],
    ['of the most bytes', V4.replace('00000150', 'FFFFFFFF'), { inode: '54165785', bytes: 4_294_967_295 }],
    ['of a socket that is closed', V4.replace('54165785', '0'), { inode: '0', bytes: 336 }],
  ])('%s', (_name, line, row) => {
    expect(parseTcpRow(line)).toEqual(row);
  });

  test.each([
    [
      'the heading',
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    ],
    ['nothing', ''],
    ['cut off within the inode’s column', V4.slice(0, V4.indexOf('54165785'))],
    ['cut off before', V4.slice(0, 60)],
    ['its end alone', V4.slice(40)],
    ['other digits', V4.replace('00000150', '0000015G')],
    ['an inode that is no number', V4.replace('54165785', '5416x785')],
    ['a column more', V4.replace(' 1000 ', ' 1000 7 x ')],
    ['very many spaces', `${' '.repeat(100_000)}x`],
  ])('none: %s', (_name, line) => {
    expect(parseTcpRow(line)).toBeUndefined();
  });
});

/** Larger than what the system takes of a peer that reads nothing. */
const WHOLE = Buffer.alloc(16 * 1024 * 1024);

interface Pair {
  readonly served: Socket;
  readonly client: Socket;
}

const servers: Server[] = [];
async function connectTo(host: string): Promise<Pair> {
  const server = createServer();
  servers.push(server);
  server.listen(0, host);
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, host);
  client.on('error', () => {});
  client.pause();
  const [served] = (await once(server, 'connection')) as [Socket];
  served.on('error', () => {});
  return { served, client };
}

function close({ served, client }: Pair): void {
  served.destroy();
  client.destroy();
}

afterAll(() => {
  for (const server of servers) server.close();
});

async function bytesOf(socket: Socket, tables?: readonly string[]): Promise<number | undefined> {
  return (await readUnacknowledged([socket], tables)).get(socket);
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 10));
}

const hasTables = existsSync('/proc/net/tcp') && existsSync('/proc/self/fd');
const onLinux = hasTables ? describe : describe.skip;

onLinux(`connections of this system${hasTables ? '' : ' (skipped: it has no /proc/net/tcp)'}`, () => {
  const hosts = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const hasIpv6 = hosts.some(({ address }) => address === '::1');
  test.each([['IPv4', '127.0.0.1'], ...(hasIpv6 ? [['IPv6', '::1']] : [])])(
    '%s: more while nothing is read, nothing once all of it is',
    async (_name, host = '') => {
      const pair = await connectTo(host);
      expect(await bytesOf(pair.served)).toBe(0);
      pair.served.write(WHOLE);
      await until(async () => ((await bytesOf(pair.served)) ?? 0) > 0);
      pair.client.resume();
      await until(async () => pair.client.bytesRead === WHOLE.length);
      await until(async () => (await bytesOf(pair.served)) === 0);
      close(pair);
    },
  );

  test('each has its own', async () => {
    const [full, empty] = [await connectTo('127.0.0.1'), await connectTo('127.0.0.1')];
    full.served.write(WHOLE);
    await until(async () => ((await bytesOf(full.served)) ?? 0) > 0);
    const found = await readUnacknowledged([empty.served, full.served]);
    expect(found.get(empty.served)).toBe(0);
    expect(found.get(full.served)).toBeGreaterThan(0);
    close(full);
    close(empty);
  });

  test('nothing of one that is closed, or was never open', async () => {
    const pair = await connectTo('127.0.0.1');
    close(pair);
    expect((await readUnacknowledged([pair.served, new Socket()])).size).toBe(0);
  });
});

onLinux(`tables${hasTables ? '' : ' (skipped: sockets have no inode in /proc/self/fd)'}`, () => {
  let folder: string;
  let pair: Pair;
  let row: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tcp-'));
    pair = await connectTo('127.0.0.1');
    const { fd } = Reflect.get(pair.served, '_handle') as { fd: number };
    const inode = (await readlink(`/proc/self/fd/${fd}`)).replace(/\D/g, '');
    row = V4.replace('54165785', inode);
  });
  afterAll(async () => {
    close(pair);
    await rm(folder, { recursive: true });
  });

  async function table(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }

  test('a row behind very many', async () => {
    const path = await table('long', `${`${V6}\n`.repeat(20_000)}${row}\n`);
    expect(await bytesOf(pair.served, [path])).toBe(336);
  });

  test('the second, where the first does not exist', async () => {
    const path = await table('second', `heading\n${row}\n`);
    expect(await bytesOf(pair.served, [join(folder, 'none'), path])).toBe(336);
  });

  test.each([
    ['does not exist', () => join(folder, 'none')],
    ['is a folder', () => folder],
    ['is one line without end', () => table('endless', 'x'.repeat(3_000_000) + row)],
    ['ends within the row', () => table('cut', row)],
    ['has it behind 32 MiB', () => table('huge', `${`${V6}\n`.repeat(220_000)}${row}\n`)],
  ])('nothing, if it %s', async (_name, path) => {
    expect(await bytesOf(pair.served, [await path()])).toBeUndefined();
  });
});
