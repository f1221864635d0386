// Whether one HTTP binding fits the messages of its operation: everything of it that could only fail at run time
// is refused here. Whether two bindings meet is the route table's question.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { HttpBinding, Operation } from '../../core/operation.ts';
import type { Problem } from '../../core/problem.ts';
import { isBindableMethod } from './http-method.ts';
import { placeOf } from './route-claims.ts';
import { parseTemplate, type Template, type TemplateVariable } from './template.ts';

/** Every problem, at the operation's position. An automatic binding has none. */
export function checkBinding(operation: Operation, binding: HttpBinding): Problem[] {
  if (binding.isAutomatic) return [];
  const { method, position } = operation;
  const template = parseTemplate(binding.template);
  const rule = `${method}, ${binding.method} ${shorten(binding.template)}`;
  const toProblem = (owner: string, fault: Fault): Problem => ({
    severity: fault.severity ?? 'error',
    rule: fault.rule,
    message: `${owner}: ${fault.message}`,
    ...placeOf(position),
  });
  const faults = [...checkMethod(binding), ...checkBodies(operation, binding)];
  if (template.ok) faults.push(...checkVariables(operation, binding, template.value));
  const unreadable = template.problems.map((problem) => toProblem(method, problem));
  return [...faults.map((fault) => toProblem(rule, fault)), ...unreadable];
}

interface Fault {
  readonly severity?: Problem['severity'];
  readonly rule: string;
  readonly message: string;
}

function* checkMethod({ method, body }: HttpBinding): Generator<Fault> {
  if (!isBindableMethod(method)) {
    const message = `"${shorten(method)}" cannot be bound; use an upper-case HTTP method other than TRACE and CONNECT, or "*"`;
    yield { rule: 'http-method', message };
  }
  if (body === undefined) return;
  // RFC 9110 §9.3.1: such a body has no meaning; caches and proxies may drop it.
  if (method === 'GET' || method === 'HEAD') {
    yield { rule: 'get-with-body', message: `${method} has no body; leave "body" out or use POST` };
  } else if (method === 'DELETE') {
    const message = 'the body of a DELETE has no defined meaning, and some clients cannot send one';
    yield { severity: 'warning', rule: 'delete-with-body', message };
  }
}

function* checkBodies(
  { input, output, rest }: Operation,
  { body, responseBody }: HttpBinding,
): Generator<Fault> {
  if (body?.includes('.')) {
    const message = findNestedFault(input.descriptor, body, rest.nestedHttpBody);
    if (message !== undefined) yield { rule: 'binding-field', message };
  } else if (body !== undefined && body !== '*' && findField(input.descriptor, body) === undefined) {
    yield unknownTopLevelField('body', body, input.descriptor);
  }
  if (responseBody !== undefined && findField(output.descriptor, responseBody) === undefined) {
    yield unknownTopLevelField('response_body', responseBody, output.descriptor);
  }
}

/** A path is for a google.api.HttpBody alone: which fields of a message the rest of the body would be, nobody says. */
function findNestedFault(input: DescMessage, body: string, isAllowed: boolean): string | undefined {
  const fields = resolveSingle(input, body);
  const last = fields?.at(-1);
  if (last?.message?.typeName !== 'google.api.HttpBody') {
    const what =
      last === undefined ? 'names no field' : 'is a path, which only a google.api.HttpBody may have';
    return `body "${shorten(body)}" ${what}: write a top-level field or "*"`;
  }
  if (isAllowed) return undefined;
  return `body "${shorten(body)}" is a path: write a top-level field, or let the service set rest.nestedHttpBody`;
}

/** The fields along a path of single messages; undefined if it is none. */
function resolveSingle(input: DescMessage, path: string): DescField[] | undefined {
  const fields: DescField[] = [];
  let at: DescMessage | undefined = input;
  for (const name of path.split('.')) {
    const field: DescField | undefined = at === undefined ? undefined : findField(at, name);
    if (field === undefined) return undefined;
    fields.push(field);
    at = field.fieldKind === 'message' ? field.message : undefined;
  }
  return fields;
}

function* checkVariables(
  { input, shape }: Operation,
  { body }: HttpBinding,
  { variables }: Template,
): Generator<Fault> {
  const choices: OneofChoices = new Map();
  const bodyPath = body === undefined ? [] : (resolveSingle(input.descriptor, body) ?? []);
  const names = bodyPath.map(({ name }) => name);
  for (const [index, field] of bodyPath.entries()) choose(choices, field, names.slice(0, index + 1));
  for (const variable of variables) {
    const message = findVariableFault(input.descriptor, variable, choices);
    if (message !== undefined) yield { rule: 'path-variable', message };
  }
  if (variables.some(({ fieldPath }) => fieldPath.join('.') === body)) {
    const message = `"${body}" is both the body and in the path; the path wins, so the body is never read`;
    yield { severity: 'warning', rule: 'body-bound-by-path', message };
  }
  if (variables.length > 0 && (shape === 'client_stream' || shape === 'bidi_stream')) {
    const message = 'the method takes a stream; path variables fill its first message only';
    yield { severity: 'note', rule: 'streaming-binding', message };
  }
}

/** By oneof, told apart by the path to it: the member that is bound. Binding another would clear it. */
type OneofChoices = Map<string, string>;

/** What is wrong with a variable's field path, or undefined. */
function findVariableFault(
  input: DescMessage,
  { fieldPath }: TemplateVariable,
  choices: OneofChoices,
): string | undefined {
  const variable = `variable "${fieldPath.join('.')}"`;
  let message = input;
  for (const [index, part] of fieldPath.entries()) {
    const field = findField(message, part);
    if (field === undefined) return `${variable} names no field: ${describeFields(part, message)}`;
    if (field.fieldKind === 'list')
      return `${variable} binds through repeated field "${part}"; bind a singular one`;
    if (field.fieldKind === 'map')
      return `${variable} binds through map field "${part}"; bind a singular field`;
    const other = choose(choices, field, fieldPath.slice(0, index + 1));
    if (other !== undefined) return `${variable} would clear "${other}", a member of the same oneof`;
    const isLast = index === fieldPath.length - 1;
    const type = field.message;
    if (isLast) {
      if (type === undefined || SCALAR_WELL_KNOWN.has(type.typeName)) return undefined;
      return `${variable} ends at message ${type.typeName}; bind a scalar, an enum, or a well-known type written as text`;
    }
    if (type === undefined) return `${variable} goes on behind "${part}", which is no message`;
    if (type.typeName.startsWith('google.protobuf.')) {
      return `${variable} goes into ${type.typeName}, whose JSON form has no such part; bind "${part}" as a whole`;
    }
    message = type;
  }
  return undefined;
}

function findField({ fields }: DescMessage, protoName: string): DescField | undefined {
  return fields.find(({ name }) => name === protoName);
}

/** Notes the member of a oneof that is bound; gives the one that was before, if another. */
function choose(choices: OneofChoices, field: DescField, path: readonly string[]): string | undefined {
  if (field.oneof === undefined) return undefined;
  const key = [...path.slice(0, -1), field.oneof.name].join('.');
  const earlier = choices.get(key) ?? field.name;
  choices.set(key, earlier);
  return earlier === field.name ? undefined : earlier;
}

/** Messages whose ProtoJSON is one piece of text: what a path can hold. */
const SCALAR_WELL_KNOWN: ReadonlySet<string> = new Set(
  [
    ...['Timestamp', 'Duration', 'FieldMask'],
    ...['DoubleValue', 'FloatValue', 'Int64Value', 'UInt64Value', 'Int32Value', 'UInt32Value'],
    ...['BoolValue', 'StringValue', 'BytesValue'],
  ].map((name) => `google.protobuf.${name}`),
);

function unknownTopLevelField(part: 'body' | 'response_body', name: string, message: DescMessage): Fault {
  const remedy = name.includes('.') ? 'write a top-level field' : describeFields(name, message);
  const any = part === 'body' ? ' or "*"' : '';
  return { rule: 'binding-field', message: `${part} "${shorten(name)}" names no field${any}: ${remedy}` };
}

/** Proto names, since those are what rules are written in; a JSON name is the commonest slip. */
function describeFields(wanted: string, { typeName, fields }: DescMessage): string {
  const byJsonName = fields.find(({ jsonName }) => jsonName === wanted);
  if (byJsonName !== undefined) return `write its proto name "${byJsonName.name}"`;
  if (fields.length === 0) return `${typeName} has none`;
  const names = fields.slice(0, 8).map(({ name }) => name);
  return `${typeName} has ${names.join(', ')}${fields.length > names.length ? ', …' : ''}`;
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
