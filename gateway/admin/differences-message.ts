// What clients find otherwise after a registration, as the admin API says it, and what the registrant wants of it.
import { GatewayError } from '../../core/error.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { ON_BREAKING, type OnBreaking, type PutOutcome } from '../../registry/registry-options.ts';

/** A registration of something else entirely differs in everything; nobody reads more. */
const MAX_LISTED = 1_000;

export function writeDifferences(differences: PutOutcome['differences']): JsonObject {
  const count = (severity: string): number => differences.filter((one) => one.severity === severity).length;
  return {
    differences: differences.slice(0, MAX_LISTED).map(({ seenIn, ...difference }) => ({
      ...difference,
      seenIn: [...seenIn],
    })),
    differenceCounts: { breaking: count('breaking'), dangerous: count('dangerous'), safe: count('safe') },
  };
}

/** @throws GatewayError `invalid_argument`. */
export function readOnBreaking(value: JsonValue | undefined): OnBreaking | undefined {
  if (value === undefined || value === '') return undefined;
  const known = ON_BREAKING.find((word) => word === value);
  if (known !== undefined) return known;
  const description = `must be one of ${ON_BREAKING.join(', ')}`;
  throw new GatewayError('invalid_argument', `onBreaking: ${description}`, {
    violations: [{ field: 'onBreaking', description }],
  });
}
