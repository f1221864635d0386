// What is to be known of a whole document before its types are built: which properties identify what they are of, and
// which follow from a choice.
import {
  type HttpDocument,
  type HttpOperation,
  type JsonSchema,
  schemaOfRef,
} from '../../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { replySchemas } from './reply-type.ts';
import type { SchemaView } from './schema-view.ts';

/**
 * `Review id`: the path of a read that answers a Review names its `id` (graphql reference, section 4: ids named in the
 * path).
 */
export function identifiersOf(operations: readonly HttpOperation[], view: SchemaView): ReadonlySet<string> {
  const identifiers = new Set<string>();
  for (const { parameters, responses } of operations) {
    const names = parameters.filter(({ place }) => place === 'path').map(({ name }) => name);
    if (names.length === 0) continue;
    for (const schema of replySchemas(responses)) {
      const { component, meaning } = view.look(schema);
      if (component === undefined || meaning.kind !== 'object') continue;
      for (const name of names) if (meaning.properties.has(name)) identifiers.add(`${component} ${name}`);
    }
  }
  return identifiers;
}

/** `Dog petType`, of every component that a discriminator leads to, wherever the choice is made. */
export function discriminatorsOf(
  { schemas }: HttpDocument,
  operations: readonly HttpOperation[],
): ReadonlySet<string> {
  const told = new Set<string>();
  const bodies = operations.flatMap(({ requestBody }) => requestBody?.content ?? []);
  const waiting: JsonValue[] = [...schemas.values(), ...bodies.map(({ schema }) => schema ?? true)];
  for (const schema of waiting) {
    if (!isObject(schema)) continue;
    const { discriminator, oneOf, anyOf } = schema;
    const members = [oneOf ?? anyOf ?? []].flat();
    if (isObject(discriminator) && typeof discriminator.propertyName === 'string') {
      for (const name of members.map(refOf))
        if (name !== undefined) told.add(`${name} ${discriminator.propertyName}`);
    }
    for (const property of Object.values(isObject(schema.properties) ? schema.properties : {})) {
      waiting.push(property);
    }
    for (const part of [schema.allOf, schema.items, schema.additionalProperties, ...members].flat()) {
      if (part !== undefined) waiting.push(part);
    }
  }
  return told;
}

function refOf(schema: JsonValue): string | undefined {
  return isObject(schema) ? schemaOfRef(schema.$ref) : undefined;
}

function isObject(value: JsonValue | JsonSchema | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
