// The reviews as they are at every start.
import { createRandom, numbered } from '../seed/random.ts';
import { BOOK_COUNT, REVIEW_COUNT, SEED_EPOCH_SECONDS, USER_COUNT } from '../seed/sizes.ts';
import { prose } from '../seed/values.ts';

export const VERDICTS = ['recommended', 'mixed', 'not_recommended'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** The schema `Review` of reviews.openapi.yaml. */
export interface Review {
  id: string;
  book: string;
  user: string;
  stars: number;
  verdict: Verdict;
  title: string | null;
  text: string;
  createdAt: string;
  helpfulCount: number;
  editor: { name: string; remark: string | null } | null;
}

export function seedReviews(): Review[] {
  const random = createRandom(6);
  return numbered(REVIEW_COUNT, (number) => {
    const stars = number === 1 ? 5 : random.integer(1, 5);
    return {
      id: `r${number}`,
      // The first three are of the first book, so that it has some in every test.
      book: number <= 3 ? 'books/b1' : `books/b${random.integer(1, BOOK_COUNT)}`,
      user: number === 1 ? 'users/u1' : `users/u${random.integer(1, USER_COUNT)}`,
      stars,
      verdict: verdictOf(stars),
      title: number === 1 ? 'I missed my stop' : random.chance(0.5) ? 'Worth it' : null,
      text: prose(random, 2),
      createdAt: new Date((SEED_EPOCH_SECONDS + number * 5400) * 1000).toISOString(),
      helpfulCount: random.integer(0, 500),
      editor: random.chance(0.2) ? { name: 'Ada', remark: random.chance(0.5) ? 'shortened' : null } : null,
    };
  });
}

export function verdictOf(stars: number): Verdict {
  if (stars >= 4) return 'recommended';
  return stars === 3 ? 'mixed' : 'not_recommended';
}
