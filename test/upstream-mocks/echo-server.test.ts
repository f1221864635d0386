// The echo server: any descriptor set, every shape, raw bytes.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { create, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { collect } from './grpc-calls.ts';

const same = (bytes: Buffer) => bytes;
const bytes = (text: string) => Buffer.from(text);

let descriptors: Buffer;
let echo: EchoServer;
let client: Client;

beforeAll(async () => {
  const buf = createRequire(import.meta.url).resolve('@bufbuild/buf/bin/buf');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [buf, 'build', '--path', 'inventory', '--as-file-descriptor-set', '-o', '-'],
    { cwd: join(import.meta.dirname, '../../protos'), encoding: 'buffer' },
  );
  descriptors = stdout;
});

beforeEach(async () => {
  echo = await startEchoServer(descriptors);
  client = new Client(new URL(echo.url).host, credentials.createInsecure());
});

afterEach(async () => {
  client.close();
  await echo.close();
});

function unary(path: string, request: Buffer, metadata = new Metadata()): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest<Buffer, Buffer>(path, same, same, request, metadata, (error, reply) => {
      if (error === null && reply !== undefined) resolve(reply);
      else reject(error);
    });
  });
}

describe('every shape', () => {
  const stock = '/inventory.v1.InventoryService/';

  test('a unary method of another output type answers the empty message; the request is kept as it came', async () => {
    const metadata = new Metadata();
    metadata.set('x-team', 'one');
    metadata.set('x-raw-bin', Buffer.from([0, 255]));
    const reply = await unary(`${stock}GetStock`, bytes('not even protobuf'), metadata);
    expect(reply).toHaveLength(0);
    const [call] = echo.received();
    expect(call).toMatchObject({ path: `${stock}GetStock`, timeoutMs: null });
    expect(call?.requests).toEqual([bytes('not even protobuf')]);
    expect(call?.metadata).toMatchObject({ 'x-team': ['one'], 'x-raw-bin': ['AP8='] });
  });

  test('a server stream answers with the messages it was told', async () => {
    echo.replyWith(`${stock}WatchStock`, bytes('one'), bytes('two'));
    const call = client.makeServerStreamRequest<Buffer, Buffer>(`${stock}WatchStock`, same, same, bytes('q'));
    const { messages, status: end } = await collect(call);
    expect(messages).toEqual([bytes('one'), bytes('two')]);
    expect(end.code).toBe(status.OK);
    expect(echo.lastCall(`${stock}WatchStock`)?.requests).toEqual([bytes('q')]);
  });

  test('a client stream keeps every message and answers once', async () => {
    echo.replyWith(`${stock}RecordMovements`, bytes('done'));
    const reply = await new Promise((resolve) => {
      const call = client.makeClientStreamRequest<Buffer, Buffer>(
        `${stock}RecordMovements`,
        same,
        same,
        (_error, answer) => resolve(answer),
      );
      call.write(bytes('a'));
      call.write(bytes('b'));
      call.end();
    });
    expect(reply).toEqual(bytes('done'));
    expect(echo.lastCall(`${stock}RecordMovements`)?.requests).toEqual([bytes('a'), bytes('b')]);
  });

  test('a bidirectional stream answers every message', async () => {
    echo.replyWith(`${stock}TrackStock`, bytes('yes'));
    const call = client.makeBidiStreamRequest<Buffer, Buffer>(`${stock}TrackStock`, same, same);
    const outcome = collect(call);
    call.write(bytes('a'));
    call.write(bytes('b'));
    call.end();
    const { messages, status: end } = await outcome;
    expect(messages).toEqual([bytes('yes'), bytes('yes')]);
    expect(end.code).toBe(status.OK);
  });
});

test('a method whose output type is its input type sends the same bytes back', async () => {
  const { other, close } = await startSet([{ name: 'Same', inputType: '.t.M', outputType: '.t.M' }]);
  expect(await other('/t.S/Same', bytes('mirror'))).toEqual(bytes('mirror'));
  await close();
});

test('thousands of methods are served, each under its own path', async () => {
  const method = Array.from({ length: 15_000 }, (_, index) => ({
    name: `M${index}`,
    inputType: '.t.M',
    outputType: '.t.M',
  }));
  const { server, other, close } = await startSet(method);
  expect(server.methods).toHaveLength(15_000);
  expect(await other('/t.S/M14999', bytes('last'))).toEqual(bytes('last'));
  expect(server.received().map(({ path }) => path)).toEqual(['/t.S/M14999']);
  await close();
});

test('a reset forgets calls and replies', async () => {
  const path = '/inventory.v1.InventoryService/GetStock';
  echo.replyWith(path, bytes('told'));
  expect(await unary(path, bytes('q'))).toEqual(bytes('told'));
  echo.reset();
  expect(echo.received()).toEqual([]);
  expect(await unary(path, bytes('q'))).toHaveLength(0);
});

test('a method that is not in the set is UNIMPLEMENTED, and telling its reply is a mistake', async () => {
  await expect(unary('/inventory.v1.InventoryService/Nothing', bytes(''))).rejects.toMatchObject({
    code: status.UNIMPLEMENTED,
  });
  expect(() => echo.replyWith('GetStock', bytes(''))).toThrow('a path is /package.Service/Method');
});

/** A server of one service `t.S` with these methods, and a unary call to it. */
async function startSet(method: { name: string; inputType: string; outputType: string }[]) {
  const file = [
    { name: 't.proto', package: 't', messageType: [{ name: 'M' }], service: [{ name: 'S', method }] },
  ];
  const set = toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file }));
  const server = await startEchoServer(set);
  const own = new Client(new URL(server.url).host, credentials.createInsecure());
  const other = (path: string, request: Buffer) =>
    new Promise((resolve, reject) => {
      own.makeUnaryRequest<Buffer, Buffer>(path, same, same, request, (error, reply) =>
        error === null ? resolve(reply) : reject(error),
      );
    });
  const close = async () => {
    own.close();
    await server.close();
  };
  return { server, other, close };
}
