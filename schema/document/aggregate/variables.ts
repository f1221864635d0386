// Where the variables of a document come from, as parameters and body: the same texts and values that the gateway reads.
import {
  Kind,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';
import type { TypeRef } from '../../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import type { Template } from '../../routes/template.ts';
import { type PathForm, variableForm } from '../path-form.ts';
import { paragraphs } from '../texts.ts';
import { type InputSchemas, typeRefOf } from './graph-values.ts';

/** One alternative of several: the first that a request has counts. */
export type AggregateSource =
  | { readonly kind: 'path' | 'query'; readonly name: string }
  /** No names: the body as a whole. */
  | { readonly kind: 'body'; readonly names: readonly string[] }
  | { readonly kind: 'literal'; readonly value: JsonValue };

export interface BoundVariable {
  readonly type: TypeRef;
  readonly description: string;
  readonly sources: readonly AggregateSource[];
  /** What counts if no source has anything. */
  readonly fallback: JsonValue | undefined;
  /** A request has to give it. */
  readonly isNeeded: boolean;
}

/** Variables that something is said of, in order of the document. */
export function boundVariables(
  { variableDefinitions = [] }: OperationDefinitionNode,
  sources: ReadonlyMap<string, readonly AggregateSource[]>,
): BoundVariable[] {
  return variableDefinitions.flatMap((definition) => {
    const own = sources.get(definition.variable.name.value);
    return own === undefined ? [] : [boundVariable(definition, own)];
  });
}

function boundVariable(
  definition: VariableDefinitionNode,
  sources: readonly AggregateSource[],
): BoundVariable {
  const { type, defaultValue, description } = definition;
  const literal = sources.find(({ kind }) => kind === 'literal');
  const told =
    literal?.kind === 'literal'
      ? literal.value
      : defaultValue === undefined
        ? undefined
        : (valueFromASTUntyped(defaultValue) as JsonValue);
  return {
    type: typeRefOf(type),
    description: description?.value ?? '',
    sources,
    fallback: told === null ? undefined : told,
    isNeeded: type.kind === Kind.NON_NULL_TYPE && told === undefined,
  };
}

export function pathParameterValues(
  template: Template,
  form: PathForm,
  variables: readonly BoundVariable[],
  inputs: InputSchemas,
): JsonObject[] {
  return form.parameters.map(({ name, variable, isWhole, isRest }) => {
    const field = variable?.fieldPath.join('.');
    const bound = variables.find(({ sources }) =>
      sources.some((source) => source.kind === 'path' && source.name === field),
    );
    const part =
      variable === undefined || isWhole
        ? ''
        : `Part of \`${field}\`, which is \`${variableForm(template, form, variable)}\`.`;
    const rest = isRest ? 'Any number of segments; the slashes between them are sent as they are.' : '';
    const description = paragraphs(
      bound?.description ?? '',
      [part, rest].filter((text) => text !== '').join(' '),
    );
    return {
      name,
      in: 'path',
      ...(description !== '' && { description }),
      required: true,
      schema: pathSchema(isRest, isWhole, bound, inputs),
    };
  });
}

function pathSchema(
  isRest: boolean,
  isWhole: boolean,
  bound: BoundVariable | undefined,
  inputs: InputSchemas,
): JsonObject {
  if (isRest) return { type: 'string' };
  // Inside of a longer value an encoded slash stays encoded, so none is ever part of it.
  if (!isWhole) return { type: 'string', pattern: '^[^/]+$' };
  const schema = bound === undefined ? { type: 'string' } : inputs.of(bound.type, 'text');
  return schema.type === 'string' && Object.keys(schema).length === 1 ? { ...schema, minLength: 1 } : schema;
}

/** Lists are given by repeating the parameter. */
export function queryParameterValues(
  variables: readonly BoundVariable[],
  inputs: InputSchemas,
): JsonObject[] {
  const byName = new Map<string, JsonObject>();
  for (const variable of variables) {
    for (const source of variable.sources) {
      if (source.kind !== 'query') continue;
      const before = byName.get(source.name);
      const value = queryParameter(source.name, variable, inputs);
      byName.set(source.name, before === undefined ? value : both(before, value));
    }
  }
  return [...byName.values()];
}

function queryParameter(name: string, variable: BoundVariable, inputs: InputSchemas): JsonObject {
  const { type, sources, fallback, isNeeded } = variable;
  const index = sources.findIndex((source) => source.kind === 'query' && source.name === name);
  const others = sources.slice(index + 1).flatMap((source) => otherText(source));
  const description = paragraphs(
    variable.description,
    others.length === 0 ? '' : `Without it, ${others.join(', else ')} is taken.`,
  );
  const schema = inputs.of(type, 'text');
  return {
    name,
    in: 'query',
    ...(description !== '' && { description }),
    ...(isNeeded && sources.length === 1 && { required: true }),
    schema: fallback === undefined ? schema : { ...schema, default: fallback },
  };
}

function otherText(source: AggregateSource): string[] {
  switch (source.kind) {
    case 'path':
      return [`\`${source.name}\` of the path`];
    case 'query':
      return [`the parameter \`${source.name}\``];
    case 'body':
      return [source.names.length === 0 ? 'the body' : `\`${source.names.join('.')}\` of the body`];
    case 'literal':
      return [];
  }
}

/** One parameter that several variables read: it has to fit all of them. */
function both(one: JsonObject, other: JsonObject): JsonObject {
  const isSame = JSON.stringify(one.schema) === JSON.stringify(other.schema);
  return {
    ...one,
    ...((one.required === true || other.required === true) && { required: true }),
    schema: isSame ? (one.schema ?? {}) : { allOf: [one.schema ?? {}, other.schema ?? {}] },
  };
}

interface BodyEntry {
  readonly names: readonly string[];
  readonly schema: JsonObject;
  readonly isNeeded: boolean;
}

/** Undefined: nothing comes from the body, and none is read. */
export function bodySchema(
  variables: readonly BoundVariable[],
  inputs: InputSchemas,
): JsonObject | undefined {
  const entries = variables.flatMap(({ type, description, sources, isNeeded }) =>
    sources.flatMap((source): BodyEntry[] => {
      if (source.kind !== 'body') return [];
      const schema = inputs.of(type, 'input');
      return [
        {
          names: source.names,
          schema: description === '' ? schema : { ...schema, description },
          isNeeded: isNeeded && sources.length === 1,
        },
      ];
    }),
  );
  return entries.length === 0 ? undefined : nested(entries);
}

function nested(entries: readonly BodyEntry[]): JsonObject {
  const whole = entries.filter(({ names }) => names.length === 0).map(({ schema }) => schema);
  const members = new Map<string, BodyEntry[]>();
  for (const { names, ...entry } of entries) {
    const [name, ...rest] = names;
    if (name === undefined) continue;
    const list = members.get(name);
    if (list === undefined) members.set(name, [{ ...entry, names: rest }]);
    else list.push({ ...entry, names: rest });
  }
  const required = [...members]
    .filter(([, list]) => list.some(({ isNeeded }) => isNeeded))
    .map(([name]) => name);
  const object = {
    type: 'object',
    properties: Object.fromEntries([...members].map(([name, list]) => [name, nested(list)])),
    ...(required.length > 0 && { required }),
    // Beside a variable that is the whole, other members are its.
    ...(whole.length === 0 && { additionalProperties: false }),
  };
  const all = members.size === 0 ? whole : [...whole, object];
  const [only] = all;
  return only !== undefined && all.length === 1 ? only : { allOf: all };
}
