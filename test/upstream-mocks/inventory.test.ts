// The demo inventory: every shape of gRPC call, seen from an ordinary client.

import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startInventory } from '../../upstream-mocks/inventory/inventory.ts';
import type { MockServer } from '../../upstream-mocks/mock-server.ts';
import { collect, ServiceCalls } from './grpc-calls.ts';

let server: MockServer;
let inventory: ServiceCalls;

beforeAll(async () => {
  server = await startInventory();
  inventory = new ServiceCalls(server.url, 'inventory/v1/inventory.proto', 'inventory.v1.InventoryService');
});

afterAll(async () => {
  inventory.close();
  await server.close();
});

describe('unary', () => {
  test('every book of the library has stock, with 64-bit numbers to their very end', async () => {
    const first = await inventory.unary('GetStock', { book_id: 'books/b1' });
    const second = await inventory.unary('GetStock', { book_id: 'books/b2' });
    expect(first.reply).toMatchObject({ book_id: 'books/b1', on_hand: 12 });
    expect(second.reply.handled_total).toBe('18446744073709551615');
    const { reply } = await inventory.unary('ListStock', { page_size: 1000 });
    expect(reply.stock).toHaveLength(300);
  });

  test.each([
    ['unknown book', { book_id: 'books/none' }, status.NOT_FOUND, 'there is no stock of books/none'],
    ['missing book', {}, status.INVALID_ARGUMENT, 'book_id must be given'],
  ])('%s', async (_case, request, code, message) => {
    const { error } = await inventory.unary('GetStock', request);
    expect(error?.code).toBe(code);
    expect(error?.details).toBe(message);
  });

  test('a list filters by an optional number of which zero is a value', async () => {
    const { reply } = await inventory.unary('ListStock', { page_size: 1000, max_on_hand: 0 });
    expect(reply.stock.length).toBeGreaterThan(0);
    expect(reply.stock.every((entry: { on_hand?: number }) => (entry.on_hand ?? 0) === 0)).toBe(true);
  });

  test('a batch answers in another order and leaves out what nobody knows', async () => {
    const { reply } = await inventory.unary('BatchGetStock', {
      book_ids: ['books/b1', 'books/none', 'books/b5'],
    });
    expect(reply.stock.map((entry: { book_id: string }) => entry.book_id)).toEqual(['books/b5', 'books/b1']);
  });

  test('an adjustment changes the stock, but never below what is promised', async () => {
    const { reply } = await inventory.unary('AdjustStock', {
      book_id: 'books/b1',
      change: 3,
      reason: 'RETURNED',
    });
    expect(reply.on_hand).toBe(15);
    const { error } = await inventory.unary('AdjustStock', {
      book_id: 'books/b1',
      change: -16,
      reason: 'LOST',
    });
    expect(error?.code).toBe(status.FAILED_PRECONDITION);
  });
});

describe('streams', () => {
  test('a server stream sends as often as asked', async () => {
    const { messages, status: end } = await inventory.collect('WatchStock', {
      book_id: 'books/b7',
      count: 3,
      interval_ms: 1,
    });
    expect(end.code).toBe(status.OK);
    expect(messages.map((entry) => entry.book_id)).toEqual(['books/b7', 'books/b7', 'books/b7']);
  });

  test('a client stream is answered once, when the client has said all', async () => {
    const { call, outcome } = inventory.clientStream('RecordMovements');
    call.write({ book_id: 'books/b9', change: 5 });
    call.write({ book_id: 'books/none', change: 1 });
    call.write({ book_id: 'books/b9', change: 2 });
    call.end();
    expect((await outcome).reply).toEqual({ recorded: 2, refused: 1, net_change: '7' });
    expect(server.counts()['inventory.v1.InventoryService/RecordMovements']).toMatchObject({
      calls: 1,
      ok: 1,
      messagesReceived: 3,
      messagesSent: 1,
    });
  });

  test('a bidirectional stream answers every question before the next is asked', async () => {
    const call = inventory.bidiStream('TrackStock');
    const outcome = collect(call);
    const answered = (count: number) =>
      new Promise<void>((resolve) => {
        let seen = 0;
        call.on('data', () => {
          seen += 1;
          if (seen === count) resolve();
        });
      });
    const first = answered(1);
    call.write({ book_id: 'books/b3' });
    await first;
    call.write({ book_id: 'books/b4' });
    call.end();
    const { messages, status: end } = await outcome;
    expect(end.code).toBe(status.OK);
    expect(messages.map((entry) => entry.book_id)).toEqual(['books/b3', 'books/b4']);
  });

  test('a bidirectional stream fails at a question about nothing', async () => {
    const call = inventory.bidiStream('TrackStock');
    const outcome = collect(call);
    call.write({ book_id: 'books/none' });
    expect((await outcome).status.code).toBe(status.NOT_FOUND);
  });

  test('a client stream can be told to fail', async () => {
    const { call, outcome } = inventory.clientStream('RecordMovements', { 'x-mock-status': 'ABORTED' });
    call.write({ book_id: 'books/b9', change: 5 });
    expect((await outcome).error?.code).toBe(status.ABORTED);
  });

  test('a client that leaves a client stream is noticed', async () => {
    server.resetCounts();
    const { call, outcome } = inventory.clientStream('RecordMovements');
    call.write({ book_id: 'books/b9', change: 5 });
    await server.waitForCall('inventory.v1.InventoryService/RecordMovements');
    call.cancel();
    expect((await outcome).error?.code).toBe(status.CANCELLED);
    const counts = await server.waitForCancel('inventory.v1.InventoryService/RecordMovements');
    expect(counts).toMatchObject({ cancelled: 1, ok: 0, failed: 0 });
  });
});
