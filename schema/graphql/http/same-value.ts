// Whether parts of schemas say the same. To compare costs effort, as whatever strangers may have done again and again.
import type { JsonValue } from '../../../core/json.ts';
import type { Effort } from './effort.ts';

/** False also where there is no effort left to tell. */
export function isSameValue(one: JsonValue, other: JsonValue, effort: Effort): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length || !effort.spend(1 + names.length)) return false;
  const [a, b] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  return names.every((name) => {
    const [left, right] = [a.get(name), b.get(name)];
    return left !== undefined && right !== undefined && isSameValue(left, right, effort);
  });
}

/** Those of the first list that are in the second as well. */
export function commonValues(
  values: readonly JsonValue[],
  others: readonly JsonValue[],
  effort: Effort,
): JsonValue[] {
  const scalars = new Set(others.filter((other) => !isContainer(other)));
  const containers = others.filter(isContainer);
  return values.filter((value) =>
    isContainer(value) ? containers.some((other) => isSameValue(value, other, effort)) : scalars.has(value),
  );
}

function isContainer(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null;
}
