// What a JSON Schema means for a type: references followed, null told apart, `allOf` merged, choices laid open. Looks one
// level deep; what is below stays a schema, so that cycles are walked by whoever builds types.
import { type HttpDocument, type JsonSchema, schemaOfRef } from '../../../core/http-operation.ts';
import type { JsonObject } from '../../../core/json.ts';
import { Effort, TOO_MUCH } from './effort.ts';
import { mergeSchemas, Unmergeable } from './merge-schemas.ts';
import {
  ANNOTATIONS,
  annotationsOf,
  type Discriminator,
  emptyObject,
  isObject,
  isSchema,
  type Look,
  type Meaning,
  nullLook,
  plainLook,
  presentOf,
} from './schema-look.ts';
import {
  constantText,
  discriminatorOf,
  isNumber,
  isOfOneType,
  isText,
  meaningOf,
  NOTHING_FITS,
} from './schema-meaning.ts';

/** Schemas that lead to each other without a type in between. */
const MAX_DEPTH = 100;
const TOO_DEEP = `references lead through more than ${MAX_DEPTH} schemas to it`;
/** Of one choice. */
const MAX_MEMBERS = 500;

export class SchemaView {
  readonly #document: HttpDocument;
  readonly #looks = new WeakMap<JsonObject, Look>();
  /** Schemas that are being looked at: references and choices lead from one to the next. */
  readonly #open = new Set<JsonObject>();
  readonly #effort = new Effort();

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
    if (!this.#effort.spend(1)) return plainLook({ kind: 'any', why: TOO_MUCH });
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
    const merged = mergeSchemas(schema, (name) => this.component(name), this.#effort);
    if (merged instanceof Unmergeable) {
      const { why, isContradiction } = merged;
      return { ...plainLook({ kind: 'any', why, ...(isContradiction && { isMistake: true }) }), ...notes };
    }
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
