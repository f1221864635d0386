// A conversation in which nobody speaks ends (docs/rest.md, "Deadlines"): as its client sees it, and its upstream.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { GrpcMockServer } from '../../upstream-mocks/grpc/grpc-mock.ts';
import { startInventory } from '../../upstream-mocks/inventory/inventory.ts';
import { demoService, startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { converse } from './websocket-client.ts';

const TRACK = 'inventory.v1.InventoryService/TrackStock';
const RECORD = 'inventory.v1.InventoryService/RecordMovements';
const WATCH = 'inventory.v1.InventoryService/WatchStock';
const QUESTION = { message: { bookId: 'books/b1' } };
const HANG = { 'x-mock-hang': 'true' };

const CLIENT_WAS_SILENT = {
  status: expect.objectContaining({
    type: 'urn:dragoman:problem:request-timeout',
    status: 408,
    code: 'DEADLINE_EXCEEDED',
    detail: 'the client was silent for 0.2 seconds',
  }),
};
const STREAM_WAS_SILENT = {
  status: expect.objectContaining({
    type: 'urn:dragoman:problem:deadline-exceeded',
    status: 504,
    code: 'DEADLINE_EXCEEDED',
    detail: 'the stream was silent for 0.2 seconds',
  }),
};

let inventory: GrpcMockServer;
let gateway: TestGateway;
beforeAll(async () => {
  inventory = await startInventory({ port: 0 });
  gateway = await startTestGateway([demoService('inventory', inventory.url, { streamIdleMs: 200 })]);
});
afterAll(async () => {
  await gateway.close();
  await inventory.close();
});
beforeEach(() => inventory.resetCounts());

describe('a client that is awaited and says nothing is told so and given up', () => {
  test.each([
    ['from the start of a bidirectional stream', TRACK],
    ['from the start of a client stream', RECORD],
    ['instead of the one message of a server stream', WATCH],
  ])('%s', async (_name, method) => {
    const { hearAll, closed } = await converse(gateway.publicUrl, `/${method}`);
    expect(await hearAll()).toEqual([CLIENT_WAS_SILENT]);
    expect(await closed).toBe(1000);
  });

  test('after a message of a client stream, which is cancelled upstream', async () => {
    const cancelled = inventory.waitForCancel(RECORD);
    const { say, hearAll } = await converse(gateway.publicUrl, `/${RECORD}`);
    say({ message: { bookId: 'books/b1', change: 1 } });
    expect(await hearAll()).toEqual([CLIENT_WAS_SILENT]);
    await cancelled;
  });

  test('after the answer to its message, and is cancelled upstream', async () => {
    const cancelled = inventory.waitForCancel(TRACK);
    const { say, hearAll } = await converse(gateway.publicUrl, `/${TRACK}`);
    say(QUESTION);
    expect(await hearAll()).toEqual([
      { message: expect.objectContaining({ bookId: 'books/b1' }) },
      CLIENT_WAS_SILENT,
    ]);
    await cancelled;
  });

  test('though it answers pings and sends some', async () => {
    const { socket, hearAll } = await converse(gateway.publicUrl, `/${TRACK}`);
    const pinging = setInterval(() => socket.ping(), 20);
    expect(await hearAll()).toEqual([CLIENT_WAS_SILENT]);
    clearInterval(pinging);
  });
});

describe('a client that has said all is not silent, but its upstream may be', () => {
  test.each([
    ['of a bidirectional stream', TRACK],
    ['of a client stream', RECORD],
  ])('%s', async (_name, method) => {
    const cancelled = inventory.waitForCancel(method);
    const { say, hearAll } = await converse(gateway.publicUrl, `/${method}`, HANG);
    say(QUESTION);
    say({ end: true });
    expect(await hearAll()).toEqual([STREAM_WAS_SILENT]);
    await cancelled;
  });

  test('of a server stream, by its one message', async () => {
    const { say, hearAll } = await converse(gateway.publicUrl, `/${WATCH}`, HANG);
    say(QUESTION);
    expect(await hearAll()).toEqual([STREAM_WAS_SILENT]);
  });
});
