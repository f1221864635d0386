// The variables of an aggregate's document out of a request: texts of path and query read as the types that the
// document declares, every fault told with the parameter it lies in.
import {
  type GraphQLInputType,
  type GraphQLSchema,
  getVariableValues,
  isInputType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { GatewayError, type Violation } from '../../../core/error.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import type { AggregateConfig } from './aggregate.ts';
import { unknownMembers } from './unknown-members.ts';
import { BODY, evaluate, type GivenValues, type SourceValue } from './variable-source.ts';

/** @throws GatewayError `invalid_argument` with a violation for every parameter that does not fit. */
export function readVariables(
  { variables }: Pick<AggregateConfig, 'variables'>,
  operation: OperationDefinitionNode,
  given: GivenValues,
  schema: GraphQLSchema,
): JsonObject {
  const violations: Violation[] = [
    ...unknownParameters(variables, given),
    ...unknownMembers([...variables.values()].flat(), given.body),
  ];
  const values: JsonObject = {};
  const fields = new Map<string, string>();
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const sources = variables.get(name);
    const found = sources && evaluate(sources, given);
    const type = typeFromAST(schema, definition.type as Parameters<typeof typeFromAST>[1]);
    if (found === undefined || !isInputType(type)) {
      const source = sources?.find(({ kind }) => kind !== 'literal');
      fields.set(name, source === undefined ? name : fieldOf(source));
      continue;
    }
    fields.set(name, found.field === '' ? name : found.field);
    const read = readValue(found, type);
    if (read.ok) values[name] = read.value;
    else violations.push({ field: found.field, description: read.message });
  }
  if (violations.length === 0) violations.push(...misfits(values, operation, fields, schema));
  const [first] = violations;
  if (first === undefined) return values;
  throw new GatewayError('invalid_argument', `${first.field}: ${first.description}`, { violations });
}

function fieldOf(source: {
  readonly kind: string;
  readonly name?: string;
  readonly names?: readonly string[];
}): string {
  return source.name ?? (source.names?.join('.') || source.kind);
}

/** A parameter that nothing reads is a slip of the pen; REST refuses it elsewhere, too. */
function unknownParameters(variables: AggregateConfig['variables'], { query }: GivenValues): Violation[] {
  const known = new Set<string>();
  for (const sources of variables.values()) {
    for (const source of sources) if (source.kind === 'query') known.add(source.name);
  }
  const unknown = new Set([...query.keys()].filter((name) => !known.has(name)));
  return [...unknown].slice(0, 20).map((name) => ({
    field: name.slice(0, 100),
    description: 'there is no such parameter',
  }));
}

type Reading =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly message: string };

function readValue(found: SourceValue, type: GraphQLInputType): Reading {
  if (found.kind === 'value') return { ok: true, value: found.value };
  const bare = isNonNullType(type) ? type.ofType : type;
  if (isListType(bare)) {
    const readings = found.texts.map((text) => textAs(text, bare.ofType));
    const fault = readings.find((reading) => !reading.ok);
    return fault ?? { ok: true, value: readings.flatMap((reading) => (reading.ok ? [reading.value] : [])) };
  }
  const [text = '', second] = found.texts;
  if (second !== undefined) return { ok: false, message: 'is given more than once' };
  return textAs(text, bare);
}

function textAs(text: string, type: GraphQLInputType): Reading {
  const bare = isNonNullType(type) ? type.ofType : type;
  switch (String(bare)) {
    case 'Int':
    case 'UInt32':
      return /^-?[0-9]{1,10}$/.test(text)
        ? { ok: true, value: Number(text) }
        : refuse('must be a whole number');
    // Beyond what is exact the scalar itself refuses it.
    case 'SafeInteger':
      return /^-?[0-9]{1,16}$/.test(text)
        ? { ok: true, value: Number(text) }
        : refuse('must be a whole number');
    case 'Float':
      return /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(text)
        ? { ok: true, value: Number(text) }
        : refuse('must be a number');
    case 'Boolean':
      return text === 'true' || text === 'false'
        ? { ok: true, value: text === 'true' }
        : refuse('must be true or false');
    default:
      return { ok: true, value: text };
  }
}

function refuse(message: string): Reading {
  return { ok: false, message };
}

/** What the types themselves say of the values, each fault with the parameter that it came in by. */
function misfits(
  values: JsonObject,
  { variableDefinitions = [] }: OperationDefinitionNode,
  fields: ReadonlyMap<string, string>,
  schema: GraphQLSchema,
): Violation[] {
  return variableDefinitions.flatMap((definition) => {
    const { errors } = getVariableValues(schema, [definition], values, { hideSuggestions: true });
    const [error] = errors ?? [];
    if (error === undefined) return [];
    const name = definition.variable.name.value;
    const field = fields.get(name) ?? name;
    if (!Object.hasOwn(values, name)) return [{ field, description: 'is required' }];
    const { place, fault } = withoutVariable(error.message);
    // Of a whole body, its fields; REST names them in the same way elsewhere.
    const whole = field === BODY && place.startsWith('.') ? place.slice(1) : `${field}${place}`;
    return [{ field: whole, description: fault }];
  });
}

const FAULT = /^Variable "\$\w+" (?:got|has) invalid value(?: at ([^:;]*))?[^:;]*[:;]\s*/;

/** `Variable "$first" has invalid value at [0]: Int cannot …` speaks of a name that clients do not know. */
function withoutVariable(message: string): { place: string; fault: string } {
  const place = FAULT.exec(message)?.[1] ?? '';
  return { place: place.slice(0, 200), fault: message.replace(FAULT, '').slice(0, 300) };
}
