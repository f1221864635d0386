// The way of most requests into their message: body, query and path each written to the wire in turn, where the last
// of one scalar wins; a message is written once. Whatever is not plain is left to request-plan.ts, which reads into a
// tree and words refusals.
import type { HttpBinding, Operation } from '../../core/operation.ts';
import { messagePlan } from '../json/fast/compile-plan.ts';
import { appendField, appendJson, appendLeaf, appendMessage, writeWire } from '../json/fast/json-to-wire.ts';
import { FORM } from '../json/fast/message-form.ts';
import type { FieldPlan, MessagePlan } from '../json/fast/message-plan.ts';
import { BEYOND } from '../json/fast/varint.ts';
import { findRuleField } from '../json/fields.ts';
import { appendBound, type BoundField, boundFields } from './bound-fields.ts';
import { createNameTest, type NameTest } from './name-test.ts';
import { parseQuery } from './query.ts';
import type { RequestParts } from './request-parts.ts';

/** Wire bytes, or undefined: the careful way must say. */
export type FastRequest = (parts: RequestParts) => Uint8Array | undefined;

const NEVER: FastRequest = () => undefined;

export function createFastRequest(
  operation: Pick<Operation, 'input' | 'rest'>,
  binding: HttpBinding,
  variablePaths: readonly (readonly string[])[],
): FastRequest {
  const plan = messagePlan(operation.input.descriptor);
  const variables = variablePaths.map((path) => planPath(plan, path));
  const bodyField = fieldOfBody(plan, binding.body);
  // Where a path variable is one of several choices, a body that chose another has to be refused; and what a path leads
  // through may be written in another way, or lack what it requires.
  const isPlain = variables.every((path) =>
    path.every(
      (field, index) => field.oneofBit === 0 && (index === path.length - 1 || isPlainMessage(field)),
    ),
  );
  const isCompared = operation.rest.bodyConflict === 'reject' && binding.body !== undefined;
  if (isCompared && variables.length > 0) return NEVER;
  if (plan.form !== FORM.plain || !isPlain || bodyField === 'unknown') return NEVER;
  const bound = boundFields(variables);
  const shared = bodyField === undefined ? undefined : bound.find(({ field }) => field === bodyField);
  // The body may hold the messages that these lead into.
  const besideBody = binding.body === '*' ? bound : (shared?.inner ?? []);
  if (besideBody.some(({ inner }) => inner.length > 0)) return NEVER;
  const alone = bound.filter((one) => one !== shared);
  const parameters: QueryTable = {
    fields: binding.body === '*' ? new Map() : parametersOf(plan, variables, bodyField),
    plan,
    isIgnored: createNameTest(operation.rest.ignoreQuery),
  };
  return ({ variables: values, query, body, ifMatch }) => {
    if (ifMatch !== undefined) return undefined;
    return writeWire(() => {
      if (shared !== undefined) appendShared(shared, body, values);
      else if (body !== undefined) {
        if (bodyField === undefined) appendJson(plan, body);
        else appendField(bodyField, body);
      }
      if (query !== '') appendQuery(parameters, query);
      appendBound(alone, values);
    });
  };
}

/** The field that is the body, and that variables lead into. */
function appendShared(
  { field, variables, inner }: BoundField,
  body: string | undefined,
  values: readonly string[],
): void {
  const { message } = field;
  // A variable that is the whole field takes the place of the body.
  if (message === null || variables.length > 0) throw BEYOND;
  appendMessage(field, () => {
    if (body !== undefined) appendJson(message, body, 2);
    appendBound(inner, values);
  });
}

function isPlainMessage({ message }: FieldPlan): boolean {
  return message !== null && message.form === FORM.plain;
}

function planPath(plan: MessagePlan, path: readonly string[]): FieldPlan[] {
  let at: MessagePlan | null = plan;
  return path.map((name) => {
    const field = at === null ? undefined : planField(at, name);
    if (field === undefined) throw new Error(`no field ${path.join('.')} in ${plan.descriptor.typeName}`);
    at = field.message;
    return field;
  });
}

/** Undefined: the whole message is the body, or there is none. */
function fieldOfBody(plan: MessagePlan, body: string | undefined): FieldPlan | 'unknown' | undefined {
  if (body === undefined || body === '*') return undefined;
  return planField(plan, body) ?? 'unknown';
}

function planField(plan: MessagePlan, name: string): FieldPlan | undefined {
  const field = findRuleField(plan.descriptor, name);
  return field === undefined ? undefined : (plan.dense[field.number] ?? plan.sparse.get(field.number));
}

/** Fields of the message itself that a query may fill, by both spellings. */
function parametersOf(
  plan: MessagePlan,
  variables: readonly (readonly FieldPlan[])[],
  bodyField: FieldPlan | undefined,
): ReadonlyMap<string, FieldPlan> {
  const bound = new Set(variables.map(([first]) => first));
  return new Map(
    [...plan.byName].filter(
      ([, field]) =>
        !bound.has(field) && field !== bodyField && field.oneofBit === 0 && field.cardinality !== 2,
    ),
  );
}

interface QueryTable {
  readonly fields: ReadonlyMap<string, FieldPlan>;
  readonly plan: MessagePlan;
  readonly isIgnored: NameTest;
}

function appendQuery({ fields, plan, isIgnored }: QueryTable, query: string): void {
  const seen = new Set<FieldPlan>();
  for (const { name, value } of parseQuery(query)) {
    const field = fields.get(name);
    // A field's name, or a path to one, is for the careful way.
    if (field === undefined && isIgnored(name) && !/[.[]/.test(name) && !plan.byName.has(name)) continue;
    if (field === undefined || (field.cardinality === 0 && seen.has(field))) throw BEYOND;
    seen.add(field);
    appendLeaf(field, value);
  }
}
