// The shortest number that reads back as a float, by its definition: of all with the fewest digits between the
// midpoints to its neighbours, the nearest. In whole numbers without bound, so that nothing is rounded; slow.

/** For a finite float other than zero. */
export function shortestByTrial(value: number): number {
  const bits = new Uint32Array(Float32Array.of(Math.abs(value)).buffer)[0] ?? 0;
  const biased = bits >>> 23;
  const fraction = BigInt(bits & 0x7f_ffff);
  const mantissa = biased === 0 ? fraction : fraction + 2n ** 23n;
  // In quarters of the last bit: the midpoint below is half as far at a power of two.
  const exponent = Math.max(biased, 1) - 127 - 23 - 2;
  const exact = mantissa * 4n;
  const low = exact - (fraction === 0n && biased > 1 ? 1n : 2n);
  const high = exact + 2n;
  const areEndsIn = mantissa % 2n === 0n;
  for (let digits = 1; ; digits += 1) {
    const found = nearestWithin({ low, exact, high, areEndsIn, exponent }, digits);
    if (found !== undefined) return Math.sign(value) * Number(found);
  }
}

interface Interval {
  readonly low: bigint;
  readonly exact: bigint;
  readonly high: bigint;
  readonly areEndsIn: boolean;
  /** All three count in 2 to this power. */
  readonly exponent: number;
}

function nearestWithin(
  { low, exact, high, areEndsIn, exponent }: Interval,
  digits: number,
): string | undefined {
  const magnitude = Math.floor(Math.log10(Number(exact)) + exponent * Math.log10(2));
  const unit = magnitude - digits + 1;
  // Both sides as whole numbers: times 10^-unit and 2^-exponent, where these are no fractions.
  const ofTen = 10n ** BigInt(Math.abs(unit));
  const ofTwo = 2n ** BigInt(Math.abs(exponent));
  const scale = (unit < 0 ? ofTen : 1n) * (exponent > 0 ? ofTwo : 1n);
  const step = (unit > 0 ? ofTen : 1n) * (exponent < 0 ? ofTwo : 1n);
  const below = (exact * scale) / step;
  const inside = [below, below + 1n].filter((candidate) => {
    const at = candidate * step;
    return areEndsIn ? at >= low * scale && at <= high * scale : at > low * scale && at < high * scale;
  });
  const distance = (candidate: bigint) => {
    const difference = candidate * step - exact * scale;
    return difference < 0n ? -difference : difference;
  };
  inside.sort((a, b) => {
    const difference = distance(a) - distance(b);
    // As near as the other: the even one.
    return difference === 0n ? Number((a % 2n) - (b % 2n)) : difference < 0n ? -1 : 1;
  });
  return inside[0] === undefined ? undefined : `${inside[0]}e${unit}`;
}
