// How one route takes its request apart, before and after: what the path gives, what the body, what the query may.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { HttpBinding, Operation } from '../../core/operation.ts';
import { type RuleFields, ruleFields } from '../document/rule-fields.ts';
import type { Route } from '../routes/route-table.ts';
import { isNeeded } from './compare-fields.ts';
import type { SeenRoute, Severity } from './difference.ts';
import { compareForms, formOfField, formOfMessage, type Role } from './json-form.ts';
import type { Given, MessagePairs } from './message-pairs.ts';

/** Says one thing of the route. */
export type RouteReport = (severity: Severity, rule: string, message: string) => void;

/** Deeper or more parameters are served, but nobody relies on them. */
const MAX_DEPTH = 5;
const MAX_PARAMETERS = 500;
/** Fields looked at on the way: messages may hold nothing but messages. */
const MAX_STEPS = 10_000;

interface Side {
  readonly operation: Operation;
  readonly binding: HttpBinding;
  readonly fields: RuleFields;
}

/** Both sides are described by protos, and have paths of one shape. `route` is what people know both by. */
export function compareBindings(
  route: SeenRoute,
  before: Route,
  after: Route,
  pairs: MessagePairs,
  report: RouteReport,
): void {
  const [was, is] = [sideOf(before), sideOf(after)];
  for (const [index, path] of was.fields.path.entries()) {
    comparePath(route, path, is.fields.path[index] ?? [], is, pairs, report);
  }
  compareBodies(route, was, is, pairs, report);
  for (const parameter of lostParameters(was, is)) {
    const place =
      parameter === is.binding.body || is.binding.body === '*' ? 'is in the body now' : 'is taken no more';
    report('breaking', 'query-parameter', `the query parameter ${parameter} ${place}`);
  }
  const given: Given = { before: givenFields(was), after: givenFields(is) };
  compareWhole(
    'request',
    was.operation.input.descriptor,
    is.operation.input.descriptor,
    route,
    pairs,
    report,
    given,
  );
  compareAnswers(route, was, is, pairs, report);
}

function sideOf({ operation, binding, template }: Route): Side {
  const { input, output } = operation;
  return { operation, binding, fields: ruleFields(input.descriptor, output.descriptor, binding, template) };
}

/** Top-level fields that are not looked at as fields: what the path gives as a whole, and what is the body. */
function givenFields({ fields }: Side): ReadonlySet<string> {
  const whole = fields.path.flatMap((path) => (path.length === 1 ? path : []));
  return new Set([...whole, ...(fields.body === undefined ? [] : [fields.body])].map(({ name }) => name));
}

function comparePath(
  route: SeenRoute,
  before: readonly DescField[],
  after: readonly DescField[],
  { operation }: Side,
  pairs: MessagePairs,
  report: RouteReport,
): void {
  const [was, is] = [before.at(-1), after.at(-1)];
  if (was === undefined || is === undefined) return;
  const [from, to] = [dotted(before), dotted(after)];
  if (from !== to && resolve(operation.input.descriptor, from) !== undefined)
    report('breaking', 'path-variable', `the path gives ${to} now, gave ${from}`);
  else pairs.compareValue('request', was, is, route);
}

function compareBodies(
  route: SeenRoute,
  was: Side,
  is: Side,
  pairs: MessagePairs,
  report: RouteReport,
): void {
  const [before, after] = [was.fields.body, is.fields.body];
  if (before !== undefined && after !== undefined) pairs.compareValue('request', before, after, route);
  else if (was.binding.body === '*' && is.binding.body === '*') return;
  else if (was.binding.body !== undefined && is.binding.body === undefined)
    report('breaking', 'body', 'takes no body any more');
  else if (was.binding.body !== undefined)
    report('breaking', 'body', `the body is ${bodyWords(is)} now, was ${bodyWords(was)}`);
  else if (is.binding.body !== undefined && (after === undefined || isNeeded(after)))
    report('dangerous', 'body', `has a body now: ${bodyWords(is)}`);
}

function bodyWords({ fields }: Side): string {
  return fields.body === undefined ? 'the whole request' : `the field ${fields.body.name}`;
}

/** Parameters that the query could fill and cannot now, though the field is there as it was. */
function lostParameters(was: Side, is: Side): string[] {
  const kept = new Set(queryParameters(is));
  const { descriptor } = is.operation.input;
  return queryParameters(was).filter((name) => {
    if (kept.has(name)) return false;
    const [before, after] = [resolve(was.operation.input.descriptor, name), resolve(descriptor, name)];
    return before !== undefined && after !== undefined && hasSameForm(before, after);
  });
}

function hasSameForm(before: DescField, after: DescField): boolean {
  return before.fieldKind === after.fieldKind && formOfField(before).kind === formOfField(after).kind;
}

function queryParameters({ operation, binding, fields }: Side): string[] {
  if (binding.body === '*' && !operation.rest.queryIntoBody) return [];
  const taken = new Set(fields.path.map(dotted));
  const found: string[] = [];
  let steps = 0;
  const walk = (message: DescMessage, prefix: string, depth: number): void => {
    for (const field of message.fields) {
      const name = prefix + field.name;
      steps += 1;
      if (found.length >= MAX_PARAMETERS || steps > MAX_STEPS) return;
      if (taken.has(name)) continue;
      if (depth === 1 && field === fields.body && !operation.rest.queryIntoBody) continue;
      const form = formOfField(field);
      if (form.kind !== 'message') found.push(name);
      else if (field.fieldKind === 'message' && depth < MAX_DEPTH) walk(form.desc, `${name}.`, depth + 1);
    }
  };
  walk(operation.input.descriptor, '', 1);
  return found;
}

function compareAnswers(
  route: SeenRoute,
  was: Side,
  is: Side,
  pairs: MessagePairs,
  report: RouteReport,
): void {
  const [before, after] = [was.fields.response, is.fields.response];
  if (before !== undefined && after !== undefined) pairs.compareValue('reply', before, after, route);
  else if (before === undefined && after === undefined)
    compareWhole(
      'reply',
      was.operation.output.descriptor,
      is.operation.output.descriptor,
      route,
      pairs,
      report,
    );
  else report('breaking', 'answer', `the answer is ${answerWords(after)} now, was ${answerWords(before)}`);
}

/** A request or reply that is one message, which may be one with a form of its own. */
function compareWhole(
  role: Role,
  before: DescMessage,
  after: DescMessage,
  route: SeenRoute,
  pairs: MessagePairs,
  report: RouteReport,
  given?: Given,
): void {
  const verdict = compareForms(role, formOfMessage(before), formOfMessage(after), { int64AsNumbers: false });
  if (verdict === undefined) pairs.compare(role, before, after, route, given);
  else report(verdict.severity, role === 'request' ? 'body' : 'answer', `in its ${role} ${verdict.why}`);
}

function answerWords(field: DescField | undefined): string {
  return field === undefined ? 'the whole reply' : `the field ${field.name}`;
}

function dotted(path: readonly DescField[]): string {
  return path.map(({ name }) => name).join('.');
}

function resolve(message: DescMessage, path: string): DescField | undefined {
  let at: DescMessage | undefined = message;
  let field: DescField | undefined;
  for (const name of path.split('.')) {
    field = at?.fields.find((one) => one.name === name);
    at = field?.fieldKind === 'message' ? field.message : undefined;
  }
  return field;
}
