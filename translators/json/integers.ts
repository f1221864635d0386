// Exact integers from JSON number text. Source: ProtoJSON, "numeric types": `1e5` and `100000.0` are integers.

const NUMBER = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;
/** 2^64 has 20 digits; a longer integer is out of every range, so no exponent may make us build one. */
const MAX_DIGITS = 20;

/** The decimal digits of an integral JSON number, or undefined if it has a fraction, is no number, or is out of any range. */
export function exactInteger(text: string): string | undefined {
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = NUMBER.exec(text) ?? [];
  if (whole === '') return undefined;
  const exponent = Number(exponentText);
  // Trailing zeros are moved into the exponent, so that 10e-1 and 1.0 are the integer 1.
  const significant = (whole + fraction).replace(/^0+/, '').replace(/0+$/, '');
  if (significant === '') return '0';
  const droppedZeros = (whole + fraction).length - (whole + fraction).replace(/0+$/, '').length;
  const zeros = exponent - fraction.length + droppedZeros;
  if (zeros < 0 || significant.length + zeros > MAX_DIGITS) return undefined;
  return sign + significant + '0'.repeat(zeros);
}
