// Writes into a query what it can hold of a message, and takes the rest out of the message.
import { type DescField, type JsonValue, toJson } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';

export interface QueryOptions {
  /** Field paths that the URL's path has set: never in the query. */
  readonly bound: readonly (readonly string[])[];
  /** Empty for none. */
  readonly bodyField: string;
  readonly useProtoNames: boolean;
}

/** Well under what a gateway takes as a request target. */
const MAX_LENGTH = 5_000;

/** Messages that are one text, number or truth value in ProtoJSON. */
const ONE_VALUE = /^google\.protobuf\.(Timestamp|Duration|FieldMask|\w+Value)$/;
const NOT_ONE_VALUE = /^google\.protobuf\.(ListValue|Value)$/;

export function writeQuery(message: ReflectMessage, options: QueryOptions): string {
  const writer = new QueryWriter(options.useProtoNames);
  const top = message.fields.filter(({ name }) => name !== options.bodyField);
  writer.write(message, top, '', options.bound);
  return writer.parts.join('&');
}

class QueryWriter {
  readonly parts: string[] = [];
  readonly #useProtoNames: boolean;
  #length = 0;

  constructor(useProtoNames: boolean) {
    this.#useProtoNames = useProtoNames;
  }

  /** False if nothing of these fields is in the query or the path. */
  write(
    message: ReflectMessage,
    fields: readonly DescField[],
    prefix: string,
    bound: readonly (readonly string[])[],
  ): boolean {
    let isSomething = false;
    for (const field of fields) {
      if (!message.isSet(field)) continue;
      const inner = bound.filter(([first]) => first === field.name).map((path) => path.slice(1));
      const isWhole = inner.some((path) => path.length === 0);
      if (isWhole || this.#writeField(message, field, prefix, inner)) isSomething = true;
      else message.clear(field);
    }
    return isSomething;
  }

  #writeField(
    message: ReflectMessage,
    field: DescField,
    prefix: string,
    bound: readonly (readonly string[])[],
  ): boolean {
    const name = prefix + (this.#useProtoNames ? field.name : field.jsonName);
    if (field.fieldKind === 'message' && !isOneValue(field)) {
      // What has a JSON form of its own has no fields that a name could lead to.
      if (field.message.typeName.startsWith('google.protobuf.')) return false;
      const inner = message.get(field);
      const isSomething = this.write(inner, field.message.fields, `${name}.`, bound);
      if (isSomething) message.set(field, inner);
      return isSomething;
    }
    if (this.#length > MAX_LENGTH) return false;
    const value = jsonOf(message, field);
    switch (field.fieldKind) {
      case 'list':
        if (field.listKind === 'message' || !Array.isArray(value)) return false;
        for (const item of value) this.#add(name, item);
        return true;
      case 'map':
        if (field.mapKind === 'message' || typeof value !== 'object' || value === null) return false;
        for (const [key, item] of Object.entries(value)) this.#add(`${name}[${key}]`, item);
        return true;
      default:
        this.#add(name, value);
        return true;
    }
  }

  #add(name: string, value: JsonValue): void {
    const part = `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`;
    this.parts.push(part);
    this.#length += part.length;
  }
}

function isOneValue(field: DescField & { readonly fieldKind: 'message' }): boolean {
  const { typeName } = field.message;
  return ONE_VALUE.test(typeName) && !NOT_ONE_VALUE.test(typeName);
}

/** Its ProtoJSON, alone in a message of its own, so that nothing else needs a form. */
function jsonOf(message: ReflectMessage, field: DescField): JsonValue {
  const alone = reflect(message.desc);
  alone.set(field, message.get(field));
  const json = toJson(alone.desc, alone.message);
  return typeof json === 'object' && json !== null && !Array.isArray(json)
    ? (json[field.jsonName] ?? null)
    : null;
}
