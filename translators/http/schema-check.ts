// Holds JSON values against JSON Schema 2020-12, as documents of strangers have it: interpreted, never compiled to
// program text; patterns run in linear time; references may lead in circles. What a value must be besides its schema
// (formats, content) is not looked at. Source: JSON Schema Validation 2020-12; security reference, section 7.7.
import { type HttpDocument, type JsonSchema, schemaOfRef } from '../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { pointerStep } from '../json/pointer.ts';
import { evaluatedBy, type SchemaJudge } from './schema-evaluated.ts';
import { patternOf } from './schema-patterns.ts';
import { isEqual, isMultiple, isObject, isOfType, isSchema, isUnique } from './schema-values.ts';

export interface SchemaFinding {
  /** JSON pointer into the value; empty for the value itself. */
  readonly pointer: string;
  /** "must be …" or the like. */
  readonly message: string;
}

export type SchemaCheck = (value: JsonValue) => readonly SchemaFinding[];

/** Which side a value comes from: what is read-only is no part of requests, what is write-only none of replies. */
export type Direction = 'request' | 'reply';

const TOO_MUCH = 'has too much, nested too deeply or in too many ways, to be checked';
const MAX_FINDINGS = 20;
const MAX_DEPTH = 200;
/** Of one value: alternatives within alternatives multiply. What would take more is refused, wherever that shows. */
const MAX_STEPS = 200_000;

/** Made once per schema; patterns are compiled when a value first meets them. */
export function createSchemaCheck(
  schema: JsonSchema,
  schemas: HttpDocument['schemas'],
  direction: Direction,
): SchemaCheck {
  return (value) => {
    const walk = new Walk(schemas, direction);
    try {
      walk.check(schema, value, '', 0);
    } catch (error) {
      if (error instanceof TooMuch) return [{ pointer: error.pointer, message: TOO_MUCH }];
      // Comparing values walks down them as deep as they go.
      if (!(error instanceof RangeError)) throw error;
      return [{ pointer: '', message: TOO_MUCH }];
    }
    return walk.findings;
  };
}

/** Ends the whole check: as a finding it would turn what is refused below a `not` or an `if` into what passes. */
class TooMuch extends Error {
  readonly pointer: string;

  constructor(pointer: string) {
    super(TOO_MUCH);
    this.pointer = pointer;
  }
}

class Walk {
  readonly findings: SchemaFinding[] = [];
  readonly #schemas: HttpDocument['schemas'];
  readonly #direction: Direction;
  #steps = 0;

  constructor(schemas: HttpDocument['schemas'], direction: Direction) {
    this.#schemas = schemas;
    this.#direction = direction;
  }

  check(schema: JsonSchema, value: JsonValue, at: string, depth: number): void {
    if (schema === true) return;
    if (schema === false) {
      this.#find(at, 'is not allowed here');
      return;
    }
    this.#step(at, depth);
    const target = this.#target(schema);
    if (target !== undefined) this.check(target, value, at, depth + 1);
    this.#checkAny(schema, value, at);
    this.#checkCombined(schema, value, at, depth);
    if (typeof value === 'string') this.#checkText(schema, value, at);
    else if (typeof value === 'number') this.#checkNumber(schema, value, at);
    else if (Array.isArray(value)) this.#checkList(schema, value, at, depth);
    else if (typeof value === 'object' && value !== null) this.#checkObject(schema, value, at, depth);
    this.#checkRest(schema, value, at, depth);
  }

  #target({ $ref }: JsonObject): JsonSchema | undefined {
    const name = schemaOfRef($ref);
    return name === undefined ? undefined : (this.#schemas.get(name) ?? true);
  }

  #step(at: string, depth: number): void {
    this.#steps += 1;
    if (this.#steps > MAX_STEPS || depth > MAX_DEPTH) throw new TooMuch(at);
  }

  /** Whether a value would pass, without saying what is wrong. */
  #passes(schema: JsonSchema, value: JsonValue, at: string, depth: number): boolean {
    const before = this.findings.length;
    const limit = this.#quiet;
    this.#quiet = Math.min(limit, before + 1);
    this.check(schema, value, at, depth);
    const passes = this.findings.length === before;
    this.findings.length = before;
    this.#quiet = limit;
    return passes;
  }

  /** Findings from here on are not kept: the first is enough to know. */
  #quiet = MAX_FINDINGS;

  #find(pointer: string, message: string): void {
    if (this.findings.length < this.#quiet) this.findings.push({ pointer, message });
  }

  get #isFull(): boolean {
    return this.findings.length >= this.#quiet;
  }

  #checkAny({ type, enum: values, const: constant }: JsonObject, value: JsonValue, at: string): void {
    if (type !== undefined) {
      const types = [type].flat() as JsonValue[];
      if (!types.some((one) => isOfType(value, one))) this.#find(at, `must be ${types.join(' or ')}`);
    }
    if (Array.isArray(values) && !values.some((one) => isEqual(one, value))) {
      const shown = values.slice(0, 10).map((one) => JSON.stringify(one));
      this.#find(at, `must be one of ${shown.join(', ')}${values.length > shown.length ? ', …' : ''}`);
    }
    if (constant !== undefined && !isEqual(constant, value))
      this.#find(at, `must be ${JSON.stringify(constant)}`);
  }

  #checkText(schema: JsonObject, value: string, at: string): void {
    const { minLength, maxLength, pattern } = schema;
    if (typeof minLength === 'number' || typeof maxLength === 'number') {
      // RFC 8259 characters are code points.
      const length = value.length > MAX_COUNTED ? value.length : [...value].length;
      if (typeof minLength === 'number' && length < minLength)
        this.#find(at, `must have at least ${minLength} characters`);
      if (typeof maxLength === 'number' && length > maxLength)
        this.#find(at, `must have at most ${maxLength} characters`);
    }
    if (typeof pattern !== 'string') return;
    const compiled = patternOf(schema, pattern);
    if (compiled?.test(value) === false) this.#find(at, `must match ${pattern}`);
  }

  #checkNumber(schema: JsonObject, value: number, at: string): void {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
    if (typeof minimum === 'number' && value < minimum) this.#find(at, `must be at least ${minimum}`);
    if (typeof maximum === 'number' && value > maximum) this.#find(at, `must be at most ${maximum}`);
    if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum)
      this.#find(at, `must be more than ${exclusiveMinimum}`);
    if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum)
      this.#find(at, `must be less than ${exclusiveMaximum}`);
    if (typeof multipleOf === 'number' && multipleOf > 0 && !isMultiple(value, multipleOf)) {
      this.#find(at, `must be a multiple of ${multipleOf}`);
    }
  }

  #checkList(schema: JsonObject, value: readonly JsonValue[], at: string, depth: number): void {
    const { minItems, maxItems, uniqueItems, contains, minContains, maxContains, prefixItems, items } =
      schema;
    if (typeof minItems === 'number' && value.length < minItems)
      this.#find(at, `must have at least ${minItems} items`);
    if (typeof maxItems === 'number' && value.length > maxItems)
      this.#find(at, `must have at most ${maxItems} items`);
    if (uniqueItems === true && !isUnique(value)) this.#find(at, 'must not have the same item twice');
    const prefix = Array.isArray(prefixItems) ? prefixItems : [];
    for (const [index, item] of value.entries()) {
      if (this.#isFull) return;
      const part = index < prefix.length ? prefix[index] : items;
      if (isSchema(part)) this.check(part, item, `${at}/${index}`, depth + 1);
    }
    if (!isSchema(contains)) return;
    const count = value.filter((item, index) =>
      this.#passes(contains, item, `${at}/${index}`, depth + 1),
    ).length;
    const least = typeof minContains === 'number' ? minContains : 1;
    if (count < least) this.#find(at, `must have at least ${least} items of the kind that it is to contain`);
    if (typeof maxContains === 'number' && count > maxContains)
      this.#find(at, `must have at most ${maxContains} items of the kind that it is to contain`);
  }

  #checkObject(schema: JsonObject, value: JsonObject, at: string, depth: number): void {
    const { properties, patternProperties, additionalProperties, propertyNames } = schema;
    const names = Object.keys(value);
    this.#checkCounts(schema, names, at);
    this.#checkRequired(schema, value, at);
    const listed = isObject(properties) ? properties : EMPTY;
    const byPattern = isObject(patternProperties) ? Object.entries(patternProperties) : [];
    for (const name of names) {
      if (this.#isFull) return;
      const item = value[name] ?? null;
      const inner = at + pointerStep(name);
      const own = Object.hasOwn(listed, name) ? listed[name] : undefined;
      let isKnown = isSchema(own);
      if (isSchema(own)) this.#checkMember(own, item, inner, depth);
      for (const [source, part] of byPattern) {
        // A pattern that is not checked might be any: nobody is refused for it.
        const compiled = patternOf(schema, source);
        if (compiled?.test(name) === false) continue;
        isKnown = true;
        if (compiled !== undefined && isSchema(part)) this.check(part, item, inner, depth + 1);
      }
      if (isSchema(propertyNames) && !this.#passes(propertyNames, name, inner, depth + 1)) {
        this.#find(inner, 'has a name that is not allowed here');
      }
      if (isKnown || !isSchema(additionalProperties)) continue;
      if (additionalProperties === false) this.#find(inner, 'is not known here');
      else this.check(additionalProperties, item, inner, depth + 1);
    }
    this.#checkDependent(schema, value, at, depth);
  }

  /** What nothing else of the schema has looked at. */
  #checkRest(schema: JsonObject, value: JsonValue, at: string, depth: number): void {
    const isList = Array.isArray(value);
    const rest = isList ? schema.unevaluatedItems : schema.unevaluatedProperties;
    if (!isSchema(rest) || this.#isFull || !(isList || isObject(value))) return;
    const judge: SchemaJudge = {
      target: (holder) => this.#target(holder),
      chosen: (holder, whole) => this.#chosen(holder, whole),
      passes: (part, whole, deep) => this.#passes(part, whole, at, deep),
      step: (deep) => this.#step(at, deep),
    };
    const { isAll, known } = evaluatedBy(schema, value, depth + 1, judge);
    if (isAll) return;
    const entries = isList ? value.entries() : Object.entries(value);
    for (const [key, item] of entries) {
      if (this.#isFull) return;
      if (known.has(key)) continue;
      const inner = at + pointerStep(String(key));
      if (rest === false) this.#find(inner, 'is not known here');
      else this.check(rest, item, inner, depth + 1);
    }
  }

  #checkMember(schema: JsonSchema, value: JsonValue, at: string, depth: number): void {
    if (typeof schema === 'object' && this.#isForeign(schema)) return;
    this.check(schema, value, at, depth + 1);
  }

  /** OpenAPI 3.1, "readOnly": should not be sent, and is not judged if it is. */
  #isForeign({ readOnly, writeOnly }: JsonObject): boolean {
    return this.#direction === 'request' ? readOnly === true : writeOnly === true;
  }

  #checkCounts({ minProperties, maxProperties }: JsonObject, names: readonly string[], at: string): void {
    if (typeof minProperties === 'number' && names.length < minProperties) {
      this.#find(at, `must have at least ${minProperties} members`);
    }
    if (typeof maxProperties === 'number' && names.length > maxProperties) {
      this.#find(at, `must have at most ${maxProperties} members`);
    }
  }

  #checkRequired({ required, properties }: JsonObject, value: JsonObject, at: string): void {
    if (!Array.isArray(required)) return;
    for (const name of required) {
      if (typeof name !== 'string' || Object.hasOwn(value, name)) continue;
      const property = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (isObject(property) && this.#isForeign(property)) continue;
      this.#find(at, `must have ${JSON.stringify(name)}`);
    }
  }

  #checkDependent(schema: JsonObject, value: JsonObject, at: string, depth: number): void {
    const { dependentRequired, dependentSchemas } = schema;
    for (const [name, companions] of Object.entries(
      isObject(dependentRequired) ? dependentRequired : EMPTY,
    )) {
      if (!Object.hasOwn(value, name) || !Array.isArray(companions)) continue;
      for (const companion of companions) {
        if (typeof companion === 'string' && !Object.hasOwn(value, companion)) {
          this.#find(at, `must have ${JSON.stringify(companion)} beside ${JSON.stringify(name)}`);
        }
      }
    }
    for (const [name, part] of Object.entries(isObject(dependentSchemas) ? dependentSchemas : EMPTY)) {
      if (Object.hasOwn(value, name) && isSchema(part)) this.check(part, value, at, depth + 1);
    }
  }

  #checkCombined(schema: JsonObject, value: JsonValue, at: string, depth: number): void {
    const { allOf, anyOf, oneOf, not } = schema;
    if (Array.isArray(allOf)) {
      for (const part of allOf) if (isSchema(part)) this.check(part, value, at, depth + 1);
    }
    if (Array.isArray(anyOf)) this.#checkAlternatives(anyOf.filter(isSchema), value, at, depth, false);
    if (Array.isArray(oneOf)) {
      const chosen = this.#chosen(schema, value);
      if (chosen === undefined) this.#checkAlternatives(oneOf.filter(isSchema), value, at, depth, true);
      else this.check(chosen, value, at, depth + 1);
    }
    if (isSchema(not) && this.#passes(not, value, at, depth + 1))
      this.#find(at, 'is of a kind that is not allowed here');
    this.#checkCondition(schema, value, at, depth);
  }

  #checkCondition(
    { if: condition, then, else: otherwise }: JsonObject,
    value: JsonValue,
    at: string,
    depth: number,
  ): void {
    if (!isSchema(condition)) return;
    const branch = this.#passes(condition, value, at, depth + 1) ? then : otherwise;
    if (isSchema(branch)) this.check(branch, value, at, depth + 1);
  }

  /** With one alternative what it misses is said; with several that would only confuse. */
  #checkAlternatives(
    alternatives: readonly JsonSchema[],
    value: JsonValue,
    at: string,
    depth: number,
    isExclusive: boolean,
  ): void {
    const [only] = alternatives;
    if (alternatives.length === 1 && only !== undefined) {
      this.check(only, value, at, depth + 1);
      return;
    }
    let count = 0;
    for (const part of alternatives) {
      if (this.#passes(part, value, at, depth + 1)) count += 1;
      if (count > 0 && !isExclusive) return;
    }
    if (count === 1) return;
    this.#find(
      at,
      count === 0 ? 'matches none of the alternatives' : 'matches more than one of the alternatives',
    );
  }

  /** The alternative that a discriminator names; it is the one to be told about. */
  #chosen({ discriminator, oneOf }: JsonObject, value: JsonValue): JsonSchema | undefined {
    if (!isObject(discriminator) || !isObject(value) || !Array.isArray(oneOf)) return undefined;
    const { propertyName, mapping } = discriminator;
    const told =
      typeof propertyName === 'string' && Object.hasOwn(value, propertyName)
        ? value[propertyName]
        : undefined;
    if (typeof told !== 'string') return undefined;
    const mapped = isObject(mapping) && Object.hasOwn(mapping, told) ? schemaOfRef(mapping[told]) : told;
    return oneOf.find(
      (part): part is JsonObject =>
        isObject(part) && schemaOfRef(part.$ref) === mapped && mapped !== undefined,
    );
  }
}

const EMPTY: JsonObject = Object.freeze(Object.create(null));
/** Longer text is measured in UTF-16 units: nobody's limit is that near. */
const MAX_COUNTED = 1_000_000;
