// What GraphQL clients find otherwise: two graphs compared, whosever registration made the difference. A document that
// ran on the one runs on the other, and means the same, unless something breaking or dangerous is found here.
import type { EnumType, Graph, GraphType, RootField } from '../../core/graph.ts';
import { Differences } from './difference.ts';
import { compareInputs, compareOutputType, showType } from './graph-fields.ts';
import { compareJoins } from './graph-joins.ts';
import { graphReport, type Report } from './graph-report.ts';

export function compareGraphs(before: Graph, after: Graph, differences = new Differences()): Differences {
  const report = graphReport(differences);
  for (const [kind, fields, others] of [
    ['Query', before.queries, after.queries],
    ['Mutation', before.mutations, after.mutations],
    ['Subscription', before.subscriptions, after.subscriptions],
  ] as const) {
    compareRoots(kind, fields, others, report);
  }
  for (const type of before.types.values()) {
    const other = after.types.get(type.name);
    if (other === type) continue;
    if (other === undefined) report('breaking', 'type-removed', type.name, `the ${type.kind} type is gone`);
    else if (other.kind !== type.kind) {
      report('breaking', 'type-kind', type.name, `was of kind ${type.kind}, is of kind ${other.kind}`);
    } else compareTypes(type, other, report);
  }
  return differences;
}

function compareRoots(
  kind: string,
  fields: readonly RootField[],
  others: readonly RootField[],
  report: Report,
): void {
  const byName = new Map(others.map((field) => [field.name, field]));
  for (const field of fields) {
    const path = `${kind}.${field.name}`;
    const other = byName.get(field.name);
    if (other === undefined) {
      report('breaking', 'field-removed', path, 'the field is gone');
      continue;
    }
    if (other === field) continue;
    if (other.operation.id !== field.operation.id) {
      const message = `was answered by ${answerer(field)}, is by ${answerer(other)}`;
      report('dangerous', 'field-operation', path, message);
    }
    compareOutputType(path, field, other, report);
    compareInputs(path, 'argument', field.arguments, other.arguments, report);
    compareDeprecation(path, field, other, report);
    const [was, is] = [field.cost, other.cost];
    if (is !== undefined && is > (was ?? USUAL_COST[field.kind]))
      report(
        'dangerous',
        'cost',
        path,
        `counts ${is} in the cost of a document now, counted ${was ?? USUAL_COST[field.kind]}`,
      );
  }
}

/** Source: graphql reference, section 9. */
const USUAL_COST = { query: 1, mutation: 5, subscription: 1 };

function answerer({ operation }: RootField): string {
  return `${operation.method} of service ${operation.service}`;
}

function compareTypes(type: GraphType, other: GraphType, report: Report): void {
  if (type.kind === 'object' && other.kind === 'object') compareObjects(type, other, report);
  else if (type.kind === 'input' && other.kind === 'input') {
    if (other.isOneOf && !type.isOneOf) {
      report('breaking', 'one-of', type.name, 'takes exactly one of its fields now, took any');
    }
    compareInputs(type.name, 'input field', type.fields, other.fields, report);
  } else if (type.kind === 'enum' && other.kind === 'enum') compareEnums(type, other, report);
  else if (type.kind === 'union' && other.kind === 'union') {
    for (const name of type.members) {
      if (!other.members.includes(name))
        report('breaking', 'union-member-removed', `${type.name}.${name}`, 'is no member of the union now');
    }
    for (const name of other.members) {
      if (!type.members.includes(name))
        report('dangerous', 'union-member-added', `${type.name}.${name}`, 'is a new member of the union');
    }
  }
}

type Objects = Extract<GraphType, { kind: 'object' }>;

function compareObjects(type: Objects, other: Objects, report: Report): void {
  const before = new Map(type.fields.map((field) => [field.name, field]));
  const after = new Map(other.fields.map((field) => [field.name, field]));
  for (const field of type.fields) {
    const path = `${type.name}.${field.name}`;
    const match = after.get(field.name);
    if (match === undefined) {
      report('breaking', 'field-removed', path, 'the field is gone', { before: showType(field.type) });
      continue;
    }
    if (match === field) continue;
    compareOutputType(path, field, match, report);
    compareInputs(path, 'argument', field.arguments ?? [], match.arguments ?? [], report);
    compareDeprecation(path, field, match, report);
    compareJoins(path, field, match, report);
  }
  for (const { name, type: added, source } of other.fields) {
    // The placeholder of a type without fields is nothing that anybody gains.
    if (before.has(name) || source.kind === 'none') continue;
    const change = { after: showType(added) };
    report('safe', 'field-added', `${type.name}.${name}`, `a new field of type ${change.after}`, change);
  }
}

function compareEnums(type: EnumType, other: EnumType, report: Report): void {
  const before = new Map(type.values.map((value) => [value.name, value]));
  const after = new Map(other.values.map((value) => [value.name, value]));
  for (const value of type.values) {
    const path = `${type.name}.${value.name}`;
    const match = after.get(value.name);
    if (match === undefined) report('breaking', 'enum-value-removed', path, 'the value is gone');
    else compareDeprecation(path, value, match, report);
  }
  for (const name of after.keys()) {
    if (before.has(name)) continue;
    const message = 'a new value, which clients that list all of them do not know';
    report('dangerous', 'enum-value-added', `${type.name}.${name}`, message);
  }
}

interface Deprecable {
  readonly deprecation: string | undefined;
}

function compareDeprecation(path: string, before: Deprecable, after: Deprecable, report: Report): void {
  if (before.deprecation === undefined && after.deprecation !== undefined)
    report('safe', 'deprecated', path, `is deprecated now: ${after.deprecation}`);
}
