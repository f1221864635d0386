// The references inside of a part: which there are, and the same value with other ones.
import type { JsonObject, JsonValue } from '../../core/json.ts';

const PREFIX = '#/components/';

/** Every distinct `#/components/…` that the value refers to, in order. */
export function referencesOf(value: JsonValue): string[] {
  const found = new Set<string>();
  collect(value, found);
  return [...found];
}

function collect(value: JsonValue, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, found);
  if (!isObject(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref' && isReference(inner)) found.add(inner);
    else if (key === 'discriminator' && isObject(inner) && isObject(inner.mapping)) {
      for (const target of Object.values(inner.mapping)) if (isReference(target)) found.add(target);
    } else collect(inner, found);
  }
}

/** A copy whose references are the ones that `names` has for them; others stay. */
export function withReferences(value: JsonObject, names: ReadonlyMap<string, string>): JsonObject {
  return visit(value, (ref) => names.get(ref) ?? ref) as JsonObject;
}

// Recursion as deep as a part's objects are nested; what is nested without end is made of references.
function visit(value: JsonValue, replace: (ref: string) => string): JsonValue {
  if (Array.isArray(value)) return value.map((item) => visit(item, replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, visitMember(key, inner, replace)]),
  );
}

function visitMember(key: string, inner: JsonValue, replace: (ref: string) => string): JsonValue {
  // A property may be called `$ref`, too; then it holds a schema, not a text.
  if (key === '$ref' && isReference(inner)) return replace(inner);
  if (key === 'discriminator' && isObject(inner) && isObject(inner.mapping)) {
    const mapping = Object.entries(inner.mapping).map(([name, target]) => [
      name,
      isReference(target) ? replace(target) : target,
    ]);
    return { ...inner, mapping: Object.fromEntries(mapping) };
  }
  return visit(inner, replace);
}

function isReference(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value.startsWith(PREFIX);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
