// Values of common message types, in the form proto-loader reads and gives.
import type { Random } from './random.ts';

export interface Timestamp {
  seconds: string;
  nanos: number;
}

/** google.protobuf.Duration. */
export interface Duration {
  seconds?: string;
  nanos?: number;
}

/** google.type.Money. */
export interface Money {
  currency_code: string;
  units: string;
  nanos: number;
}

/** google.protobuf.Value; its names are camelCase because proto-loader brings this file itself. */
export type StructValue =
  | { stringValue: string }
  | { numberValue: number }
  | { boolValue: boolean }
  | { nullValue: 'NULL_VALUE' }
  | { listValue: { values: StructValue[] } }
  | { structValue: { fields: Record<string, StructValue> } };

export function timestamp(seconds: number, nanos = 0): Timestamp {
  return { seconds: String(seconds), nanos };
}

/** The instant `clock` shows, a number of milliseconds as `Date.now` gives it. */
export function timestampOf(milliseconds: number): Timestamp {
  return timestamp(Math.floor(milliseconds / 1000), (milliseconds % 1000) * 1_000_000);
}

export function money(cents: number, currency = 'CHF'): Money {
  return {
    currency_code: currency,
    units: String(Math.trunc(cents / 100)),
    nanos: (cents % 100) * 10_000_000,
  };
}

/** The same as a number of cents, for sums. */
export function centsOf({ units, nanos }: Money): number {
  return Number(units) * 100 + Math.round(nanos / 10_000_000);
}

/** Milliseconds of a duration; fractions are kept. */
export function millisecondsOf({ seconds = '0', nanos = 0 }: Duration): number {
  return Number(seconds) * 1000 + nanos / 1_000_000;
}

/** `count` sentences of plain words. */
export function prose(random: Random, count: number): string {
  const subjects = [
    'A ferryman',
    'The last clerk',
    'Her brother',
    'A stranger',
    'The court',
    'Nobody',
  ] as const;
  const verbs = ['remembers', 'translates', 'hides', 'carries', 'forgets', 'sells'] as const;
  const objects = [
    'a sealed letter',
    'three languages',
    'the harbour',
    'an old debt',
    'the winter road',
  ] as const;
  return Array.from(
    { length: count },
    () => `${random.pick(subjects)} ${random.pick(verbs)} ${random.pick(objects)}.`,
  ).join(' ');
}
