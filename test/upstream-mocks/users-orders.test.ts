// The demo users and orders, and that what orders refer to is there.

import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MockServer } from '../../upstream-mocks/mock-server.ts';
import { startOrders } from '../../upstream-mocks/orders/orders.ts';
import { startUsers } from '../../upstream-mocks/users/users.ts';
import { ServiceCalls } from './grpc-calls.ts';
import { statusDetails } from './status-details.ts';

let servers: MockServer[];
let users: ServiceCalls;
let orders: ServiceCalls;

beforeAll(async () => {
  const [userServer, orderServer] = await Promise.all([startUsers(), startOrders()]);
  servers = [userServer, orderServer];
  users = new ServiceCalls(userServer.url, 'users/v1/users.proto', 'users.v1.UserService');
  orders = new ServiceCalls(orderServer.url, 'orders/v1/orders.proto', 'orders.v1.OrderService');
});

afterAll(async () => {
  users.close();
  orders.close();
  await Promise.all(servers.map((server) => server.close()));
});

describe('users', () => {
  test('a password is taken but never shown', async () => {
    const user = { display_name: 'Eve', email: 'eve@example.com', password: 'hunter2' };
    const { reply } = await users.unary('CreateUser', { user, user_id: 'eve' });
    expect(reply).toMatchObject({ name: 'users/eve', display_name: 'Eve', email: 'eve@example.com' });
    const { reply: all } = await users.unary('ListUsers', { page_size: 1000 });
    const shown = [reply, ...all.users, (await users.unary('GetUser', { name: 'users/eve' })).reply];
    expect(shown).toHaveLength(103);
    expect(shown.filter((each) => 'password' in each)).toEqual([]);
  });

  test('an email address belongs to one user only', async () => {
    const { error } = await users.unary('CreateUser', {
      user: { display_name: 'Second', email: 'reader1@example.com' },
    });
    expect(error?.code).toBe(status.ALREADY_EXISTS);
    expect(statusDetails(error?.metadata)?.details[0]?.value).toMatchObject({ reason: 'EMAIL_TAKEN' });
  });

  test('a nested field can be changed alone', async () => {
    const before = await users.unary('GetUser', { name: 'users/u1' });
    const { reply } = await users.unary('UpdateUser', {
      user: { name: 'users/u1', address: { city: 'Bern' } },
      update_mask: { paths: ['address.city'] },
    });
    expect(reply).toEqual({ ...before.reply, address: { ...before.reply.address, city: 'Bern' } });
  });

  test('a list filters by membership', async () => {
    const { reply } = await users.unary('ListUsers', { page_size: 1000, membership: 'MEMBERSHIP_PATRON' });
    const memberships = new Set(reply.users.map((user: { membership: string }) => user.membership));
    expect(memberships).toEqual(new Set(['MEMBERSHIP_PATRON']));
  });
});

describe('orders', () => {
  test('the first order is of the first user, with its total', async () => {
    const { reply } = await orders.unary('GetOrder', { name: 'orders/o1' });
    // 2 × 24.50 + 1 × 19.95
    expect(reply).toMatchObject({
      customer: 'users/u1',
      state: 'STATE_PLACED',
      total: { currency_code: 'CHF', units: '68', nanos: 950_000_000 },
    });
    expect(reply.lines.map((line: { book: string; quantity: number }) => [line.book, line.quantity])).toEqual(
      [
        ['books/b1', 2],
        ['books/b3', 1],
      ],
    );
  });

  test('every order refers to users that exist', async () => {
    const { reply } = await orders.unary('ListOrders', { page_size: 1000 });
    expect(reply.orders).toHaveLength(200);
    const customers = [...new Set<string>(reply.orders.map((order: { customer: string }) => order.customer))];
    const { error, reply: found } = await users.unary('BatchGetUsers', { names: customers });
    expect(error).toBeUndefined();
    expect(found.users).toHaveLength(customers.length);
  });

  test('some voucher numbers are beyond every signed 64-bit integer', async () => {
    const { reply } = await orders.unary('ListOrders', { page_size: 1000 });
    const numbers = reply.orders.flatMap((order: { voucher_number?: string }) => order.voucher_number ?? []);
    expect(numbers.length).toBeGreaterThan(10);
    expect(numbers.every((number: string) => BigInt(number) >= 2n ** 63n)).toBe(true);
  });

  test('a new order is priced and placed', async () => {
    const { reply } = await orders.unary('CreateOrder', {
      order: { customer: 'users/u2', lines: [{ book: 'books/b1', quantity: 3 }], state: 'STATE_SENT' },
    });
    expect(reply).toMatchObject({ state: 'STATE_PLACED', total: { currency_code: 'CHF', units: '45' } });
    const { reply: own } = await orders.unary('ListOrders', { customer: 'users/u2', page_size: 1000 });
    expect(own.orders.map((order: { name: string }) => order.name)).toContain(reply.name);
  });

  test('every wrong line of a new order is named by its place', async () => {
    const { error } = await orders.unary('CreateOrder', {
      order: { customer: 'users/u2', lines: [{ book: 'books/b1', quantity: 1 }, { quantity: 0 }] },
    });
    expect(error?.code).toBe(status.INVALID_ARGUMENT);
    expect(statusDetails(error?.metadata)?.details[0]?.value).toEqual({
      fieldViolations: [
        { field: 'order.lines[1].book', description: 'must be given' },
        { field: 'order.lines[1].quantity', description: 'must be at least 1' },
      ],
    });
  });

  test('an order is cancelled once, and then no more', async () => {
    const first = await orders.unary('CancelOrder', { name: 'orders/o1', reason: 'changed my mind' });
    const second = await orders.unary('CancelOrder', { name: 'orders/o1' });
    expect(first.reply.state).toBe('STATE_CANCELLED');
    expect(second.error?.code).toBe(status.FAILED_PRECONDITION);
    expect(statusDetails(second.error?.metadata)?.details.map(({ type }) => type)).toEqual([
      'google.rpc.ErrorInfo',
      'google.rpc.PreconditionFailure',
    ]);
  });
});
