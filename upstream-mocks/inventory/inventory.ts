// The inventory: an ordinary service without annotations. Every shape of call that gRPC has.
import { status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { errorInfo } from '../grpc/details.ts';
import { type GrpcMockServer, startGrpcMock } from '../grpc/grpc-mock.ts';
import { bidiStream, clientStream, type HandlerContext, serverStream, unary } from '../grpc/handlers.ts';
import { type PageRequest, refuse, required } from '../grpc/requests.ts';
import { MockStatus } from '../grpc/status.ts';
import { ticks } from '../grpc/ticks.ts';
import type { MockOptions } from '../mock-server.ts';
import { PageError, pageOf } from '../pages.ts';
import { type Stock, seedStock } from './stock-seed.ts';

export const INVENTORY_SERVICE = 'inventory.v1.InventoryService';

const DEFAULT_INTERVAL_MS = 200;
const MAX_INTERVAL_MS = 60_000;
const MAX_BATCH = 100;

interface ByBook {
  book_id?: string;
}

interface Movement extends ByBook {
  change?: number;
}

type StockByBook = Map<string, Stock>;

/** @throws ListenError */
export function startInventory(options: MockOptions = {}): Promise<GrpcMockServer> {
  return startGrpcMock(
    { name: 'inventory', protoFile: 'inventory/v1/inventory.proto', service: INVENTORY_SERVICE, handlers },
    options,
  );
}

function handlers(context: HandlerContext): UntypedServiceImplementation {
  const stock: StockByBook = new Map(seedStock().map((entry) => [entry.book_id, entry]));
  return {
    GetStock: unary(context, ({ book_id: id }: ByBook) => getStock(stock, id)),
    ListStock: unary(context, (request: PageRequest & { max_on_hand?: number }) => listStock(stock, request)),
    BatchGetStock: unary(context, ({ book_ids: ids = [] }: { book_ids?: string[] }) => {
      refuse([
        ids.length > MAX_BATCH && { field: 'book_ids', description: `must hold at most ${MAX_BATCH}` },
      ]);
      // Backwards and without those nobody knows: whoever matches by position will notice.
      return { stock: [...new Set(ids)].reverse().flatMap((id) => stock.get(id) ?? []) };
    }),
    AdjustStock: unary(context, (request: Movement) => adjustStock(stock, request)),
    WatchStock: serverStream(context, (request: ByBook & { count?: number; interval_ms?: number }, signal) =>
      watchStock(stock, request, signal),
    ),
    RecordMovements: clientStream(context, (movements: AsyncIterable<Movement>) =>
      recordMovements(stock, movements),
    ),
    TrackStock: bidiStream(context, async function* (questions: AsyncIterable<ByBook>) {
      for await (const { book_id: id } of questions) yield getStock(stock, id);
    }),
  };
}

function getStock(stock: StockByBook, id: string | undefined): Stock {
  refuse([required('book_id', id)]);
  const found = stock.get(id ?? '');
  if (found === undefined) {
    throw new MockStatus(status.NOT_FOUND, `there is no stock of ${id}`, {
      details: [errorInfo('STOCK_UNKNOWN', 'inventory.example.com', { book_id: id ?? '' })],
    });
  }
  return found;
}

function listStock(
  stock: StockByBook,
  { page_size: size, page_token: token, max_on_hand: most }: PageRequest & { max_on_hand?: number },
): object {
  const entries = [...stock.values()].filter((entry) => most === undefined || entry.on_hand <= most);
  try {
    const { items, nextPageToken } = pageOf(entries, { size, token, filter: { most } });
    return { stock: items, next_page_token: nextPageToken };
  } catch (error) {
    if (error instanceof PageError) refuse([{ field: error.field, description: error.message }]);
    throw error;
  }
}

function adjustStock(stock: StockByBook, { book_id: id, change = 0 }: Movement): Stock {
  const before = getStock(stock, id);
  const onHand = before.on_hand + change;
  if (onHand < before.reserved) {
    throw new MockStatus(status.FAILED_PRECONDITION, `${before.reserved} copies of ${id} are promised`, {
      details: [errorInfo('STOCK_RESERVED', 'inventory.example.com', { book_id: id ?? '' })],
    });
  }
  const handled = String(BigInt(before.handled_total) + BigInt(Math.abs(change)));
  const after = { ...before, on_hand: onHand, handled_total: handled, drift: before.drift + change };
  stock.set(before.book_id, after);
  return after;
}

async function* watchStock(
  stock: StockByBook,
  { book_id: id, count = 0, interval_ms: interval = 0 }: ByBook & { count?: number; interval_ms?: number },
  signal: AbortSignal,
): AsyncGenerator<Stock> {
  refuse([
    count < 0 && { field: 'count', description: 'must not be negative' },
    interval > MAX_INTERVAL_MS && { field: 'interval_ms', description: `must be at most ${MAX_INTERVAL_MS}` },
  ]);
  for await (const _tick of ticks(count, interval === 0 ? DEFAULT_INTERVAL_MS : interval, signal)) {
    yield getStock(stock, id);
  }
}

async function recordMovements(stock: StockByBook, movements: AsyncIterable<Movement>): Promise<object> {
  let recorded = 0;
  let refused = 0;
  let net = 0;
  for await (const movement of movements) {
    try {
      adjustStock(stock, movement);
      recorded += 1;
      net += movement.change ?? 0;
    } catch (error) {
      if (!(error instanceof MockStatus)) throw error;
      refused += 1;
    }
  }
  return { recorded, refused, net_change: net };
}
