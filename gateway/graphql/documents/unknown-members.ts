// Members of an aggregate's body that no variable is read from. Refused like unknown parameters: a slip of the pen would
// otherwise go unseen.
import type { Violation } from '../../../core/error.ts';
import type { JsonValue } from '../../../core/json.ts';
import type { VariableSource } from './variable-source.ts';

/** What may stand at a place: undefined is anything, a map only its names. */
type Known = ReadonlyMap<string, Known> | undefined;

const MOST = 20;

/** `sources` are those of all variables. At most 20 violations; none where a variable is the whole body. */
export function unknownMembers(
  sources: readonly VariableSource[],
  body: JsonValue | undefined,
): readonly Violation[] {
  const paths = sources.flatMap((source) => (source.kind === 'body' ? [source.names] : []));
  const violations: Violation[] = [];
  if (paths.length > 0) collect(body ?? null, knownOf(paths), [], violations);
  return violations.slice(0, MOST);
}

function knownOf(paths: readonly (readonly string[])[]): Known {
  if (paths.some(([name]) => name === undefined)) return undefined;
  const below = Map.groupBy(paths, ([name = '']) => name);
  return new Map([...below].map(([name, ofName]) => [name, knownOf(ofName.map(([, ...rest]) => rest))]));
}

function collect(
  value: JsonValue | undefined,
  known: Known,
  path: readonly string[],
  violations: Violation[],
): void {
  if (known === undefined || value === undefined || (value === null && path.length > 0)) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    violations.push({ field: path.join('.') || 'body', description: 'must be an object' });
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    if (violations.length > MOST) return;
    if (known.has(name)) collect(member, known.get(name), [...path, name], violations);
    else {
      const field = [...path, name.slice(0, 100)].join('.');
      violations.push({ field, description: 'there is no such field' });
    }
  }
}
