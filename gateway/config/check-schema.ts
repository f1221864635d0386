// Checks located values against the published schema and says for each fault what would be right.
// What a fault touched is left out of the result, so that later steps read on without repeating it.

import { findNearest } from '../../core/nearest-name.ts';
import { type Position, type Problem, sortProblems } from '../../core/problem.ts';
import type {
  ConfigNode,
  ListNode,
  MappingEntry,
  MappingNode,
  RefusedNode,
  ScalarNode,
} from './config-node.ts';
import { isAbsent, problemAt } from './config-node.ts';
import { type ConfigSchema, resolveSchema } from './config-schema.ts';
import { isServedKey, refuseValue } from './not-served.ts';

export interface SchemaCheck {
  /** Texts from variables are numbers and booleans here where the schema asks for such. */
  readonly node: ConfigNode;
  readonly problems: readonly Problem[];
}

/** Where a value stands: `services[0].name` for people, `services[].name` for lists of settings. */
interface Place {
  readonly name: string;
  readonly key: string;
}

export function checkSchema(schema: ConfigSchema, root: ConfigNode): SchemaCheck {
  const checker = new Checker();
  const node = checker.check(schema, root, { name: '', key: '' });
  return { node, problems: sortProblems(checker.problems) };
}

class Checker {
  readonly problems: Problem[] = [];

  check(unresolved: ConfigSchema, node: ConfigNode, place: Place): ConfigNode {
    const schema = choose(resolveSchema(unresolved), node);
    switch (node.kind) {
      case 'mapping':
        return schema.type === 'object'
          ? this.#checkMapping(schema, node, place)
          : this.#wrong(schema, node, place);
      case 'list':
        return schema.type === 'array'
          ? this.#checkList(schema, node, place)
          : this.#wrong(schema, node, place);
      case 'scalar':
        return this.#checkScalar(schema, node, place);
      case 'refused':
        return node;
    }
  }

  #checkMapping(schema: ConfigSchema, node: MappingNode, place: Place): MappingNode {
    const entries = new Map<string, MappingEntry>();
    const { properties = {}, additionalProperties } = schema;
    const other = additionalProperties === false ? undefined : additionalProperties;
    for (const [key, entry] of node.entries) {
      const property = Object.hasOwn(properties, key) ? properties[key] : other;
      const inner = { name: join(place.name, key), key: join(place.key, key) };
      if (property === undefined) {
        this.#refuse(entry.keyPosition, 'unknown-key', unknownKey(key, Object.keys(properties), place));
      } else if (isAbsent(entry.node)) {
        // A key without a value counts as not written.
      } else if (!isServedKey(inner.key)) {
        this.#refuse(entry.keyPosition, 'not-served', `${inner.name} is not served by this version`);
      } else {
        entries.set(key, { ...entry, node: this.check(property, entry.node, inner) });
      }
    }
    this.#checkPresence(schema, node, place);
    return { ...node, entries };
  }

  #checkPresence(schema: ConfigSchema, node: MappingNode, place: Place): void {
    const given = (key: string): boolean => {
      const entry = node.entries.get(key);
      return entry !== undefined && !isAbsent(entry.node);
    };
    const subject = place.name === '' ? 'the configuration' : place.name;
    for (const key of schema.required ?? []) {
      if (!given(key)) this.#refuse(node.position, 'missing-key', `${subject} needs ${key}`);
    }
    for (const [key, companions] of Object.entries(schema.dependentRequired ?? {})) {
      for (const companion of companions) {
        if (given(key) && !given(companion)) {
          this.#refuse(node.position, 'missing-key', `${subject} has ${key} and so needs ${companion}`);
        }
      }
    }
    const { choices, instead } = choicesOf(schema);
    const [first, second] = choices.filter(given);
    if (choices.length > 0 && first === undefined && !instead.some(given)) {
      const served = choices.filter((key) => isServedKey(join(place.key, key)));
      const without = instead.length === 0 ? '' : `; without any of them ${instead.join(' or ')}`;
      this.#refuse(node.position, 'missing-key', `${subject} needs ${served.join(' or ')}${without}`);
    }
    if (first !== undefined && second !== undefined) {
      const position = node.entries.get(second)?.keyPosition ?? node.position;
      this.#refuse(position, 'contradiction', `${subject} has both ${first} and ${second}; keep one`);
    }
  }

  #checkList(schema: ConfigSchema, node: ListNode, place: Place): ListNode {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items } = schema;
    if (node.items.length < minItems) {
      this.#refuse(node.position, 'wrong-value', `${place.name} must have an entry, found an empty list`);
    }
    if (node.items.length > maxItems) {
      const message = `${place.name} has ${node.items.length} entries; ${maxItems} are allowed`;
      this.#refuse(node.position, 'wrong-value', message);
      return { ...node, items: [] };
    }
    if (items === undefined) return node;
    const checked = node.items.map((item, index) =>
      this.check(items, item, { name: `${place.name}[${index}]`, key: `${place.key}[]` }),
    );
    return { ...node, items: checked };
  }

  #checkScalar(schema: ConfigSchema, node: ScalarNode, place: Place): ConfigNode {
    const read = readAs(schema, node);
    if (read === undefined) return this.#wrong(schema, node, place);
    const refusal = refuseValue(place.key, place.name, read);
    if (refusal === undefined) return read;
    this.#refuse(node.position, 'not-served', refusal);
    return { kind: 'refused', position: node.position };
  }

  #wrong(schema: ConfigSchema, node: ConfigNode, place: Place): RefusedNode {
    const subject = place.name === '' ? 'the configuration' : place.name;
    const expected = schema.title ?? 'something else';
    const message = `${subject} must be ${expected}, found ${describe(node, schema)}${hint(node, schema)}`;
    this.#refuse(node.position, 'wrong-value', message);
    return { kind: 'refused', position: node.position };
  }

  #refuse(position: Position, rule: string, message: string): void {
    this.problems.push(problemAt(position, rule, message));
  }
}

/** Of several forms the one of the value's kind; messages keep the title of the whole. */
function choose(schema: ConfigSchema, node: ConfigNode): ConfigSchema {
  if (schema.anyOf === undefined) return schema;
  const type = node.kind === 'mapping' ? 'object' : 'array';
  const chosen =
    node.kind === 'scalar' ? undefined : schema.anyOf.map(resolveSchema).find((s) => s.type === type);
  return chosen === undefined
    ? schema
    : { ...chosen, ...(schema.title !== undefined && { title: schema.title }) };
}

/** The scalar as the schema wants it, or undefined when it does not fit. */
function readAs(schema: ConfigSchema, node: ScalarNode): ScalarNode | undefined {
  if (schema.anyOf !== undefined) {
    for (const form of schema.anyOf) {
      const read = readAs(resolveSchema(form), node);
      if (read !== undefined) return read;
    }
    return undefined;
  }
  const value = node.isText ? readText(schema, node.value) : node.value;
  return isValid(schema, value) ? { ...node, value } : undefined;
}

function readText(schema: ConfigSchema, text: ScalarNode['value']): ScalarNode['value'] {
  if (schema.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (schema.type === 'integer' && typeof text === 'string' && /^-?[0-9]{1,15}$/.test(text))
    return Number(text);
  return text;
}

function isValid(schema: ConfigSchema, value: ScalarNode['value']): boolean {
  switch (schema.type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer': {
      const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
      return typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum;
    }
    case 'string':
      return typeof value === 'string' && isValidText(schema, value);
    default:
      // Mappings and lists are no scalars. A schema without a type stands for a key that is not served.
      return false;
  }
}

function isValidText(schema: ConfigSchema, text: string): boolean {
  const length = [...text].length;
  return (
    length >= (schema.minLength ?? 0) &&
    length <= (schema.maxLength ?? Number.POSITIVE_INFINITY) &&
    (schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(text)) &&
    (schema.enum === undefined || schema.enum.includes(text))
  );
}

function describe(node: ConfigNode, schema: ConfigSchema): string {
  if (node.kind !== 'scalar') return node.kind === 'list' ? 'a list' : 'a mapping';
  if (node.value === null) return 'nothing';
  if (node.isHidden) return node.value === '' ? 'an empty expansion' : 'an expansion to another value';
  if (schema.writeOnly === true) return node.value === '' ? 'an empty text' : 'another value';
  const shown = JSON.stringify(node.value);
  return shown.length <= 60 ? shown : `${shown.slice(0, 56)}…"`;
}

function hint(node: ConfigNode, schema: ConfigSchema): string {
  if (node.kind !== 'scalar') return '';
  const text = String(node.value);
  if (schema.enum !== undefined && !node.isHidden) {
    const nearest = findNearest(text, schema.enum);
    if (nearest !== undefined) return `; did you mean "${nearest}"?`;
  }
  const isUnquoted = typeof node.value === 'number' || typeof node.value === 'boolean';
  return isUnquoted && schema.type === 'string' && isValidText(schema, text) ? '; put it in quotes' : '';
}

function unknownKey(key: string, known: readonly string[], place: Place): string {
  const served = known.filter((candidate) => isServedKey(join(place.key, candidate)));
  const where = place.name === '' ? '' : ` in ${place.name}`;
  const shown = key.length <= 60 ? key : `${key.slice(0, 59)}…`;
  const nearest = findNearest(key, served);
  const remedy = nearest === undefined ? `known are ${served.join(', ')}` : `did you mean "${nearest}"?`;
  return `unknown key ${JSON.stringify(shown)}${where}; ${remedy}`;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** Keys of which one is to be given, and those of which one will do instead. */
function choicesOf({ oneOf = [] }: ConfigSchema): {
  readonly choices: readonly string[];
  readonly instead: readonly string[];
} {
  const choices = oneOf.flatMap((choice) => ('required' in choice ? choice.required[0] : []));
  const instead = oneOf.flatMap((choice) =>
    'required' in choice ? [] : choice.anyOf.map(({ required: [key] }) => key),
  );
  return { choices, instead };
}
