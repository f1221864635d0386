// The orders: they refer to users and to books of other services, and know nothing more of them than the names.
import { status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { Collection } from '../grpc/collection.ts';
import { errorInfo, preconditionFailure } from '../grpc/details.ts';
import { type GrpcMockServer, startGrpcMock } from '../grpc/grpc-mock.ts';
import { type HandlerContext, unary } from '../grpc/handlers.ts';
import { type ByName, type ByNames, type PageRequest, refuse, required } from '../grpc/requests.ts';
import { MockStatus } from '../grpc/status.ts';
import type { MockOptions } from '../mock-server.ts';
import { money, timestampOf } from '../seed/values.ts';
import { type Order, type OrderState, seedOrders, totalOf } from './order-seed.ts';

export const ORDERS_SERVICE = 'orders.v1.OrderService';

interface ListOrdersRequest extends PageRequest {
  customer?: string;
  state?: OrderState;
}

/** Price of a copy whose order names none. */
const LIST_PRICE = money(1500);

/** @throws ListenError */
export function startOrders(options: MockOptions = {}): Promise<GrpcMockServer> {
  return startGrpcMock(
    { name: 'orders', protoFile: 'orders/v1/orders.proto', service: ORDERS_SERVICE, handlers },
    options,
  );
}

function handlers(context: HandlerContext): UntypedServiceImplementation {
  const orders = new Collection<Order>(
    { type: 'orders.example.com/Order', prefix: 'orders', letter: 'o' },
    seedOrders(),
  );
  return {
    GetOrder: unary(context, ({ name }: ByName) => orders.get(name)),
    ListOrders: unary(context, (request: ListOrdersRequest) => {
      const { customer = '', state = 'STATE_UNSPECIFIED' } = request;
      const { items, nextPageToken } = orders.list(
        request,
        (order) =>
          (customer === '' || order.customer === customer) &&
          (state === 'STATE_UNSPECIFIED' || order.state === state),
      );
      return { orders: items, next_page_token: nextPageToken };
    }),
    BatchGetOrders: unary(context, ({ names }: ByNames) => ({ orders: orders.batchGet(names) })),
    CreateOrder: unary(context, ({ order = {} }: { order?: Order }) => createOrder(orders, order)),
    CancelOrder: unary(context, ({ name }: ByName) => cancelOrder(orders, name)),
  };
}

function createOrder(orders: Collection<Order>, order: Order): Order {
  const lines = order.lines ?? [];
  refuse([
    required('order.customer', order.customer),
    lines.length === 0 && { field: 'order.lines', description: 'must hold at least one line' },
    ...lines.flatMap(({ book, quantity = 0 }, index) => [
      required(`order.lines[${index}].book`, book),
      quantity < 1 && { field: `order.lines[${index}].quantity`, description: 'must be at least 1' },
    ]),
  ]);
  const priced = lines.map((line) => ({ ...line, unit_price: line.unit_price ?? LIST_PRICE }));
  const placed: Order = {
    ...order,
    lines: priced,
    total: totalOf(priced),
    state: 'STATE_PLACED',
    create_time: timestampOf(Date.now()),
  };
  return orders.add(placed, undefined);
}

function cancelOrder(orders: Collection<Order>, name: string | undefined): Order {
  const order = orders.get(name);
  if (order.state === 'STATE_SENT' || order.state === 'STATE_CANCELLED') {
    throw new MockStatus(status.FAILED_PRECONDITION, `${name} can no longer be cancelled`, {
      details: [
        errorInfo('ORDER_CLOSED', 'orders.example.com', { name: name ?? '', state: order.state }),
        preconditionFailure('ORDER_STATE', name ?? '', `the order is in ${order.state}`),
      ],
    });
  }
  return orders.replace({ ...order, state: 'STATE_CANCELLED' });
}
