// Two fields of one name in a message before and after, as REST clients see them. What lies below them is not looked at.
import { type DescField, ScalarType } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import type { RestOptions } from '../../core/rest-options.ts';
import { notesOf } from '../graphql/annotations.ts';
import type { Finding, Severity } from './difference.ts';
import { compareForms, formOfField, type Role } from './json-form.ts';

/** How the service answered and answers. */
export interface Options {
  readonly before: RestOptions;
  readonly after: RestOptions;
}

/** Says one thing of a field. */
export type FieldReport = (
  severity: Severity,
  rule: string,
  message: string,
  change?: Pick<Finding, 'before' | 'after'>,
) => void;

export function compareField(
  role: Role,
  before: DescField,
  after: DescField,
  options: Options,
  report: FieldReport,
): void {
  compareSpelling(role, before, after, options, report);
  const hasOneForm = compareCardinality(before, after, report);
  if (hasOneForm) compareValues(role, before, after, options, report);
  compareOnWire(before, after, hasOneForm, options, report);
  compareBehaviour(role, before, after, report);
  comparePresence(role, before, after, options, report);
  compareOneof(role, before, after, report);
  if (after.deprecated && !before.deprecated) report('safe', 'deprecated', 'is deprecated now');
}

/** `repeated library.v1.Book`, `map<string, int32>`, `int64` */
export function showFieldType(field: DescField): string {
  const value = field.message?.typeName ?? field.enum?.typeName ?? SCALARS[field.scalar ?? ScalarType.STRING];
  if (field.fieldKind === 'list') return `repeated ${value}`;
  return field.fieldKind === 'map' ? `map<${SCALARS[field.mapKey]}, ${value}>` : value;
}

const SCALARS: Readonly<Record<ScalarType, string>> = {
  [ScalarType.DOUBLE]: 'double',
  [ScalarType.FLOAT]: 'float',
  [ScalarType.INT64]: 'int64',
  [ScalarType.UINT64]: 'uint64',
  [ScalarType.INT32]: 'int32',
  [ScalarType.FIXED64]: 'fixed64',
  [ScalarType.FIXED32]: 'fixed32',
  [ScalarType.BOOL]: 'bool',
  [ScalarType.STRING]: 'string',
  [ScalarType.BYTES]: 'bytes',
  [ScalarType.UINT32]: 'uint32',
  [ScalarType.SFIXED32]: 'sfixed32',
  [ScalarType.SFIXED64]: 'sfixed64',
  [ScalarType.SINT32]: 'sint32',
  [ScalarType.SINT64]: 'sint64',
};

/** The name in JSON. Requests may use the proto name as well; a service that answers with it says so in its settings. */
function compareSpelling(
  role: Role,
  before: DescField,
  after: DescField,
  { before: was, after: is }: Options,
  report: FieldReport,
): void {
  if (before.jsonName === after.jsonName) return;
  if (role === 'reply' && was.output.protoNames && is.output.protoNames) return;
  const change = { before: before.jsonName, after: after.jsonName };
  report('breaking', 'json-name', `is ${after.jsonName} in JSON now, was ${before.jsonName}`, change);
}

function compareCardinality(before: DescField, after: DescField, report: FieldReport): boolean {
  const [was, is] = [cardinality(before), cardinality(after)];
  if (was === is) {
    if (before.fieldKind !== 'map' || after.fieldKind !== 'map' || before.mapKey === after.mapKey)
      return true;
    const change = { before: showFieldType(before), after: showFieldType(after) };
    const isText = after.mapKey === ScalarType.STRING;
    report(isText ? 'dangerous' : 'breaking', 'map-key', 'has keys of another type', change);
    return true;
  }
  const change = { before: showFieldType(before), after: showFieldType(after) };
  report('breaking', 'cardinality', `was ${CARDINALITY[was]}, is ${CARDINALITY[is]}`, change);
  return false;
}

const CARDINALITY = { one: 'one value', list: 'a list', map: 'a map' };

function cardinality({ fieldKind }: DescField): keyof typeof CARDINALITY {
  return fieldKind === 'list' || fieldKind === 'map' ? fieldKind : 'one';
}

function compareValues(
  role: Role,
  before: DescField,
  after: DescField,
  options: Options,
  report: FieldReport,
): void {
  const verdict = compareForms(role, formOfField(before), formOfField(after), options.after.output);
  if (verdict === undefined) return;
  const change = { before: showFieldType(before), after: showFieldType(after) };
  const message = `was ${change.before}, is ${change.after}: ${verdict.why}`;
  report(verdict.severity, 'field-type', message, change);
}

/** What is sent between gateway and upstream; clients see it where they speak protobuf themselves. */
function compareOnWire(
  before: DescField,
  after: DescField,
  hasOneForm: boolean,
  options: Options,
  report: FieldReport,
): void {
  const severity = speaksProtobuf(options) ? 'breaking' : 'dangerous';
  if (before.number !== after.number) {
    const change = { before: String(before.number), after: String(after.number) };
    const message = `has number ${after.number} now, was ${before.number}; ${together(options)}`;
    report(severity, 'field-number', message, change);
  }
  if (!hasOneForm || encoding(before) === encoding(after)) return;
  const change = { before: showFieldType(before), after: showFieldType(after) };
  const message = `is encoded as ${change.after} now, was as ${change.before}; ${together(options)}`;
  report(severity, 'field-encoding', message, change);
}

export function speaksProtobuf({ before, after }: Options): boolean {
  return before.protobuf && after.protobuf;
}

export function together(options: Options): string {
  return speaksProtobuf(options)
    ? 'clients with protobuf bodies misread it'
    : 'the upstream has to change over at the same moment';
}

/** Equal where the bytes of the one can be read as the other. Source: "Updating a message type" of the language guide. */
function encoding(field: DescField): string {
  if (field.message !== undefined) return 'message';
  if (field.enum !== undefined) return 'varint';
  switch (field.scalar) {
    case ScalarType.SINT32:
    case ScalarType.SINT64:
      return 'zigzag';
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return 'fixed32';
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return 'fixed64';
    case ScalarType.FLOAT:
      return 'float';
    case ScalarType.DOUBLE:
      return 'double';
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return 'bytes';
    default:
      return 'varint';
  }
}

function compareBehaviour(role: Role, before: DescField, after: DescField, report: FieldReport): void {
  const [was, is] = [notesOf(before), notesOf(after)];
  if (role === 'request' && isNeeded(after) && !isNeeded(before))
    report('breaking', 'field-required', 'has to be given now');
  if (role === 'request' && is.isOutputOnly && !was.isOutputOnly)
    report('dangerous', 'output-only', 'is set by the service alone now; what clients send is ignored');
  if (role === 'reply' && is.isInputOnly && !was.isInputOnly)
    report('breaking', 'input-only', 'is not in answers any more');
}

/** Whoever sends the message has to give it. */
export function isNeeded(field: DescField): boolean {
  return field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED || notesOf(field).isRequired;
}

function comparePresence(
  role: Role,
  before: DescField,
  after: DescField,
  { before: was, after: is }: Options,
  report: FieldReport,
): void {
  if (role !== 'reply' || before.presence === after.presence || cardinality(after) !== 'one') return;
  const { LEGACY_REQUIRED, IMPLICIT } = FeatureSet_FieldPresence;
  if (before.presence === LEGACY_REQUIRED)
    report('breaking', 'presence', 'was always in answers, may be left out');
  else if (before.presence === IMPLICIT && was.output.defaults && is.output.defaults)
    report('breaking', 'presence', 'was always in answers, is left out where it is not set');
  else if (after.presence === IMPLICIT)
    report('dangerous', 'presence', 'not set and zero cannot be told apart any more');
}

const MAX_NAMED = 3;

function compareOneof(role: Role, before: DescField, after: DescField, report: FieldReport): void {
  const [was, is] = [before.oneof?.name, after.oneof?.name];
  if (was === is) return;
  const names = (field: DescField): Set<string> => new Set(field.oneof?.fields.map(({ name }) => name));
  const [siblings, others] = [names(before), names(after)];
  const joined = before.parent.fields.filter(({ name }) => others.has(name) && name !== after.name);
  const together = joined.filter(({ name }) => !siblings.has(name));
  if (together.length > 0 && role === 'request') {
    const named = together.slice(0, MAX_NAMED).map(({ name }) => name);
    const more = together.length > named.length ? ` and ${together.length - named.length} more` : '';
    const message = `cannot be given together with ${named.join(', ')}${more} any more`;
    report('breaking', 'oneof', message);
  } else if (was !== undefined && [...siblings].some((name) => !others.has(name)) && role === 'reply') {
    report('dangerous', 'oneof', `may come together with others of what was the oneof ${was}`);
  }
}
