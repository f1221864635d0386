// The messages of library.v1 as proto-loader reads and gives them: absent fields are absent.
import type { PageRequest } from '../grpc/requests.ts';
import type { Duration, Money, StructValue, Timestamp } from '../seed/values.ts';

export type BookFormat =
  | 'BOOK_FORMAT_UNSPECIFIED'
  | 'BOOK_FORMAT_HARDCOVER'
  | 'BOOK_FORMAT_PAPERBACK'
  | 'BOOK_FORMAT_EBOOK'
  | 'BOOK_FORMAT_AUDIOBOOK';

export interface Book {
  name?: string;
  title?: string;
  subtitle?: { value?: string };
  author?: string;
  related_books?: string[];
  isbn?: string;
  format?: BookFormat;
  other_formats?: BookFormat[];
  description?: string;
  publish_time?: Timestamp;
  page_count?: number;
  copies_sold?: string;
  rating?: number;
  price?: Money;
  audio_length?: Duration;
  cover_thumbnail?: Buffer;
  dimensions?: { height_mm?: number; width_mm?: number; weight_g?: number };
  labels?: Record<string, string>;
  attributes?: { fields?: Record<string, StructValue> };
  purchase?: { seller?: string; paid?: Money };
  donation?: { donor?: string; anonymous?: boolean };
  exchanged_with?: string;
  state?: 'STATE_UNSPECIFIED' | 'STATE_ACTIVE' | 'STATE_ARCHIVED';
  create_time?: Timestamp;
  update_time?: Timestamp;
}

export interface Author {
  name?: string;
  display_name?: string;
  birth_year?: number;
  biography?: string;
  pen_names?: string[];
}

export interface ListBooksRequest extends PageRequest {
  author?: string;
  format?: BookFormat;
  title_contains?: string;
}

export interface CreateBookRequest {
  book?: Book;
  book_id?: string;
}

export interface UpdateBookRequest {
  book?: Book;
  update_mask?: { paths?: string[] };
}

export interface WatchBooksRequest {
  count?: number;
  interval?: Duration;
}
