// Values of GraphQL types as JSON Schema: what answers hold, what JSON may give, what one text of a path or query may be.
// Source: graphql reference, section 3.3; translators/graphql/scalars.ts reads and writes them.
import { ScalarType } from '@bufbuild/protobuf';
import { Kind, type TypeNode } from 'graphql';
import type { EnumType, Graph, InputType, TypeRef } from '../../../core/graph.ts';
import type { JsonObject } from '../../../core/json.ts';
import { componentRef, type PartComponent } from '../document-part.ts';
import { nullable as nullableOne, scalarSchema } from '../scalar-schema.ts';
import { paragraphs } from '../texts.ts';

/** `text`: one text that stands for a value; nothing in it can be null or an object. */
export type ValueForm = 'output' | 'input' | 'text';

const AS_TEXT = { int64AsNumbers: false };
const MOST = Number.MAX_SAFE_INTEGER;

const SCALARS: ReadonlyMap<string, JsonObject> = new Map<string, JsonObject>([
  ['Boolean', { type: 'boolean' }],
  ['Int', { type: 'integer', format: 'int32' }],
  ['Float', { type: 'number', format: 'double' }],
  ['String', { type: 'string' }],
  ['ID', { type: 'string' }],
  ['Int64', scalarSchema(ScalarType.INT64, AS_TEXT)],
  ['UInt64', scalarSchema(ScalarType.UINT64, AS_TEXT)],
  ['UInt32', scalarSchema(ScalarType.UINT32, AS_TEXT)],
  ['SafeInteger', { type: 'integer', minimum: -MOST, maximum: MOST }],
  ['Bytes', { type: 'string', contentEncoding: 'base64' }],
  ['DateTime', { type: 'string', format: 'date-time' }],
  ['Date', { type: 'string', format: 'date' }],
  ['Duration', { type: 'string', pattern: '^-?[0-9]+(\\.[0-9]{1,9})?s$', examples: ['1.5s'] }],
  ['FieldMask', { type: 'string', description: 'Paths of fields, separated by commas.' }],
  ['JSON', {}],
  ['JSONObject', { type: 'object', additionalProperties: true }],
  [
    'Any',
    {
      type: 'object',
      description: 'A message of the type that `@type` names.',
      properties: { '@type': { type: 'string' } },
      additionalProperties: true,
    },
  ],
]);

/** JSON may also give these as numbers, as far as those are exact. */
const ALSO_NUMBERS = new Set(['Int64', 'UInt64']);
/** Their texts are the JSON of them; of all others a text is a string. */
const TEXT_SCALARS = new Set(['Boolean', 'Int', 'Float', 'UInt32', 'SafeInteger']);

/** Undefined: the graph has no such scalar or enum. */
export function leafSchema(graph: Graph, name: string, form: ValueForm): JsonObject | undefined {
  const type = graph.types.get(name);
  if (type?.kind === 'enum') return enumSchema(type);
  const scalar = SCALARS.get(name);
  if (scalar === undefined) return undefined;
  if (form === 'text' && !TEXT_SCALARS.has(name) && scalar.type !== 'string') return { type: 'string' };
  if (form === 'input' && ALSO_NUMBERS.has(name)) {
    const { pattern, ...rest } = scalar;
    return { ...rest, type: ['string', 'integer'], pattern: pattern ?? '' };
  }
  return scalar;
}

function enumSchema({ values, description }: EnumType): JsonObject {
  const lines = values
    .filter((value) => value.description !== '' || value.deprecation !== undefined)
    .map((value) => {
      const note = [
        value.deprecation === undefined ? '' : '(deprecated)',
        value.description.replace(/\s+/g, ' '),
      ];
      return `- \`${value.name}\`: ${note.filter((text) => text !== '').join(' ')}`;
    });
  const told = paragraphs(description, lines.join('\n'));
  return {
    type: 'string',
    ...(told !== '' && { description: told }),
    enum: values.map(({ name }) => name),
  };
}

/** The same, or null. */
export function nullable(schema: JsonObject): JsonObject {
  const { type } = schema;
  if (isNullable(schema)) return schema;
  if (Array.isArray(type)) return { ...schema, type: [...type, 'null'] };
  for (const keyword of ['anyOf', 'oneOf']) {
    const list = schema[keyword];
    if (Array.isArray(list)) return { ...schema, [keyword]: [...list, { type: 'null' }] };
  }
  return nullableOne(schema);
}

export function isNullable({ type, anyOf, oneOf }: JsonObject): boolean {
  const alternatives = [anyOf, oneOf].flatMap((list) => (Array.isArray(list) ? list : []));
  if (alternatives.some((one) => isNullable(one as JsonObject))) return true;
  return type === 'null' || (Array.isArray(type) && type.includes('null'));
}

/** `[Name!]` as the graph writes it. */
export function typeRefOf(node: TypeNode): TypeRef {
  const isRequired = node.kind === Kind.NON_NULL_TYPE;
  const bare = isRequired ? node.type : node;
  return bare.kind === Kind.LIST_TYPE
    ? { list: typeRefOf(bare.type), isRequired }
    : { name: bare.kind === Kind.NAMED_TYPE ? bare.name.value : '', isRequired };
}

/** Input types that were met, each a component: they may hold themselves. */
export class InputSchemas {
  readonly #graph: Graph;
  /** A set is walked in the order of insertion, what is added meanwhile included. */
  readonly #met = new Set<InputType>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  of(type: TypeRef, form: 'input' | 'text'): JsonObject {
    const bare = this.#bare(type, form);
    return type.isRequired || form === 'text' ? bare : nullable(bare);
  }

  components(): PartComponent[] {
    const components: PartComponent[] = [];
    for (const type of this.#met) {
      components.push({
        kind: 'schemas',
        name: type.name,
        fullName: fullName(type),
        value: this.#value(type),
      });
    }
    return components;
  }

  #bare(type: TypeRef, form: 'input' | 'text'): JsonObject {
    if ('list' in type) return { type: 'array', items: this.of(type.list, form) };
    const named = this.#graph.types.get(type.name);
    if (named?.kind !== 'input' || form === 'text') {
      return leafSchema(this.#graph, type.name, form) ?? (form === 'text' ? { type: 'string' } : {});
    }
    this.#met.add(named);
    return { $ref: componentRef('schemas', fullName(named)) };
  }

  #value({ description, fields, isOneOf }: InputType): JsonObject {
    const required = fields.filter(({ type }) => type.isRequired).map(({ name }) => name);
    const properties = fields.map((field) => [
      field.name,
      // Of a choice the one that is chosen has a value.
      described(
        isOneOf ? this.of({ ...field.type, isRequired: true }, 'input') : this.of(field.type, 'input'),
        field,
      ),
    ]);
    return {
      type: 'object',
      ...(description !== '' && { description }),
      properties: Object.fromEntries(properties),
      ...(required.length > 0 && { required }),
      ...(isOneOf && { minProperties: 1, maxProperties: 1 }),
      additionalProperties: false,
    };
  }
}

function fullName({ name }: InputType): string {
  return `graphql.${name}`;
}

export function described(
  schema: JsonObject,
  { description, deprecation }: { readonly description: string; readonly deprecation: string | undefined },
): JsonObject {
  return {
    ...schema,
    ...(description !== '' && { description }),
    ...(deprecation !== undefined && { deprecated: true }),
  };
}
