// The number whose text is the shortest that still reads back as the same `float`: 0.1, where the nearest double says
// 0.10000000149011612. Six digits always survive 32 bits, and nine always suffice.
// Source: transcoding reference, section 6; fractions are as protobuf prints them in Go, Java and C++.

/** From here on numbers are written with an exponent. Below, no integer is shorter for having fewer digits that count. */
const FIRST_EXPONENT = 1e21;
const MIN_NORMAL = 2 ** -126;

const POWERS_OF_TEN = Float64Array.from({ length: 13 }, (_, exponent) => 10 ** exponent);

/** `value` is one that 32 bits hold, which NaN, the infinities and -0 are: they come back as they are. */
export function shortestFloat(value: number): number {
  const size = Math.abs(value);
  if (Number.isInteger(value) ? size < FIRST_EXPONENT : !Number.isFinite(value)) return value;
  const shortest = size >= 1e-4 && size < FIRST_EXPONENT ? byArithmetic(size) : byText(size);
  return value < 0 ? -shortest : shortest;
}

/**
 * Of what has a fraction, hence is below 2^23, and is not tiny. Exact: 24 bits times a power of ten up to 10^12 fit a double, and so does the
 * integer that the digits make. Of two that are as short the nearer is taken, of two as near the even one.
 */
function byArithmetic(size: number): number {
  // Six digits in all.
  let decimals = 9;
  for (let bound = 1e-3; bound <= size && decimals > 0; bound *= 10) decimals -= 1;
  for (let more = 0; more < 3; more += 1) {
    const power = POWERS_OF_TEN[decimals + more] as number;
    const scaled = size * power;
    const below = Math.floor(scaled);
    const rest = scaled - below;
    const isNearerAbove = rest > 0.5 || (rest === 0.5 && below % 2 === 1);
    const nearer = (isNearerAbove ? below + 1 : below) / power;
    if (Math.fround(nearer) === size) return nearer;
    // A power of two has its neighbour below at half the distance, so that only the farther one may read as it.
    const farther = (isNearerAbove ? below : below + 1) / power;
    if (Math.fround(farther) === size) return farther;
  }
  const power = POWERS_OF_TEN[decimals + 3] as number;
  return Math.round(size * power) / power;
}

/** Of all others. What is below the normal numbers has fewer bits, and may need fewer digits. */
function byText(size: number): number {
  for (let digits = size < MIN_NORMAL ? 1 : 6; digits < 9; digits += 1) {
    const nearer = Number(size.toPrecision(digits));
    if (Math.fround(nearer) === size) return nearer;
    // As above: of a power of two, the digits above may do where those below are nearer.
    const above = isPowerOfTwo(size) ? digitsAbove(size, digits) : nearer;
    if (Math.fround(above) === size) return above;
  }
  return Number(size.toPrecision(9));
}

function isPowerOfTwo(size: number): boolean {
  return Number.isInteger(Math.log2(size));
}

function digitsAbove(size: number, digits: number): number {
  const [mantissa = '', exponent = ''] = size.toExponential(digits - 1).split('e');
  const unit = Number(exponent) - digits + 1;
  return Number(`${Number(mantissa.replace('.', '')) + 1}e${unit}`);
}
