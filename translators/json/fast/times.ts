// Timestamp and Duration as ProtoJSON writes them. Source: google/protobuf/timestamp.proto, duration.proto.
import { writeAscii, writePadded2, writePadded9, writeUnsigned } from './json-output.ts';

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
const MIN_SECONDS = -62_135_596_800;
const MAX_SECONDS = 253_402_300_799;
const MAX_DURATION_SECONDS = 315_576_000_000;
const SECONDS_PER_DAY = 86_400;

/** What the writers return for a value that ProtoJSON cannot hold. */
export const OUT_OF_RANGE = -1;

export function writeTimestamp(to: Buffer, seconds: number, nanos: number, at: number): number {
  if (!(seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) || nanos < 0 || nanos > 999_999_999)
    return OUT_OF_RANGE;
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const second = seconds - days * SECONDS_PER_DAY;
  const { year, month, day } = civilDate(days);
  let o = at;
  to[o++] = 34;
  o = writePadded2(to, (year / 100) | 0, o);
  o = writePadded2(to, year % 100, o);
  to[o++] = 45;
  o = writePadded2(to, month, o);
  to[o++] = 45;
  o = writePadded2(to, day, o);
  to[o++] = 84;
  o = writePadded2(to, (second / 3600) | 0, o);
  to[o++] = 58;
  o = writePadded2(to, ((second / 60) | 0) % 60, o);
  to[o++] = 58;
  o = writePadded2(to, second % 60, o);
  o = writeFraction(to, nanos, o);
  to[o++] = 90;
  to[o++] = 34;
  return o;
}

export function writeDuration(to: Buffer, seconds: number, nanos: number, at: number): number {
  if (Math.abs(seconds) > MAX_DURATION_SECONDS || Math.abs(nanos) > 999_999_999) return OUT_OF_RANGE;
  if ((seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0)) return OUT_OF_RANGE;
  let o = at;
  to[o++] = 34;
  if (seconds < 0 || nanos < 0) to[o++] = 45;
  o = writeUnsigned(to, Math.abs(seconds), o);
  o = writeFraction(to, Math.abs(nanos), o);
  return writeAscii(to, 's"', o);
}

/** 0, 3, 6 or 9 digits: as few as hold the value. */
function writeFraction(to: Buffer, nanos: number, at: number): number {
  if (nanos === 0) return at;
  to[at] = 46;
  const end = writePadded9(to, nanos, at + 1);
  if (nanos % 1_000_000 === 0) return end - 6;
  return nanos % 1_000 === 0 ? end - 3 : end;
}

interface CivilDate {
  year: number;
  month: number;
  day: number;
}
/** Reused: a date lives only until its digits are written. */
const date: CivilDate = { year: 0, month: 0, day: 0 };

/** Proleptic Gregorian date of a day counted from 1970-01-01: whole 400-year eras, years that begin in March. */
function civilDate(days: number): CivilDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leaps = ((dayOfEra / 1_460) | 0) - ((dayOfEra / 36_524) | 0) + ((dayOfEra / 146_096) | 0);
  const yearOfEra = ((dayOfEra - leaps) / 365) | 0;
  const dayOfYear = dayOfEra - (yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0));
  const marchMonth = ((dayOfYear * 5 + 2) / 153) | 0;
  date.day = dayOfYear - (((marchMonth * 153 + 2) / 5) | 0) + 1;
  date.month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  date.year = era * 400 + yearOfEra + (date.month <= 2 ? 1 : 0);
  return date;
}
