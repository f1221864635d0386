// Schema Objects of every version as JSON Schema 2020-12. References stay references, to names; nothing is copied.
import type { JsonSchema } from '../../core/http-operation.ts';
import { refOfSchema } from '../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { DocumentLimits } from './document-limits.ts';
import { PatternCheck } from './pattern-check.ts';
import { type Place, textOf } from './place.ts';
import type { Remarks } from './remarks.ts';
import { FormatCheck } from './repeated-faults.ts';
import { SchemaNames } from './schema-names.ts';
import { quote, type SourceBundle } from './source-bundle.ts';
import { emptyObject } from './text-reading.ts';

export type SpecVersion = '2.0' | '3.0' | '3.1' | '3.2';

/** What a Schema Object may hold beside other schemas; copied as it stands. */
const DATA_KEYWORDS = [
  ...['title', 'description', 'format', 'default', 'enum', 'const', 'examples', 'deprecated', 'readOnly'],
  ...['writeOnly', 'multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum', 'maxLength'],
  ...['minLength', 'pattern', 'maxItems', 'minItems', 'uniqueItems', 'maxContains', 'minContains'],
  ...['maxProperties', 'minProperties', 'contentEncoding', 'contentMediaType', 'dependentRequired', 'xml'],
  ...['externalDocs', '$comment'],
];
const SCHEMA_KEYWORDS = [
  ...['additionalProperties', 'contains', 'propertyNames', 'not', 'if', 'then', 'else', 'contentSchema'],
  ...['unevaluatedProperties', 'unevaluatedItems'],
];
const SCHEMA_LIST_KEYWORDS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const SCHEMA_MAP_KEYWORDS = ['properties', 'patternProperties', 'dependentSchemas'];
const TYPES = new Set(['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']);

export class SchemaReader {
  readonly schemas = new Map<string, JsonSchema>();
  readonly #bundle: SourceBundle;
  readonly #remarks: Remarks;
  readonly #limits: DocumentLimits;
  readonly #version: SpecVersion;
  readonly #names = new SchemaNames();
  readonly #patterns: PatternCheck;
  readonly #formats = new FormatCheck();
  /** Named and not read yet; reading one may name others, never deeper. */
  readonly #waiting: { readonly name: string; readonly place: Place }[] = [];
  #nodes = 0;
  #isOver = false;

  constructor(bundle: SourceBundle, remarks: Remarks, limits: DocumentLimits, version: SpecVersion) {
    this.#bundle = bundle;
    this.#remarks = remarks;
    this.#limits = limits;
    this.#version = version;
    this.#patterns = new PatternCheck(remarks);
  }

  /** The components of the entry document, in order. */
  addComponents(components: Place | undefined): void {
    const entries = components?.entries() ?? [];
    if (entries.length > this.#limits.schemas && components !== undefined) {
      const message = `there are ${entries.length} schemas, more than ${this.#limits.schemas}`;
      this.#isOver = true;
      this.#remarks.error(components, 'too-large', message);
      return;
    }
    for (const [name, place] of entries) {
      this.#names.claim(place, name);
      this.#waiting.push({ name, place });
    }
    this.#readWaiting();
  }

  /** A schema where it stands; what it refers to is named and read as well. */
  read(place: Place): JsonSchema {
    const schema = this.#read(place);
    this.#readWaiting();
    return schema;
  }

  /** Swagger 2.0: a parameter or header that is its own schema; its `required` speaks of the parameter. */
  readInline(place: Place): JsonSchema {
    const { object } = place;
    if (object === undefined) return true;
    const schema = this.#readObject(place, object, true);
    this.#readWaiting();
    return schema;
  }

  /** What can only be told when all is read. */
  remarkAll(): void {
    this.#formats.remark(this.#remarks);
  }

  #readWaiting(): void {
    // An array that grows while it is walked shows its new items too.
    for (const { name, place } of this.#waiting) this.schemas.set(name, this.#read(place));
    this.#waiting.length = 0;
  }

  #read(place: Place): JsonSchema {
    const { value, object } = place;
    if (typeof value === 'boolean') return value;
    if (object === undefined) {
      this.#remarks.warn(
        place,
        'schema',
        'a schema is an object or a boolean; this one is taken for anything',
      );
      return true;
    }
    this.#nodes += 1;
    if (this.#nodes > this.#limits.schemaNodes) {
      if (!this.#isOver) {
        this.#remarks.error(
          place,
          'too-large',
          `there are more than ${this.#limits.schemaNodes} schemas within schemas`,
        );
      }
      this.#isOver = true;
    }
    if (this.#isOver) return true;
    const { $ref, $dynamicRef } = object;
    if (typeof $ref === 'string') return this.#readReference(place, $ref);
    if (typeof $dynamicRef !== 'string') return this.#readObject(place, object);
    const message =
      '$dynamicRef is read as $ref: what schemas that lead here would have in its place is not seen';
    this.#remarks.warn(place, 'schema', message);
    return this.#readReference(place, $dynamicRef);
  }

  #readReference(place: Place, ref: string): JsonSchema {
    const target = this.#bundle.follow(place, ref);
    if (target === undefined) return true;
    let name = this.#names.find(target);
    if (name === undefined) {
      if (this.#names.size >= this.#limits.schemas) {
        if (!this.#isOver) {
          this.#remarks.error(
            place,
            'too-large',
            `references lead to more than ${this.#limits.schemas} schemas`,
          );
        }
        this.#isOver = true;
        return true;
      }
      name = this.#names.create(target);
      this.#waiting.push({ name, place: target });
    }
    const reference = emptyObject();
    reference.$ref = refOfSchema(name);
    // Before 3.1 whatever stands beside a reference is to be ignored; tools show a description all the same.
    const siblings = this.#isModern ? this.#readObject(place, place.object ?? emptyObject()) : undefined;
    return typeof siblings === 'object' ? Object.assign(siblings, reference) : reference;
  }

  #readObject(place: Place, object: JsonObject, isParameter = false): JsonSchema {
    const schema = emptyObject();
    for (const keyword of DATA_KEYWORDS) {
      const value = object[keyword];
      if (value !== undefined) schema[keyword] = value;
    }
    this.#checkEnum(place, object);
    for (const keyword of Object.keys(object)) {
      const value = object[keyword];
      if (keyword.startsWith('x-') && value !== undefined) schema[keyword] = value;
    }
    for (const keyword of SCHEMA_KEYWORDS) {
      const part = place.get(keyword);
      if (part !== undefined) schema[keyword] = this.#read(part);
    }
    for (const keyword of SCHEMA_LIST_KEYWORDS) this.#readList(place, keyword, schema);
    for (const keyword of SCHEMA_MAP_KEYWORDS) this.#readMap(place, keyword, schema);
    this.#readItems(place, schema);
    this.#readType(place, schema);
    if (!isParameter) this.#readRequired(place, schema);
    this.#readDiscriminator(place, schema);
    this.#readExample(place, schema);
    this.#patterns.check(place);
    this.#formats.check(place, object);
    return this.#isModern ? schema : this.#modernise(object, schema);
  }

  get #isModern(): boolean {
    return this.#version === '3.1' || this.#version === '3.2';
  }

  #readList(place: Place, keyword: string, schema: JsonObject): void {
    const part = place.get(keyword);
    if (part === undefined) return;
    if (Array.isArray(part.value) && part.value.length > 0)
      schema[keyword] = part.items().map((item) => this.#read(item));
    else this.#remarks.warn(part, 'schema', `${keyword} is a list of at least one schema; it is ignored`);
  }

  #readMap(place: Place, keyword: string, schema: JsonObject): void {
    const part = place.get(keyword);
    if (part === undefined) return;
    if (part.object === undefined) {
      this.#remarks.warn(part, 'schema', `${keyword} is an object of schemas; it is ignored`);
      return;
    }
    const map = emptyObject();
    for (const [name, item] of part.entries()) map[name] = this.#read(item);
    schema[keyword] = map;
  }

  /** Before 2020-12 a list of items was what prefixItems is now. */
  #readItems(place: Place, schema: JsonObject): void {
    const items = place.get('items');
    if (items === undefined) return;
    if (!Array.isArray(items.value)) {
      schema.items = this.#read(items);
      return;
    }
    schema.prefixItems = items.items().map((item) => this.#read(item));
    const more = place.get('additionalItems');
    if (more !== undefined) schema.items = this.#read(more);
  }

  #readType(place: Place, schema: JsonObject): void {
    const type = place.get('type');
    if (type === undefined) return;
    // Swagger 2.0: the content of a form's part, or of an answer.
    if (type.value === 'file') {
      Object.assign(schema, { type: 'string', format: 'binary' });
      return;
    }
    const words = [type.value].flat();
    const known = words.flatMap((word) => {
      const name = typeof word === 'string' ? word.toLowerCase() : '';
      if (!TYPES.has(name)) {
        this.#remarks.warn(
          type,
          'schema-type',
          `${quote(textOf(word))} is no type of JSON Schema; it is ignored`,
        );
        return [];
      }
      if (name !== word)
        this.#remarks.warn(type, 'schema-type', `${quote(textOf(word))} is read as "${name}"`);
      return [name];
    });
    const [only] = known;
    if (known.length > 1) schema.type = [...new Set(known)];
    else if (only !== undefined) schema.type = only;
  }

  #readRequired(place: Place, schema: JsonObject): void {
    const required = place.get('required');
    if (required === undefined) return;
    const { value } = required;
    if (Array.isArray(value) && value.every((name) => typeof name === 'string')) {
      if (value.length > 0) schema.required = [...new Set(value)];
      return;
    }
    const message = 'required is a list of property names on the object that holds them; it is ignored';
    this.#remarks.warn(required, 'schema', message);
  }

  /** A mapping names schemas, or refers to them; afterwards it only refers. */
  #readDiscriminator(place: Place, schema: JsonObject): void {
    const part = place.get('discriminator');
    if (part === undefined) return;
    const discriminator = emptyObject();
    const propertyName = typeof part.value === 'string' ? part.value : part.text('propertyName');
    if (propertyName === '') {
      this.#remarks.warn(part, 'schema', 'a discriminator needs propertyName; it is ignored');
      return;
    }
    discriminator.propertyName = propertyName;
    const mapping = emptyObject();
    for (const [value, target] of part.get('mapping')?.entries() ?? []) {
      const name = this.#mappedName(target);
      if (name !== undefined) mapping[value] = refOfSchema(name);
    }
    if (Object.keys(mapping).length > 0) discriminator.mapping = mapping;
    const fallback = part.get('defaultMapping');
    const fallbackName = fallback === undefined ? undefined : this.#mappedName(fallback);
    if (fallbackName !== undefined) discriminator.defaultMapping = refOfSchema(fallbackName);
    schema.discriminator = discriminator;
  }

  #mappedName(target: Place): string | undefined {
    if (typeof target.value !== 'string') return undefined;
    const text = target.value;
    const prefix = this.#version === '2.0' ? '#/definitions/' : '#/components/schemas/';
    const isName = /^[A-Za-z0-9._-]+$/.test(text) && !/\.(json|ya?ml)$/.test(text);
    // A member that nothing describes is no reason to refuse all others; bundlers leave such mappings behind.
    const place = this.#bundle.follow(target, isName ? prefix + text : text, 'warning');
    if (place === undefined) return undefined;
    const known = this.#names.find(place);
    if (known !== undefined) return known;
    const name = this.#names.create(place);
    this.#waiting.push({ name, place });
    return name;
  }

  #readExample(place: Place, schema: JsonObject): void {
    const { object } = place;
    if (object === undefined) return;
    const example = object.example ?? object['x-example'];
    if (example !== undefined && schema.examples === undefined) schema.examples = [example];
    if (schema.examples !== undefined && !Array.isArray(schema.examples)) delete schema.examples;
  }

  #checkEnum(place: Place, { enum: values }: JsonObject): void {
    const { enumValues } = this.#limits;
    if (!Array.isArray(values) || values.length <= enumValues) return;
    const message = `the enum has ${values.length} values, more than ${enumValues}`;
    this.#remarks.error(place.get('enum') ?? place, 'too-large', message);
  }

  /** What 3.0 and 2.0 say in other words. */
  #modernise(object: JsonObject, schema: JsonObject): JsonSchema {
    for (const bound of ['Maximum', 'Minimum']) {
      const exclusive = `exclusive${bound}`;
      const plain = bound.toLowerCase();
      const value = schema[plain];
      if (typeof schema[exclusive] !== 'boolean') continue;
      if (schema[exclusive] === true && value !== undefined) {
        schema[exclusive] = value;
        delete schema[plain];
      } else {
        delete schema[exclusive];
      }
    }
    const isNullable = object.nullable === true || object['x-nullable'] === true;
    return isNullable ? nullable(schema) : schema;
  }
}

/** Which of the two spellings fits: a type that is null as well, or null as another choice. */
function nullable(schema: JsonObject): JsonObject {
  const { type, enum: values } = schema;
  if (Array.isArray(values) && !values.includes(null)) schema.enum = [...values, null];
  if (type !== undefined) {
    const types = [type].flat() as JsonValue[];
    schema.type = types.includes('null') ? types : [...types, 'null'];
    return schema;
  }
  const holdsSchemas = ['allOf', 'oneOf', 'anyOf', '$ref'].some((keyword) => schema[keyword] !== undefined);
  if (!holdsSchemas) return schema;
  const either = emptyObject();
  either.anyOf = [schema, Object.assign(emptyObject(), { type: 'null' })];
  return either;
}
