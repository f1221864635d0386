// Where the text of a JSON number ends, digit by digit. A pattern would do, but what a pattern may have to step back over
// lies on a stack of its own: once much else has been compiled, V8 compiles patterns without the trick that spares it, and
// a few mebibytes of digits then throw a RangeError.

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/** Behind the longest number (RFC 8259 section 6) that begins there; the place itself where none does. */
export function numberEnd(text: string, start: number): number {
  const first = text.charCodeAt(start) === MINUS ? start + 1 : start;
  let end = text.charCodeAt(first) === ZERO ? first + 1 : digitsEnd(text, first);
  if (end === first) return start;
  if (text.charCodeAt(end) === POINT) {
    const fraction = digitsEnd(text, end + 1);
    if (fraction > end + 1) end = fraction;
  }
  const letter = text[end];
  if (letter === 'e' || letter === 'E') {
    const sign = text[end + 1];
    const from = sign === '+' || sign === '-' ? end + 2 : end + 1;
    const exponent = digitsEnd(text, from);
    if (exponent > from) end = exponent;
  }
  return end;
}

/** True for the text of a JSON number: no sign "+", no leading zeros, no hexadecimal, no spaces. */
export function isJsonNumber(text: string): boolean {
  return text !== '' && numberEnd(text, 0) === text.length;
}

/** Decimal digits, with or without a minus before them; leading zeros are taken. */
export function isDecimalInteger(text: string): boolean {
  const first = text.charCodeAt(0) === MINUS ? 1 : 0;
  return text.length > first && digitsEnd(text, first) === text.length;
}

function digitsEnd(text: string, start: number): number {
  let at = start;
  while (text.charCodeAt(at) >= ZERO && text.charCodeAt(at) <= NINE) at += 1;
  return at;
}
