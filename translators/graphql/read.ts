// GraphQL arguments, as graphql-js has coerced them, to a request in ProtoJSON (graphql reference, section 3.2).
// Omitted and null both mean unset. Types were checked before; what is left are rules GraphQL cannot express.
import { GatewayError, type Violation } from '../../core/error.ts';
import type {
  Constant,
  Graph,
  GraphScalar,
  ImplicitMask,
  InputField,
  InputType,
  RootField,
  ValueShape,
} from '../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { exactNumber } from './exact-number.ts';
import { maskText, presentPaths } from './update-mask.ts';

/** Coerced arguments, or a coerced input object. */
export type Arguments = Readonly<Record<string, unknown>>;

/** @throws GatewayError `invalid_argument`, its fields as JSON paths of the request. */
export type ArgumentReader = (given: Arguments) => JsonValue;

/** Lookups by name are done once per graph; the reader of a root field is run per call. */
export function createReader(
  graph: Graph,
): (root: Pick<RootField, 'arguments' | 'request' | 'implicitMask'>) => ArgumentReader {
  const tables = readTables(graph);
  return (root) => {
    const [argument] = root.arguments;
    if (root.request === 'value' && argument !== undefined) {
      return (given) => (given[argument.name] as JsonValue | undefined) ?? defaultOf(argument);
    }
    return (given) => {
      const reading: Reading = { tables, violations: [], violationCount: 0 };
      const request = readFields(root.arguments, given, '', reading);
      if (root.implicitMask !== undefined)
        fillMask(request, root.implicitMask, root.arguments, given, tables);
      if (reading.violationCount > 0) throw refusal(reading);
      return request;
    };
  };
}

/** A mask that the client gave is not touched. */
function fillMask(
  request: JsonObject,
  { key, resource, identifying }: ImplicitMask,
  fields: readonly InputField[],
  given: Arguments,
  tables: Tables,
): void {
  const field = fields.find(({ name }) => name === resource);
  const value = own(given, resource);
  if (request[key] !== undefined || typeof value !== 'object' || value === null) return;
  if (field?.target.kind !== 'single' || field.target.value.kind !== 'message') return;
  const inputs = (type: string): readonly InputField[] => tables.inputs.get(type) ?? [];
  const paths = presentPaths(inputs(field.target.value.type), value, inputs);
  const changed = paths.filter((path) => !identifying.includes(path));
  if (changed.length > 0) request[key] = maskText(changed);
}

interface Tables {
  /** Input types by name. */
  readonly inputs: ReadonlyMap<string, readonly InputField[]>;
  /** By input type. */
  readonly constants: ReadonlyMap<string, readonly Constant[]>;
  /** Per enum type, from GraphQL names to JSON values. */
  readonly enums: ReadonlyMap<string, ReadonlyMap<unknown, JsonValue>>;
}

interface Reading {
  readonly tables: Tables;
  /** The first of them: a request of one kind of fault repeated must not be answered by as many. */
  readonly violations: Violation[];
  violationCount: number;
}

/** As REST has it: transcoding reference, section 6, "Errors of reading". */
const MAX_VIOLATIONS = 20;

function addViolation(reading: Reading, violation: Violation): void {
  reading.violationCount += 1;
  if (reading.violations.length < MAX_VIOLATIONS) reading.violations.push(violation);
}

function readTables(graph: Graph): Tables {
  const inputs = new Map<string, readonly InputField[]>();
  const constants = new Map<string, NonNullable<InputType['constants']>>();
  const enums = new Map<string, ReadonlyMap<unknown, JsonValue>>();
  for (const type of graph.types.values()) {
    if (type.kind === 'input') {
      inputs.set(type.name, type.fields);
      if (type.constants !== undefined) constants.set(type.name, type.constants);
    }
    if (type.kind === 'enum')
      enums.set(
        type.name,
        new Map(type.values.map(({ name, protoName, value = protoName }) => [name, value])),
      );
  }
  return { inputs, constants, enums };
}

function readFields(
  fields: readonly InputField[],
  given: Arguments,
  path: string,
  reading: Reading,
): JsonObject {
  const message = emptyObject();
  for (const field of fields) {
    const value = own(given, field.name);
    if (value !== undefined && value !== null) readField(field, value, { message, path, reading });
    else if (value === null && field.target.kind === 'single' && field.target.takesNull === true)
      holderOf(message, field.target.within)[field.target.key] = null;
  }
  return message;
}

interface Place {
  /** What is being filled. */
  readonly message: JsonObject;
  /** Its JSON path with a dot behind it; empty at the root. */
  readonly path: string;
  readonly reading: Reading;
}

function readField({ target }: InputField, value: unknown, { message, path, reading }: Place): void {
  switch (target.kind) {
    case 'single': {
      const { key, within, constants } = target;
      const place = within === undefined ? path + key : `${path}${within}.${key}`;
      const read = readValue(target.value, value, place, reading);
      addConstants(read, constants);
      holderOf(message, within)[key] = read;
      return;
    }
    case 'list':
      message[target.key] = (value as readonly unknown[]).map((item, index) =>
        readValue(target.item, item, `${path}${target.key}[${index}]`, reading),
      );
      return;
    case 'map':
      message[target.key] = readEntries(
        value as readonly Arguments[],
        target.value,
        path + target.key,
        reading,
      );
      return;
    case 'oneof':
      // GraphQL has made sure that exactly one member is there; it goes where the members lie in the message.
      Object.assign(
        message,
        readFields(reading.tables.inputs.get(target.input) ?? [], value as Arguments, path, reading),
      );
      return;
    case 'none':
      return;
  }
}

function holderOf(message: JsonObject, within: string | undefined): JsonObject {
  if (within === undefined) return message;
  const known = message[within];
  if (isObject(known)) return known;
  const made = emptyObject();
  message[within] = made;
  return made;
}

function addConstants(value: JsonValue, constants: readonly Constant[] | undefined): void {
  if (constants === undefined || !isObject(value)) return;
  for (const [key, constant] of constants) value[key] = constant;
}

function readEntries(
  entries: readonly Arguments[],
  shape: ValueShape,
  path: string,
  reading: Reading,
): JsonObject {
  const map = emptyObject();
  for (const entry of entries) {
    const key = String(entry.key);
    if (key in map) {
      addViolation(reading, {
        field: path,
        description: `has the key ${JSON.stringify(key)} more than once`,
      });
    }
    map[key] = readValue(shape, entry.value, `${path}.${key}`, reading);
  }
  return map;
}

function readValue(shape: ValueShape, value: unknown, path: string, reading: Reading): JsonValue {
  if (value === null) return null;
  switch (shape.kind) {
    case 'scalar':
      return shape.isNumber === true ? exactNumber(String(value)) : (value as JsonValue);
    case 'enum':
      return reading.tables.enums.get(shape.type)?.get(value) ?? null;
    case 'message': {
      const { inputs, constants } = reading.tables;
      const message = readFields(inputs.get(shape.type) ?? [], value as Arguments, `${path}.`, reading);
      addConstants(message, constants.get(shape.type));
      return message;
    }
    case 'list':
      return (value as readonly unknown[]).map((item, index) =>
        readValue(shape.item, item, `${path}[${index}]`, reading),
      );
    case 'entries':
      return readEntries(value as readonly Arguments[], shape.value, path, reading);
    case 'choice':
      return readChoice(reading.tables.inputs.get(shape.type) ?? [], value as Arguments, path, reading);
    case 'empty':
      if (value !== true) {
        addViolation(reading, { field: path, description: 'must be true: it is chosen by being set' });
      }
      return emptyObject();
  }
}

/** The one member that was given is the value itself. */
function readChoice(
  fields: readonly InputField[],
  given: Arguments,
  path: string,
  reading: Reading,
): JsonValue {
  for (const { name, target } of fields) {
    const value = own(given, name);
    if (value === undefined || value === null || target.kind !== 'single') continue;
    const read = readValue(target.value, value, path, reading);
    addConstants(read, target.constants);
    return read;
  }
  return null;
}

function refusal({ violations, violationCount }: Reading): GatewayError {
  const [first] = violations;
  const more = violationCount > 1 ? ` (and ${violationCount - 1} more)` : '';
  return new GatewayError('invalid_argument', `${first?.field} ${first?.description}${more}`, { violations });
}

/** ProtoJSON of an unset well-known type that is a whole request: null would be no such message. */
function defaultOf({ target }: InputField): JsonValue {
  const isScalar = target.kind === 'single' && target.value.kind === 'scalar';
  return isScalar ? structuredClone(DEFAULTS[target.value.scalar]) : null;
}

const DEFAULTS: Readonly<Record<GraphScalar, JsonValue>> = {
  Boolean: false,
  Int: 0,
  UInt32: 0,
  Float: 0,
  Int64: '0',
  UInt64: '0',
  String: '',
  ID: '',
  Bytes: '',
  DateTime: '1970-01-01T00:00:00Z',
  Duration: '0s',
  FieldMask: '',
  JSON: null,
  JSONObject: {},
  Any: {},
  SafeInteger: 0,
  Date: '1970-01-01',
};

/** Keys are data of strangers: nothing may be found on a prototype. */
function emptyObject(): JsonObject {
  return Object.create(null) as JsonObject;
}

function own(given: Arguments, name: string): unknown {
  return Object.hasOwn(given, name) ? given[name] : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
