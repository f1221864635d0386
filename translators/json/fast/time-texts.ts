// Timestamp and Duration texts as clients write them as a rule: UTC with `Z`, at most nine digits of a fraction.
// Offsets and other rarities are left to the codec library.

export interface TimeParts {
  readonly seconds: number;
  readonly nanos: number;
}

const TIMESTAMP = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?Z$/;
const DURATION = /^(-?)(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,9}))?s$/;
const MAX_DURATION_SECONDS = 315_576_000_000;

/** Undefined for any other form, and for a date that no calendar has. */
export function readTimestampText(text: string): TimeParts | undefined {
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  // Date.UTC reads years below 100 as of the twentieth century, and rolls days over.
  if (year < 100 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined;
  if (day < 1 || day > daysIn(year, month)) return undefined;
  return { seconds: Date.UTC(year, month - 1, day, hour, minute, second) / 1000, nanos: nanosOf(match[7]) };
}

export function readDurationText(text: string): TimeParts | undefined {
  const [, sign, digits, fraction] = DURATION.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const seconds = Number(digits);
  const nanos = nanosOf(fraction);
  if (seconds > MAX_DURATION_SECONDS) return undefined;
  return sign === '-' ? { seconds: 0 - seconds, nanos: 0 - nanos } : { seconds, nanos };
}

function nanosOf(fraction: string | undefined): number {
  return fraction === undefined ? 0 : Number(fraction.padEnd(9, '0'));
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
}
