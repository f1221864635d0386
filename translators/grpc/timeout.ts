// The `grpc-timeout` header. Source: gRPC over HTTP/2, "Timeout": 1–8 digits and a unit.

const UNITS: ReadonlyMap<string, number> = new Map([
  ['H', 3_600_000],
  ['M', 60_000],
  ['S', 1_000],
  ['m', 1],
  ['u', 1e-3],
  ['n', 1e-6],
]);

/** Milliseconds, possibly fractional; undefined if the value is malformed. */
export function parseGrpcTimeout(value: string): number | undefined {
  const [, digits, unit] = /^([0-9]{1,8})([HMSmun])$/.exec(value) ?? [];
  const factor = unit === undefined ? undefined : UNITS.get(unit);
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
