// What a JSON Schema means for a type: references followed, null told apart, `allOf` merged, choices laid open. Looks one
// level deep; what is below stays a schema, so that cycles are walked by whoever builds types.
import { type HttpDocument, type JsonSchema, schemaOfRef } from '../../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { mergeSchemas } from './merge-schemas.ts';
import { type ScalarMeaning, scalarMeaning } from './scalar-meaning.ts';

export type Meaning =
  /** Any JSON value. `why`: the schema says more than types can say, for a note. */
  | { readonly kind: 'any'; readonly why: string | undefined }
  | ({ readonly kind: 'scalar' } & ScalarMeaning)
  | { readonly kind: 'enum'; readonly values: readonly (string | number)[] }
  | ({ readonly kind: 'object' } & ObjectMeaning)
  /** An object of any keys, with values of one schema. */
  | { readonly kind: 'entries'; readonly value: JsonSchema }
  | { readonly kind: 'free' }
  | { readonly kind: 'list'; readonly items: JsonSchema }
  | {
      readonly kind: 'choice';
      readonly members: readonly JsonSchema[];
      readonly discriminator: Discriminator | undefined;
    };

export interface ObjectMeaning {
  readonly properties: ReadonlyMap<string, JsonSchema>;
  readonly required: ReadonlySet<string>;
  /** It may have other properties too, which are described: they are not shown. */
  readonly hasOthers: boolean;
}

export interface Discriminator {
  readonly key: string;
  /** Component by value. */
  readonly mapping: ReadonlyMap<string, string>;
}

export interface Look {
  readonly meaning: Meaning;
  readonly isNullable: boolean;
  /** The component that it is, and nothing else: then it is the component's own type. */
  readonly component: string | undefined;
  readonly title: string;
  readonly description: string;
  readonly isDeprecated: boolean;
  readonly isReadOnly: boolean;
  readonly isWriteOnly: boolean;
  readonly hasDefault: boolean;
  /** The only value there is. */
  readonly constant: JsonValue | undefined;
}

/** Schemas that lead to each other without a type in between. */
const MAX_DEPTH = 100;
const TOO_DEEP = `references lead through more than ${MAX_DEPTH} schemas to it`;
/** Of one choice. */
const MAX_MEMBERS = 500;

/** Say something of a value without saying what it is. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  ...[
    'title',
    'description',
    'default',
    'examples',
    'deprecated',
    'readOnly',
    'writeOnly',
    'xml',
    'externalDocs',
  ],
  ...['$comment', '$ref'],
]);

export class SchemaView {
  readonly #document: HttpDocument;
  readonly #looks = new WeakMap<JsonObject, Look>();
  /** Schemas that are being looked at: references and choices lead from one to the next. */
  readonly #open = new Set<JsonObject>();

  constructor(document: HttpDocument) {
    this.#document = document;
  }

  look(schema: JsonSchema): Look {
    if (typeof schema === 'boolean')
      return plainLook({ kind: 'any', why: schema ? undefined : NOTHING_FITS });
    const known = this.#looks.get(schema);
    if (known !== undefined) return known;
    if (this.#open.has(schema)) return plainLook({ kind: 'any', why: 'it refers to nothing but itself' });
    if (this.#open.size >= MAX_DEPTH) return plainLook({ kind: 'any', why: TOO_DEEP });
    this.#open.add(schema);
    const look = this.#look(schema);
    this.#open.delete(schema);
    this.#looks.set(schema, look);
    return look;
  }

  component(name: string): JsonSchema | undefined {
    return this.#document.schemas.get(name);
  }

  #look(schema: JsonObject): Look {
    const notes = annotationsOf(schema);
    // Beside a reference that allows no null, this was the way to say nullable before 3.1.
    const isNullable = Array.isArray(schema.type) && schema.type.includes('null');
    const alias = this.#aliasOf(schema);
    if (alias !== undefined) {
      const look = this.#lookAt(alias);
      return { ...look, ...presentOf(notes), isNullable: look.isNullable || isNullable };
    }
    const merged = mergeSchemas(schema, (name) => this.component(name));
    if (typeof merged === 'string') return { ...plainLook({ kind: 'any', why: merged }), ...notes };
    const look = this.#choice(merged) ?? this.#plain(merged);
    return {
      ...look,
      ...presentOf(notes),
      isNullable: look.isNullable || (isNullable && schema.allOf !== undefined),
      hasDefault: notes.hasDefault || look.hasDefault,
    };
  }

  #lookAt(name: string): Look {
    const look = this.look(this.component(name) ?? true);
    return { ...look, component: look.component ?? name };
  }

  /** The component that a schema stands for: a reference, or an `allOf` of one, with nothing beside it but words. */
  #aliasOf(schema: JsonObject): string | undefined {
    const name = schemaOfRef(schema.$ref);
    const saying = Object.keys(schema).filter((key) => !ANNOTATIONS.has(key) && !key.startsWith('x-'));
    if (name !== undefined && saying.length === 0) return name;
    const { allOf } = schema;
    const isMerged = saying.every((key) => key === 'allOf' || key === 'type');
    if (name !== undefined || !isMerged || !Array.isArray(allOf)) return undefined;
    const parts = allOf.filter(
      (part) => isObject(part) && Object.keys(part).some((key) => key === '$ref' || !ANNOTATIONS.has(key)),
    );
    const [only, second] = parts;
    return isObject(only) && second === undefined ? this.#aliasOf(only) : undefined;
  }

  /** Undefined if there is no choice to make. */
  #choice(schema: JsonObject): Look | undefined {
    const keyword = schema.oneOf !== undefined ? 'oneOf' : schema.anyOf !== undefined ? 'anyOf' : undefined;
    if (keyword === undefined) return undefined;
    const { [keyword]: list, discriminator, ...rest } = schema;
    if (rest.anyOf !== undefined)
      return plainLook({ kind: 'any', why: 'oneOf and anyOf stand side by side' });
    const all = (Array.isArray(list) ? list : []).filter(isSchema);
    const members = all.filter((member) => !isNull(member) && !isConstraint(member));
    const isNullable = all.some(isNull);
    const base = Object.assign(emptyObject(), rest);
    if (members.length === 0) return isNullable && all.length === 1 ? nullLook() : this.#plain(base);
    const hasBase = Object.keys(rest).some(
      (key) => !ANNOTATIONS.has(key) && !key.startsWith('x-') && key !== 'type',
    );
    const whole = hasBase ? members.map((member) => both(base, member)) : members;
    const [only, second] = whole;
    if (second === undefined && only !== undefined) {
      const look = this.look(only);
      return { ...look, isNullable: look.isNullable || isNullable };
    }
    const looks = whole.map((member) => this.look(member));
    const meaning = this.#either(whole, looks, discriminatorOf(discriminator));
    return { ...plainLook(meaning), isNullable: isNullable || looks.some((look) => look.isNullable) };
  }

  #either(
    members: readonly JsonSchema[],
    looks: readonly Look[],
    discriminator: Discriminator | undefined,
  ): Meaning {
    const meanings = looks.map(({ meaning }) => meaning);
    const [first] = meanings;
    if (
      meanings.every(
        (meaning) =>
          meaning.kind === 'enum' || constantText(meaning, looks[meanings.indexOf(meaning)]) !== undefined,
      )
    ) {
      const values = looks.flatMap((look) =>
        look.meaning.kind === 'enum' ? look.meaning.values : (constantText(look.meaning, look) ?? []),
      );
      if (isOfOneType(values)) return { kind: 'enum', values: [...new Set(values)] };
    }
    if (meanings.every((meaning) => isText(meaning))) return { kind: 'scalar', scalar: 'String' };
    if (meanings.every((meaning) => isNumber(meaning))) {
      const isSame = meanings.every(
        (meaning) => meaning.kind === 'scalar' && first?.kind === 'scalar' && meaning.scalar === first.scalar,
      );
      return isSame && first !== undefined ? first : { kind: 'scalar', scalar: 'Float' };
    }
    if (meanings.every((meaning) => meaning.kind === 'scalar' && meaning.scalar === 'Boolean')) {
      return { kind: 'scalar', scalar: 'Boolean' };
    }
    if (meanings.every((meaning) => meaning.kind === 'object' || meaning.kind === 'choice')) {
      const flat = members.flatMap((member, index) => {
        const meaning = meanings[index];
        return meaning?.kind === 'choice' ? meaning.members : [member];
      });
      if (flat.length > MAX_MEMBERS) return { kind: 'any', why: `it may be more than ${MAX_MEMBERS} things` };
      const inner = meanings.find(
        (meaning) => meaning.kind === 'choice' && meaning.discriminator !== undefined,
      );
      return {
        kind: 'choice',
        members: flat,
        discriminator: discriminator ?? (inner?.kind === 'choice' ? inner.discriminator : undefined),
      };
    }
    return { kind: 'any', why: 'it may be values of several kinds' };
  }

  #plain(schema: JsonObject): Look {
    const { type, enum: values, const: constant } = schema;
    const types = [type ?? []].flat().filter((one): one is string => typeof one === 'string');
    const named = types.filter((one) => one !== 'null');
    const listed = Array.isArray(values) ? values : undefined;
    const isNullable =
      constant === null ||
      (types.length > 0 && types.includes('null') && (listed === undefined || listed.includes(null))) ||
      (types.length === 0 && listed?.includes(null) === true);
    return {
      ...plainLook(
        meaningOf(
          schema,
          named,
          listed?.filter((value) => value !== null),
        ),
      ),
      isNullable,
      ...annotationsOf(schema),
      constant: constant ?? undefined,
    };
  }
}

function meaningOf(
  schema: JsonObject,
  types: readonly string[],
  values: readonly JsonValue[] | undefined,
): Meaning {
  for (const [keyword, why] of UNSAYABLE) {
    if (schema[keyword] !== undefined && schema[keyword] !== true) return { kind: 'any', why };
  }
  const { const: constant } = schema;
  if (constant !== undefined && constant !== null) return constantMeaning(constant, schema);
  if (values !== undefined) return enumMeaning(values);
  const type =
    types.length === 2 && types.includes('integer') && types.includes('number') ? 'number' : types[0];
  if (types.length > 1 && type !== 'number') return { kind: 'any', why: 'it may be values of several types' };
  switch (type ?? impliedType(schema)) {
    case 'object':
      return objectMeaning(schema);
    case 'array': {
      const { items } = schema;
      return { kind: 'list', items: isSchema(items) ? items : true };
    }
    case undefined:
      return { kind: 'any', why: schema.items === undefined ? undefined : NO_LIST };
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return { kind: 'scalar', ...scalarMeaning(type ?? '', schema) };
    default:
      return { kind: 'any', why: undefined };
  }
}

/** Source: graphql reference, section 4. */
const UNSAYABLE: readonly (readonly [keyword: string, why: string])[] = [
  ['prefixItems', 'it is a list with a type for each place (prefixItems)'],
  ['patternProperties', 'its properties are described by patterns (patternProperties)'],
  ['if', 'it is described by a condition (if)'],
  ['not', 'it is described by what it is not (not)'],
];
const NOTHING_FITS = 'its schema is false, which nothing fits';

/** Bounds of lists, which nobody gives to anything else. */
const OF_LISTS = ['minItems', 'maxItems', 'uniqueItems', 'contains'];
/** Well-known documents describe objects so. */
const NO_LIST = 'it says what its items are, and not that it is a list (items without type)';

function impliedType(schema: JsonObject): string | undefined {
  if (schema.properties !== undefined || schema.additionalProperties !== undefined) return 'object';
  return OF_LISTS.some((keyword) => schema[keyword] !== undefined) ? 'array' : undefined;
}

function objectMeaning(schema: JsonObject): Meaning {
  const { properties, additionalProperties: others, required } = schema;
  const entries = isObject(properties) ? Object.entries(properties) : [];
  const known = new Map(entries.filter((entry): entry is [string, JsonSchema] => isSchema(entry[1])));
  if (known.size > 0) {
    return {
      kind: 'object',
      properties: known,
      required: new Set(Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []),
      hasOthers: isObject(others) && Object.keys(others).length > 0,
    };
  }
  return isObject(others) && Object.keys(others).length > 0
    ? { kind: 'entries', value: others }
    : { kind: 'free' };
}

function enumMeaning(values: readonly JsonValue[]): Meaning {
  if (values.length > 0 && values.every((value) => typeof value === 'boolean'))
    return { kind: 'scalar', scalar: 'Boolean' };
  const names = values.filter((value) => typeof value === 'string' || Number.isSafeInteger(value)) as (
    | string
    | number
  )[];
  if (names.length < values.length || !isOfOneType(names)) {
    return { kind: 'any', why: 'the values of its enum are of several types, or of none that has names' };
  }
  return { kind: 'enum', values: [...new Set(names)] };
}

function isOfOneType(values: readonly (string | number)[]): boolean {
  return values.length > 0 && values.every((value) => typeof value === typeof values[0]);
}

function constantMeaning(constant: JsonValue, schema: JsonObject): Meaning {
  switch (typeof constant) {
    case 'string':
      return { kind: 'scalar', ...scalarMeaning('string', schema) };
    case 'boolean':
      return { kind: 'scalar', scalar: 'Boolean' };
    case 'number':
      return { kind: 'scalar', ...scalarMeaning(Number.isInteger(constant) ? 'integer' : 'number', schema) };
    default:
      return { kind: 'any', why: 'its only value is no scalar' };
  }
}

function constantText(meaning: Meaning, look: Look | undefined): string | undefined {
  const isText = meaning.kind === 'scalar' && meaning.scalar === 'String';
  return isText && typeof look?.constant === 'string' ? look.constant : undefined;
}

function isText(meaning: Meaning): boolean {
  if (meaning.kind === 'enum') return typeof meaning.values[0] === 'string';
  return meaning.kind === 'scalar' && ['String', 'DateTime', 'Date', 'Bytes'].includes(meaning.scalar);
}

function isNumber(meaning: Meaning): boolean {
  return meaning.kind === 'scalar' && ['Int', 'Float', 'SafeInteger', 'UInt32'].includes(meaning.scalar);
}

function discriminatorOf(value: JsonValue | undefined): Discriminator | undefined {
  if (!isObject(value) || typeof value.propertyName !== 'string') return undefined;
  const mapping = isObject(value.mapping) ? Object.entries(value.mapping) : [];
  return {
    key: value.propertyName,
    mapping: new Map(
      mapping.flatMap(([text, ref]) => {
        const name = schemaOfRef(ref);
        return name === undefined ? [] : [[text, name] as const];
      }),
    ),
  };
}

/** Null in any spelling. */
function isNull(schema: JsonSchema): boolean {
  if (typeof schema === 'boolean') return false;
  const { type, const: constant, enum: values } = schema;
  const isNullEnum = Array.isArray(values) && values.length > 0 && values.every((value) => value === null);
  return (
    type === 'null' ||
    constant === null ||
    isNullEnum ||
    (Array.isArray(type) && type.length === 1 && type[0] === 'null')
  );
}

/** Only says which properties go together, as in `anyOf: [{required: [a]}, {required: [b]}]`. */
function isConstraint(schema: JsonSchema): boolean {
  if (typeof schema === 'boolean') return false;
  const keys = Object.keys(schema);
  return (
    keys.length > 0 && keys.every((key) => key === 'required' || (ANNOTATIONS.has(key) && key !== '$ref'))
  );
}

function both(base: JsonObject, member: JsonSchema): JsonSchema {
  return Object.assign(emptyObject(), { allOf: [base, member] });
}

interface Annotations {
  readonly title: string;
  readonly description: string;
  readonly isDeprecated: boolean;
  readonly isReadOnly: boolean;
  readonly isWriteOnly: boolean;
  readonly hasDefault: boolean;
}

function annotationsOf({
  description,
  title,
  deprecated,
  readOnly,
  writeOnly,
  default: given,
}: JsonObject): Annotations {
  const name = typeof title === 'string' ? title.trim() : '';
  return {
    title: name,
    description: typeof description === 'string' ? description.trim() : name,
    isDeprecated: deprecated === true,
    isReadOnly: readOnly === true,
    isWriteOnly: writeOnly === true,
    hasDefault: given !== undefined,
  };
}

/** What stands beside a reference is said of the place; what does not, comes from what is referred to. */
function presentOf(notes: Annotations): Partial<Annotations> {
  return {
    ...(notes.title !== '' && { title: notes.title }),
    ...(notes.description !== '' && { description: notes.description }),
    ...(notes.isDeprecated && { isDeprecated: true }),
    ...(notes.isReadOnly && { isReadOnly: true }),
    ...(notes.isWriteOnly && { isWriteOnly: true }),
    ...(notes.hasDefault && { hasDefault: true }),
  };
}

function plainLook(meaning: Meaning): Look {
  return {
    meaning,
    isNullable: meaning.kind === 'any',
    component: undefined,
    ...annotationsOf(emptyObject()),
    constant: undefined,
  };
}

function nullLook(): Look {
  return plainLook({ kind: 'any', why: undefined });
}

function isSchema(value: JsonValue | undefined): value is JsonSchema {
  return typeof value === 'boolean' || isObject(value);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function emptyObject(): JsonObject {
  return Object.create(null) as JsonObject;
}
