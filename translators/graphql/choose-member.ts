// Which member of a union a JSON object is: what its discriminator says, or the one that it proves by what it holds
// (graphql reference, section 4).
import type { Constant, UnionChoice, UnionEvidence } from '../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';

/** Answers the object type; undefined if the value is none of the members, or could be several. */
export function memberChooser({
  discriminator,
  members,
}: UnionChoice): (value: JsonObject) => string | undefined {
  const named = new Map<JsonValue, string>(discriminator?.members);
  const known = new Map(members.map((member) => [member, new Set(member.known)]));
  const byEvidence = (value: JsonObject): string | undefined => {
    const possible = members.filter((member) => isProven(member, value));
    if (possible.length < 2) return possible[0]?.type;
    // The one that leaves the fewest properties unexplained, then the one that asks for most.
    const ranked = possible
      .map((member) => ({ member, rest: unexplained(value, known.get(member) ?? new Set()) }))
      .sort((a, b) => a.rest - b.rest || weight(b.member) - weight(a.member));
    const [first, second] = ranked;
    const isTie =
      second !== undefined && first?.rest === second.rest && weight(first.member) === weight(second.member);
    return isTie ? undefined : first?.member.type;
  };
  return (value) => {
    const told =
      discriminator !== undefined && Object.hasOwn(value, discriminator.key)
        ? value[discriminator.key]
        : undefined;
    return told === undefined ? byEvidence(value) : named.get(told);
  };
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
