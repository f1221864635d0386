// The orders as they are at every start.
import { createRandom, numbered } from '../seed/random.ts';
import { BOOK_COUNT, ORDER_COUNT, SEED_EPOCH_SECONDS, USER_COUNT } from '../seed/sizes.ts';
import { centsOf, type Money, money, prose, type Timestamp, timestamp } from '../seed/values.ts';

export type OrderState =
  | 'STATE_UNSPECIFIED'
  | 'STATE_PLACED'
  | 'STATE_PAID'
  | 'STATE_SENT'
  | 'STATE_CANCELLED';

export interface OrderLine {
  book?: string;
  quantity?: number;
  unit_price?: Money;
}

/** orders.v1.Order */
export interface Order {
  name?: string;
  customer?: string;
  lines?: OrderLine[];
  total?: Money;
  state?: OrderState;
  note?: string;
  create_time?: Timestamp;
  voucher_number?: string;
}

/** Written out rather than generated, because documents and tests quote it. */
const FIRST_LINES: readonly OrderLine[] = [
  { book: 'books/b1', quantity: 2, unit_price: money(2450) },
  { book: 'books/b3', quantity: 1, unit_price: money(1995) },
];

export function seedOrders(): Order[] {
  const random = createRandom(5);
  return numbered(ORDER_COUNT, (number) => {
    const lines =
      number === 1
        ? [...FIRST_LINES]
        : numbered(random.integer(1, 4), () => ({
            book: `books/b${random.integer(1, BOOK_COUNT)}`,
            quantity: random.integer(1, 5),
            unit_price: money(random.integer(500, 9999)),
          }));
    return {
      name: `orders/o${number}`,
      customer: number === 1 ? 'users/u1' : `users/u${random.integer(1, USER_COUNT)}`,
      lines,
      total: totalOf(lines),
      state:
        number === 1
          ? 'STATE_PLACED'
          : random.pick(['STATE_PLACED', 'STATE_PAID', 'STATE_SENT', 'STATE_CANCELLED']),
      note: prose(random, 1),
      create_time: timestamp(SEED_EPOCH_SECONDS + number * 7200),
      // Beyond every signed 64-bit integer.
      ...(random.chance(0.2) ? { voucher_number: String(2n ** 63n + BigInt(number)) } : {}),
    };
  });
}

export function totalOf(lines: readonly OrderLine[]): Money {
  const currency = lines[0]?.unit_price?.currency_code ?? 'CHF';
  const cents = lines.map(({ quantity = 0, unit_price: price }) => (price ? centsOf(price) * quantity : 0));
  return money(
    cents.reduce((sum, each) => sum + each, 0),
    currency,
  );
}
