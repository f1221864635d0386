// Schemas of a registered document for the gateway's own: those that operations refer to and what these refer to, each
// once, under names that OpenAPI allows. They are JSON Schema 2020-12 by now, whatever version they came in.
import { type JsonSchema, schemaOfRef } from '../../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { componentRef, type PartComponent } from '../document-part.ts';
import type { Steps } from '../steps.ts';
import { LegalNames } from './legal-names.ts';
import { isObject, readKeyword } from './schema-keywords.ts';

const SCHEMAS = [
  ...['items', 'additionalProperties', 'contains', 'propertyNames', 'not', 'if', 'then', 'else'],
  ...['contentSchema', 'unevaluatedProperties', 'unevaluatedItems'],
];
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const MAPS = ['properties', 'patternProperties', 'dependentSchemas'];

/** How a keyword holds other schemas. */
const HOLDERS: ReadonlyMap<string, 'one' | 'list' | 'map'> = new Map([
  ...SCHEMAS.map((keyword) => [keyword, 'one'] as const),
  ...LISTS.map((keyword) => [keyword, 'list'] as const),
  ...MAPS.map((keyword) => [keyword, 'map'] as const),
]);

export class SchemaShelf {
  readonly #schemas: ReadonlyMap<string, JsonSchema>;
  readonly #names = new LegalNames();
  /** Names of the source; a set is walked in the order of insertion, what is added meanwhile included. */
  readonly #wanted = new Set<string>();
  #heirs: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(schemas: ReadonlyMap<string, JsonSchema>) {
    this.#schemas = schemas;
  }

  /** `true` and `false` as objects, which every tool understands. */
  copy(schema: JsonSchema | undefined): JsonObject {
    if (schema === undefined || schema === true) return {};
    if (schema === false) return { not: {} };
    return this.#copyObject(schema, undefined);
  }

  /** Everything referred to so far, and what that refers to. */
  *components(): Steps<readonly PartComponent[]> {
    const components: PartComponent[] = [];
    for (const source of this.#wanted) {
      yield;
      const name = this.#names.of(source);
      const schema = this.#schemas.get(source);
      const value = isObject(schema) ? this.#copyObject(schema, source) : this.copy(schema);
      components.push({ kind: 'schemas', name, fullName: name, value });
    }
    return components.sort((a, b) => (a.fullName < b.fullName ? -1 : 1));
  }

  /** `source`: the name of the component that it is the whole of. */
  #copyObject(schema: JsonObject, source: string | undefined): JsonObject {
    const entries = Object.entries(schema).flatMap(([keyword, value]) => {
      const copied = this.#copyKeyword(keyword, value, schema, source);
      return copied === undefined ? [] : [[keyword, copied] as const];
    });
    return Object.fromEntries(entries);
  }

  #copyKeyword(
    keyword: string,
    value: JsonValue,
    schema: JsonObject,
    source: string | undefined,
  ): JsonValue | undefined {
    if (keyword === '$ref') return this.#reference(value);
    if (keyword === 'discriminator') return this.#discriminator(value, schema, source);
    switch (HOLDERS.get(keyword)) {
      case 'one':
        return this.#inner(value);
      case 'list':
        return Array.isArray(value) ? value.map((item) => this.#inner(item)) : undefined;
      case 'map':
        return isObject(value)
          ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.#inner(inner)]))
          : undefined;
      default:
        return readKeyword(keyword, value);
    }
  }

  #inner(value: JsonValue): JsonValue {
    return isObject(value) ? this.#copyObject(value, undefined) : value !== false;
  }

  #reference(value: JsonValue): string | undefined {
    const source = schemaOfRef(value);
    if (source === undefined || !this.#schemas.has(source)) return undefined;
    this.#wanted.add(source);
    return componentRef('schemas', this.#names.of(source));
  }

  /**
   * What no mapping says, names say: the value `Cat` means the schema `Cat`. Schemas may be called otherwise in the
   * end, so all of it is said. `defaultMapping` of OpenAPI 3.2 has no place in 3.1.
   */
  #discriminator(value: JsonValue, schema: JsonObject, source: string | undefined): JsonValue | undefined {
    if (!isObject(value) || typeof value.propertyName !== 'string') return undefined;
    const told = isObject(value.mapping) ? Object.entries(value.mapping) : [];
    const targets = new Set(told.map(([, ref]) => schemaOfRef(ref)));
    const members = [schema.oneOf, schema.anyOf].flatMap((list) => (Array.isArray(list) ? list : []));
    const named = members.flatMap((member) => (isObject(member) ? (schemaOfRef(member.$ref) ?? []) : []));
    const implied = [...named, ...(source === undefined ? [] : this.#heirsOf(source))]
      .filter((name) => !targets.has(name))
      .map((name) => [name, this.#refTo(name)] as const);
    const mapping = [
      ...implied.filter(([name]) => !told.some(([key]) => key === name)),
      ...told.map(([key, ref]) => [key, this.#reference(ref)] as const),
    ].flatMap(([key, ref]) => (ref === undefined ? [] : [[key, ref] as const]));
    return {
      propertyName: value.propertyName,
      ...(mapping.length > 0 && { mapping: Object.fromEntries(mapping) }),
    };
  }

  #refTo(source: string): string | undefined {
    if (!this.#schemas.has(source)) return undefined;
    this.#wanted.add(source);
    return componentRef('schemas', this.#names.of(source));
  }

  /** Components that are this one and more (`allOf`), directly or not. */
  #heirsOf(source: string): readonly string[] {
    this.#heirs ??= heirs(this.#schemas);
    const found = new Set(this.#heirs.get(source) ?? []);
    for (const heir of found) for (const next of this.#heirs.get(heir) ?? []) found.add(next);
    found.delete(source);
    return [...found];
  }
}

function heirs(schemas: ReadonlyMap<string, JsonSchema>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [name, schema] of schemas) {
    const parts = isObject(schema) && Array.isArray(schema.allOf) ? schema.allOf : [];
    for (const part of parts) {
      const parent = isObject(part) ? schemaOfRef(part.$ref) : undefined;
      if (parent === undefined) continue;
      const list = found.get(parent);
      if (list === undefined) found.set(parent, [name]);
      else list.push(name);
    }
  }
  return found;
}
