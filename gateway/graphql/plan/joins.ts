// The joined fields of a plan, answered in waves: the keys that one reply brings for a field are asked for all together,
// and what these answers bring in turn is the next wave. What is joined is written once the last wave is there.
import type { VariableValues } from 'graphql';
import type { JsonObject } from '../../../core/json.ts';
import { UnionMember } from '../../../translators/graphql/write.ts';
import type { RequestScope } from '../request-scope.ts';
import type { FieldPlan, JoinedPlan, ObjectPlan, ValuePlan } from './value-plan.ts';
import { hasJoins } from './value-plan.ts';
import type { WaveLoads } from './wave-loads.ts';

/** Per joined field, the value of each parent as graphql-js would be given it. */
export type JoinedResults = ReadonlyMap<FieldPlan, ReadonlyMap<JsonObject, unknown>>;

export interface JoinRun {
  readonly scope: RequestScope;
  readonly variables: VariableValues;
  readonly loads: WaveLoads;
}

/** All that is joined at or below a value. Never rejects: failures are values. */
export async function readJoins(plan: ValuePlan, value: unknown, run: JoinRun): Promise<JoinedResults> {
  const results = new Map<FieldPlan, Map<JsonObject, unknown>>();
  await readWave(plan, [value], run, results);
  return results;
}

async function readWave(
  plan: ValuePlan,
  values: Iterable<unknown>,
  run: JoinRun,
  results: Map<FieldPlan, Map<JsonObject, unknown>>,
): Promise<void> {
  const parents = new Map<FieldPlan, Set<JsonObject>>();
  for (const value of values) findParents(plan, value, parents);
  await Promise.all(
    [...parents].map(async ([field, ofField]) => {
      if (field.joined === undefined) return;
      const joined = await readField(field.joined, [...ofField], run);
      results.set(field, joined);
      // A slow field does not keep those below another waiting.
      if (hasJoins(field.value)) await readWave(field.value, joined.values(), run, results);
    }),
  );
}

async function readField(
  { join, selection, readArguments, readGiven, write, fail }: JoinedPlan,
  parents: readonly JsonObject[],
  { scope, variables, loads }: JoinRun,
): Promise<Map<JsonObject, unknown>> {
  const { requestId } = scope;
  const all = (make: (index: number) => unknown): Map<JsonObject, unknown> =>
    new Map(parents.map((parent, index) => [parent, make(index)]));
  let given: ReturnType<JoinedPlan['readArguments']>;
  try {
    given = readArguments(variables);
  } catch (thrown) {
    return all(() => thrown);
  }
  try {
    const outcomes = await loads.load({ join, parents, given: readGiven(given), selection });
    return all((index) => write(outcomes[index] ?? null, { requestId, given }));
  } catch (thrown) {
    return all(() => fail(thrown, { requestId, given }));
  }
}

/** Walks only where joined fields are. */
function findParents(plan: ValuePlan, value: unknown, found: Map<FieldPlan, Set<JsonObject>>): void {
  if (value === null || value === undefined || value instanceof Error) return;
  if (plan.kind === 'object') {
    findInObject(plan.object, value as JsonObject, found);
  } else if (plan.kind === 'union') {
    const member = value instanceof UnionMember ? plan.members.get(value.typeName) : undefined;
    if (member !== undefined) findInObject(member, (value as UnionMember).value, found);
  } else if (plan.kind === 'list' && Array.isArray(value)) {
    for (const item of value) findParents(plan.item, item, found);
  }
}

function findInObject(
  { joined, ways }: ObjectPlan,
  parent: JsonObject,
  found: Map<FieldPlan, Set<JsonObject>>,
): void {
  for (const field of joined) {
    const parents = found.get(field);
    if (parents === undefined) found.set(field, new Set([parent]));
    else parents.add(parent);
  }
  for (const field of ways) findParents(field.value, field.get(parent), found);
}
