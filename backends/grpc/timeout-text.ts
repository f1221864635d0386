// The time that is left, as `grpc-timeout` has it: at most eight digits and a unit. Source: gRPC over HTTP/2, "Timeout".

const MAX_DIGITS = 99_999_999;
const UNITS = [
  ['m', 1],
  ['S', 1_000],
  ['M', 60_000],
  ['H', 3_600_000],
] as const;

/** Rounded up, so that the upstream never gives up before we do; the most there is to say for more. */
export function timeoutText(milliseconds: number): string {
  for (const [unit, size] of UNITS) {
    const count = Math.max(1, Math.ceil(milliseconds / size));
    if (count <= MAX_DIGITS) return `${count}${unit}`;
  }
  return `${MAX_DIGITS}H`;
}
