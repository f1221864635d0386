// Exact integers from JSON number text. Source: ProtoJSON, "numeric types": `1e5` and `100000.0` are integers.
import { isJsonNumber } from '../../core/json-number.ts';

/** 2^64 has 20 digits; a longer integer is out of every range, so no exponent may make us build one. */
const MAX_DIGITS = 20;
const ZERO = 0x30;

/** The decimal digits of an integral JSON number, or undefined if it has a fraction, is no number, or is out of any range. */
export function exactInteger(text: string): string | undefined {
  if (!isJsonNumber(text)) return undefined;
  const sign = text.startsWith('-') ? '-' : '';
  const letter = Math.max(text.indexOf('e'), text.indexOf('E'));
  const [mantissa, exponentText] = letter < 0 ? [text, '0'] : [text.slice(0, letter), text.slice(letter + 1)];
  const [whole = '', fraction = ''] = mantissa.slice(sign.length).split('.');
  const digits = whole + fraction;
  // Trailing zeros are moved into the exponent, so that 10e-1 and 1.0 are the integer 1. Counted by hand: a
  // pattern that looks for zeros before the end takes quadratic time on a long row of them.
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === ZERO) end -= 1;
  if (end === 0) return '0';
  let start = 0;
  while (digits.charCodeAt(start) === ZERO) start += 1;
  const zeros = Number(exponentText) - fraction.length + (digits.length - end);
  if (zeros < 0 || end - start + zeros > MAX_DIGITS) return undefined;
  return sign + digits.slice(start, end) + '0'.repeat(zeros);
}
