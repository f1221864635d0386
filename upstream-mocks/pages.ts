// Pages of a list and the tokens between them. A token is opaque to clients and bound to the filter it was made
// for, so that a client that changes the filter half-way is told so.

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

export interface Page<T> {
  readonly items: T[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

/** Which field is wrong, and how. */
export class PageError extends Error {
  override readonly name = 'PageError';
  readonly field: 'page_size' | 'page_token';

  constructor(field: 'page_size' | 'page_token', message: string) {
    super(message);
    this.field = field;
  }
}

export interface PageQuestion {
  readonly size: number | undefined;
  readonly token: string | undefined;
  /** Everything that decides which items are in the list; no secret. */
  readonly filter: object;
}

/** @throws PageError */
export function pageOf<T>(items: readonly T[], { size = 0, token = '', filter }: PageQuestion): Page<T> {
  if (size < 0) throw new PageError('page_size', 'must not be negative');
  const start = token === '' ? 0 : readToken(token, filter);
  const end = start + Math.min(size === 0 ? DEFAULT_PAGE_SIZE : size, MAX_PAGE_SIZE);
  return { items: items.slice(start, end), nextPageToken: end < items.length ? writeToken(end, filter) : '' };
}

function writeToken(start: number, filter: object): string {
  return Buffer.from(JSON.stringify([start, filter])).toString('base64url');
}

function readToken(token: string, filter: object): number {
  const text = Buffer.from(token, 'base64url').toString();
  const start = /^\[(\d{1,9}),/.exec(text)?.[1];
  if (start === undefined) throw new PageError('page_token', 'is none that this service gave out');
  if (writeToken(Number(start), filter) !== token) {
    throw new PageError('page_token', 'belongs to a list with another filter');
  }
  return Number(start);
}
