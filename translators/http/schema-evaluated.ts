// Which members or items of a value the keywords of a schema have looked at, through all that applies to the same
// value: what is left is for unevaluatedProperties and unevaluatedItems. Asked only of values that pass; of what they
// would not pass nothing counts. Source: JSON Schema Core 2020-12, sections 7.7.1 and 11.
import type { JsonSchema } from '../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { patternOf } from './schema-patterns.ts';
import { isObject, isSchema } from './schema-values.ts';

/** What a check knows of schemas. */
export interface SchemaJudge {
  /** The schema that a `$ref` names. */
  target(schema: JsonObject): JsonSchema | undefined;
  /** Of `oneOf`, the alternative that a discriminator names. */
  chosen(schema: JsonObject, value: JsonValue): JsonSchema | undefined;
  passes(schema: JsonSchema, value: JsonValue, depth: number): boolean;
  /** Counts; throws where it has become too much. */
  step(depth: number): void;
}

/** Names of members, or numbers of items. */
export interface Evaluated {
  readonly known: Set<string | number>;
  isAll: boolean;
}

/** Without what the schema itself says of the rest. */
export function evaluatedBy(
  schema: JsonObject,
  value: JsonValue,
  depth: number,
  judge: SchemaJudge,
): Evaluated {
  const into: Evaluated = { known: new Set(), isAll: false };
  new Collector(judge, into, schema).collect(schema, value, depth);
  return into;
}

class Collector {
  readonly #judge: SchemaJudge;
  readonly #into: Evaluated;
  readonly #outer: JsonObject;

  constructor(judge: SchemaJudge, into: Evaluated, outer: JsonObject) {
    this.#judge = judge;
    this.#into = into;
    this.#outer = outer;
  }

  collect(schema: JsonSchema | undefined, value: JsonValue, depth: number): void {
    if (!isObject(schema) || this.#into.isAll) return;
    this.#judge.step(depth);
    if (Array.isArray(value)) this.#addItems(schema, value, depth);
    else if (isObject(value)) this.#addMembers(schema, value);
    for (const part of this.#applied(schema, value, depth + 1)) this.collect(part, value, depth + 1);
  }

  #addMembers(schema: JsonObject, value: JsonObject): void {
    const { properties, patternProperties, additionalProperties, unevaluatedProperties } = schema;
    if (isSchema(additionalProperties) || this.#takesRest(schema, unevaluatedProperties)) {
      this.#into.isAll = true;
      return;
    }
    const patterns = isObject(patternProperties) ? Object.keys(patternProperties) : [];
    for (const name of Object.keys(value)) {
      const isListed = isObject(properties) && Object.hasOwn(properties, name);
      // A pattern that is not checked might be any: nobody is refused for it.
      const isKnown = isListed || patterns.some((source) => patternOf(schema, source)?.test(name) !== false);
      if (isKnown) this.#into.known.add(name);
    }
  }

  #addItems(schema: JsonObject, value: readonly JsonValue[], depth: number): void {
    const { prefixItems, items, contains, unevaluatedItems } = schema;
    if (isSchema(items) || this.#takesRest(schema, unevaluatedItems)) {
      this.#into.isAll = true;
      return;
    }
    const first = Array.isArray(prefixItems) ? prefixItems.length : 0;
    for (const [index, item] of value.entries()) {
      const isKnown = index < first || (isSchema(contains) && this.#judge.passes(contains, item, depth + 1));
      if (isKnown) this.#into.known.add(index);
    }
  }

  /** The schema that asks is asking for what its own is to look at. */
  #takesRest(schema: JsonObject, rest: JsonValue | undefined): boolean {
    return isSchema(rest) && schema !== this.#outer;
  }

  /** The schemas that hold for the same value; `not` leaves nothing behind. */
  *#applied(schema: JsonObject, value: JsonValue, depth: number): Generator<JsonSchema | undefined> {
    const { allOf, anyOf, oneOf, dependentSchemas, if: condition, then, else: otherwise } = schema;
    const passing = (part: JsonValue | undefined): part is JsonSchema =>
      isSchema(part) && this.#judge.passes(part, value, depth);
    yield this.#judge.target(schema);
    if (Array.isArray(allOf)) yield* allOf.filter(isSchema);
    if (Array.isArray(anyOf)) yield* anyOf.filter(passing);
    const chosen = this.#judge.chosen(schema, value);
    if (chosen !== undefined) yield chosen;
    else if (Array.isArray(oneOf)) yield* oneOf.filter(passing);
    if (isObject(dependentSchemas) && isObject(value)) {
      for (const [name, part] of Object.entries(dependentSchemas)) {
        if (Object.hasOwn(value, name) && isSchema(part)) yield part;
      }
    }
    if (!isSchema(condition)) return;
    const holds = passing(condition);
    if (holds) yield condition;
    const branch = holds ? then : otherwise;
    if (isSchema(branch)) yield branch;
  }
}
