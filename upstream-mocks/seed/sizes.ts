// How much of everything there is at the start. Names run from 1: `books/b1` to `books/b300`.
export const BOOK_COUNT = 300;
export const AUTHOR_COUNT = 60;
export const USER_COUNT = 100;
export const ORDER_COUNT = 200;
export const REVIEW_COUNT = 500;

/** Instant from which all times of the seed are counted. */
export const SEED_EPOCH_SECONDS = Date.UTC(2024, 0, 1) / 1000;
