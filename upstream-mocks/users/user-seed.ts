// The users as they are at every start.
import { createRandom, numbered } from '../seed/random.ts';
import { SEED_EPOCH_SECONDS, USER_COUNT } from '../seed/sizes.ts';
import { prose, type Timestamp, timestamp } from '../seed/values.ts';

export type Membership =
  | 'MEMBERSHIP_UNSPECIFIED'
  | 'MEMBERSHIP_GUEST'
  | 'MEMBERSHIP_READER'
  | 'MEMBERSHIP_PATRON';

/** users.v1.User */
export interface User {
  name?: string;
  display_name?: string;
  email?: string;
  address?: { lines?: string[]; city?: string; postal_code?: string; region_code?: string };
  membership?: Membership;
  password?: string;
  about?: string;
  create_time?: Timestamp;
}

export function seedUsers(): User[] {
  const random = createRandom(4);
  const given = ['Anouk', 'Ben', 'Çelik', 'Dagny', 'Emil', 'Fatou', 'Gus'] as const;
  const family = ['Keller', 'Ngata', 'Ødegaard', 'Pereira', 'Quist', 'Rahman'] as const;
  return numbered(USER_COUNT, (number) => ({
    name: `users/u${number}`,
    display_name: number === 1 ? 'Anouk Keller' : `${random.pick(given)} ${random.pick(family)}`,
    email: `reader${number}@example.com`,
    ...(number === 1 || random.chance(0.7)
      ? {
          address: {
            lines: [`${random.integer(1, 99)} Harbour Street`],
            city: random.pick(['Basel', 'Genève', 'Łódź', 'Porto']),
            postal_code: String(random.integer(1000, 9999)),
            region_code: random.pick(['CH', 'PL', 'PT']),
          },
        }
      : {}),
    membership: random.pick(['MEMBERSHIP_GUEST', 'MEMBERSHIP_READER', 'MEMBERSHIP_PATRON']),
    password: `secret-${number}`,
    about: prose(random, 1),
    create_time: timestamp(SEED_EPOCH_SECONDS + number * 86_400),
  }));
}
