// The library's books and authors as they are at every start.
import { createRandom, numbered, type Random } from '../seed/random.ts';
import { AUTHOR_COUNT, BOOK_COUNT, SEED_EPOCH_SECONDS } from '../seed/sizes.ts';
import { money, prose, timestamp } from '../seed/values.ts';
import type { Author, Book, BookFormat } from './messages.ts';

const FORMATS: readonly [BookFormat, ...BookFormat[]] = [
  'BOOK_FORMAT_HARDCOVER',
  'BOOK_FORMAT_PAPERBACK',
  'BOOK_FORMAT_EBOOK',
  'BOOK_FORMAT_AUDIOBOOK',
];

/** The smallest PNG there is: one transparent pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** Written out rather than generated, because documents and tests quote them. */
const WRITTEN: readonly Book[] = [
  {
    name: 'books/b1',
    title: 'The Interpreter at Court',
    subtitle: { value: 'A Life Between Languages' },
    author: 'authors/a1',
    related_books: ['books/b2', 'books/b4'],
    isbn: '9780000000019',
    format: 'BOOK_FORMAT_HARDCOVER',
    other_formats: ['BOOK_FORMAT_EBOOK', 'BOOK_FORMAT_AUDIOBOOK'],
    description: 'Nobody passes the gate without a reason. She hears them all.',
    publish_time: timestamp(-2_208_988_800),
    page_count: 320,
    // One more than 2^53: no JSON number holds it.
    copies_sold: '9007199254740993',
    rating: 4.5,
    price: money(2450),
    cover_thumbnail: PIXEL,
    dimensions: { height_mm: 210, width_mm: 135, weight_g: 412.5 },
    labels: { genre: 'history', shelf: 'A-01' },
    attributes: {
      fields: {
        signed: { boolValue: true },
        edition: { numberValue: 3 },
        printers: { listValue: { values: [{ stringValue: 'Basel' }, { stringValue: 'Leiden' }] } },
        errata: { nullValue: 'NULL_VALUE' },
      },
    },
    purchase: { seller: 'Harbour Books', paid: money(1999) },
    state: 'STATE_ACTIVE',
    create_time: timestamp(SEED_EPOCH_SECONDS),
    update_time: timestamp(SEED_EPOCH_SECONDS, 123_456_789),
  },
  // As little as a book can be: every other field is absent.
  { name: 'books/b2', title: 'Untold', author: 'authors/a2' },
  {
    name: 'books/b3',
    title: 'Die Brücke über den Fluß, 東京 🐉',
    subtitle: { value: '' },
    author: 'authors/a2',
    format: 'BOOK_FORMAT_AUDIOBOOK',
    description: 'Gelesen in drei Sprachen.',
    audio_length: { seconds: '34201', nanos: 500_000_000 },
    copies_sold: '-1',
    labels: { 'sprache/日本': 'ja', genre: 'roman' },
    donation: { donor: 'Frau Åström', anonymous: true },
    state: 'STATE_ARCHIVED',
    create_time: timestamp(SEED_EPOCH_SECONDS + 60),
    update_time: timestamp(SEED_EPOCH_SECONDS + 60),
  },
];

export function seedBooks(): Book[] {
  const random = createRandom(1);
  return numbered(
    BOOK_COUNT,
    (number) => structuredClone(WRITTEN[number - 1]) ?? generatedBook(number, random),
  );
}

export function seedAuthors(): Author[] {
  const random = createRandom(2);
  const given = ['Ada', 'Björn', 'Chiara', 'Dmitri', 'Efua', 'Farid', 'Grete', 'Hana'] as const;
  const family = ['Meier', 'Okafor', 'Lindqvist', 'Rossi', 'Tanaka', 'Haddad', 'Novák'] as const;
  return numbered(AUTHOR_COUNT, (number) => ({
    name: `authors/a${number}`,
    display_name: number === 1 ? 'Ines Dragomani' : `${random.pick(given)} ${random.pick(family)}`,
    ...(random.chance(0.8) ? { birth_year: random.integer(1850, 1995) } : {}),
    biography: prose(random, 2),
    pen_names: random.chance(0.3) ? [`${random.pick(given)} X.`] : [],
  }));
}

function generatedBook(number: number, random: Random): Book {
  const format = random.pick(FORMATS);
  const isAudio = format === 'BOOK_FORMAT_AUDIOBOOK';
  const created = timestamp(SEED_EPOCH_SECONDS + number * 3600);
  return {
    name: `books/b${number}`,
    title: titleOf(random),
    ...(random.chance(0.4) ? { subtitle: { value: 'A Novel' } } : {}),
    author: `authors/a${random.integer(1, AUTHOR_COUNT)}`,
    related_books: numbered(random.integer(0, 3), () => `books/b${random.integer(1, BOOK_COUNT)}`),
    isbn: `978${String(number).padStart(10, '0')}`,
    format,
    other_formats: random.chance(0.5) ? [random.pick(FORMATS)] : [],
    description: prose(random, 3),
    publish_time: timestamp(random.integer(-1_500_000_000, SEED_EPOCH_SECONDS)),
    ...(isAudio ? { audio_length: { seconds: String(random.integer(3600, 90_000)) } } : {}),
    ...(isAudio ? {} : { page_count: random.integer(40, 900) }),
    copies_sold: String(BigInt(random.integer(0, 2_000_000)) * (number % 50 === 0 ? 10n ** 12n : 1n)),
    rating: random.integer(10, 50) / 10,
    price: money(random.integer(500, 9999)),
    cover_thumbnail: PIXEL,
    ...(isAudio
      ? {}
      : { dimensions: { height_mm: random.integer(150, 300), width_mm: random.integer(100, 220) } }),
    labels: { genre: random.pick(['history', 'travel', 'crime', 'poetry']), shelf: `B-${number}` },
    ...acquisitionOf(random),
    state: random.chance(0.1) ? 'STATE_ARCHIVED' : 'STATE_ACTIVE',
    create_time: created,
    update_time: created,
  };
}

function acquisitionOf(random: Random): Pick<Book, 'purchase' | 'donation' | 'exchanged_with'> {
  switch (random.integer(0, 3)) {
    case 0:
      return { purchase: { seller: 'Harbour Books', paid: money(random.integer(300, 5000)) } };
    case 1:
      return { donation: { donor: 'A friend of the house', anonymous: random.chance(0.5) } };
    case 2:
      return { exchanged_with: 'Town library' };
    default:
      return {};
  }
}

function titleOf(random: Random): string {
  const adjective = random.pick(['Silent', 'Borrowed', 'Northern', 'Glass', 'Second', 'Crooked', 'Patient']);
  const noun = random.pick(['Harbour', 'Alphabet', 'Winter', 'Embassy', 'Orchard', 'Caravan', 'Ledger']);
  return random.chance(0.5) ? `The ${adjective} ${noun}` : `${adjective} ${noun}s`;
}
