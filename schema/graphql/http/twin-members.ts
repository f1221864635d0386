// Alternatives that have the same name, since their titles or constants are the same, are one object to clients: what
// any of them may hold, and of a property that they describe differently, either.
import type { JsonSchema } from '../../../core/http-operation.ts';
import { emptyObject, type ObjectMeaning } from './schema-look.ts';

/** Promises what both promise. */
export function mergeTwins(one: ObjectMeaning, other: ObjectMeaning): ObjectMeaning {
  const properties = new Map(one.properties);
  for (const [name, schema] of other.properties) {
    const known = properties.get(name);
    properties.set(name, known === undefined ? schema : either(known, schema));
  }
  return {
    properties,
    required: new Set([...one.required].filter((name) => other.required.has(name))),
    hasOthers: one.hasOthers || other.hasOthers,
  };
}

const merged = new WeakSet<object>();

/** One list of all that it may be, however many twins there are. */
function either(known: JsonSchema, schema: JsonSchema): JsonSchema {
  const alternatives = alternativesOf(known);
  const text = JSON.stringify(schema);
  if (alternatives.some((one) => one === schema || JSON.stringify(one) === text)) return known;
  const both = emptyObject();
  both.anyOf = [...alternatives, schema];
  merged.add(both);
  return both;
}

function alternativesOf(schema: JsonSchema): readonly JsonSchema[] {
  const isMerged = typeof schema === 'object' && merged.has(schema);
  return isMerged && Array.isArray(schema.anyOf) ? (schema.anyOf as JsonSchema[]) : [schema];
}
