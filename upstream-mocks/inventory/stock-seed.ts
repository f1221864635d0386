// The stock of every book of the library, as it is at every start.
import { createRandom, numbered } from '../seed/random.ts';
import { BOOK_COUNT, SEED_EPOCH_SECONDS } from '../seed/sizes.ts';
import { prose } from '../seed/values.ts';

/** inventory.v1.Stock; 64-bit integers are strings. */
export interface Stock {
  book_id: string;
  shelf: string;
  on_hand: number;
  reserved: number;
  handled_total: string;
  counted_at_ms: string;
  drift: number;
  note: string;
}

export function seedStock(): Stock[] {
  const random = createRandom(3);
  return numbered(BOOK_COUNT, (number) => {
    const onHand = number === 1 ? 12 : random.integer(0, 40);
    return {
      book_id: `books/b${number}`,
      shelf: `${random.pick(['A', 'B', 'C', 'D'])}-${String(random.integer(1, 40)).padStart(2, '0')}`,
      on_hand: onHand,
      reserved: random.integer(0, Math.min(onHand, 3)),
      // The largest uint64 for the second, which no JSON number holds and no adjustment fits.
      handled_total: number === 2 ? '18446744073709551615' : String(onHand + random.integer(0, 5000)),
      counted_at_ms: String((SEED_EPOCH_SECONDS + number * 60) * 1000),
      drift: random.integer(-3, 3),
      note: prose(random, 1),
    };
  });
}
