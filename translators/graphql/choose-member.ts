// Which member of a union a JSON object is: what its discriminator says, or the one that it proves by what it holds
// (graphql reference, section 4). Of several that it could be by its words, those count whose types it fits.
import type { Constant, UnionChoice, UnionEvidence } from '../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { TypeFit } from './fits-type.ts';

/** Answers the object type; undefined if the value is none of the members, or could be several. */
export function memberChooser(
  { discriminator, members }: UnionChoice,
  fits: TypeFit,
): (value: JsonObject) => string | undefined {
  const named = namedMembers(discriminator?.members ?? [], members);
  const known = new Map(members.map((member) => [member, new Set(member.known)]));
  const rankOf = (value: JsonObject, possible: readonly UnionEvidence[]): readonly Ranked[] => {
    const fitting = possible.filter(({ type }) => fits(type, value));
    // The one that leaves the fewest properties unexplained, then the one that asks for most.
    return (fitting.length === 0 ? possible : fitting)
      .map((member) => ({ member, rest: unexplained(value, known.get(member) ?? new Set()) }))
      .sort((a, b) => a.rest - b.rest || weight(b.member) - weight(a.member));
  };
  const byEvidence = (value: JsonObject): string | undefined => {
    const possible = members.filter((member) => isProven(member, value));
    if (possible.length < 2) return possible[0]?.type;
    const [first, second] = rankOf(value, possible);
    const isTie =
      second !== undefined && first?.rest === second.rest && weight(first.member) === weight(second.member);
    return isTie ? undefined : first?.member.type;
  };
  return (value) => {
    const told =
      discriminator !== undefined && Object.hasOwn(value, discriminator.key)
        ? value[discriminator.key]
        : undefined;
    if (told === undefined) return byEvidence(value);
    const [only, ...others] = named.get(told) ?? [];
    if (only === undefined || others.length === 0) return only?.type;
    const possible = [only, ...others];
    const proven = possible.filter((member) => isProven(member, value));
    return rankOf(value, proven.length === 0 ? possible : proven)[0]?.member.type;
  };
}

interface Ranked {
  readonly member: UnionEvidence;
  readonly rest: number;
}

/** Several members may have the same value. */
function namedMembers(
  told: readonly (readonly [value: string, type: string])[],
  members: readonly UnionEvidence[],
): ReadonlyMap<JsonValue, readonly UnionEvidence[]> {
  const byType = new Map(members.map((member) => [member.type, member]));
  const named = new Map<JsonValue, UnionEvidence[]>();
  for (const [value, type] of told) {
    const member = byType.get(type);
    const known = named.get(value);
    if (member === undefined || known?.includes(member) === true) continue;
    if (known === undefined) named.set(value, [member]);
    else known.push(member);
  }
  return named;
}

function isProven({ required, constants }: UnionEvidence, value: JsonObject): boolean {
  return (
    required.every((key) => Object.hasOwn(value, key)) &&
    constants.every(([key, constant]: Constant) => Object.hasOwn(value, key) && value[key] === constant)
  );
}

function weight({ required, constants }: UnionEvidence): number {
  return required.length + constants.length;
}

function unexplained(value: JsonObject, known: ReadonlySet<string>): number {
  let count = 0;
  for (const key of Object.keys(value)) if (!known.has(key)) count += 1;
  return count;
}
