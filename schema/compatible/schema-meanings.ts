// What two schemas mean, before and after, one level deep. What is below them is answered, to be compared in turn.
import type { JsonSchema } from '../../core/http-operation.ts';
import type { Look, Meaning, ObjectMeaning } from '../graphql/http/schema-look.ts';
import type { Severity } from './difference.ts';
import type { Role } from './json-form.ts';

export interface MeaningContext {
  /** Says one thing of the schema (`member` is empty) or of one of its properties. */
  readonly report: (severity: Severity, rule: string, member: string, message: string) => void;
  readonly lookWas: (schema: JsonSchema) => Look;
  readonly lookIs: (schema: JsonSchema) => Look;
}

export interface Below {
  readonly before: JsonSchema;
  readonly after: JsonSchema;
  readonly member: string;
}

export function compareMeanings(role: Role, was: Meaning, is: Meaning, context: MeaningContext): Below[] {
  const { report } = context;
  if (was.kind === 'object' && is.kind === 'object') return compareObjects(role, was, is, context);
  if (was.kind === 'list' && is.kind === 'list')
    return [{ before: was.items, after: is.items, member: '[]' }];
  if (was.kind === 'entries' && is.kind === 'entries')
    return [{ before: was.value, after: is.value, member: '*' }];
  if (was.kind === 'enum' && is.kind === 'enum') {
    compareValues(role, was.values, is.values, context);
    return [];
  }
  if (was.kind === 'choice' && is.kind === 'choice')
    return compareChoices(role, was.members, is.members, context);
  const [from, to] = [words(was), words(is)];
  if (from !== to && !isWidened(role, was, is))
    report('breaking', 'schema-type', '', `was ${from}, is ${to}`);
  return [];
}

function compareObjects(role: Role, was: ObjectMeaning, is: ObjectMeaning, context: MeaningContext): Below[] {
  const { report, lookWas, lookIs } = context;
  const isShown = (look: Look): boolean => (role === 'request' ? !look.isReadOnly : !look.isWriteOnly);
  const below: Below[] = [];
  for (const [member, before] of was.properties) {
    const look = lookWas(before);
    if (!isShown(look)) continue;
    const after = is.properties.get(member);
    if (after === undefined) {
      if (role === 'reply') report('breaking', 'property-removed', member, 'the property is gone');
      else
        report('dangerous', 'property-removed', member, 'is described no more; it may be ignored or refused');
      continue;
    }
    const other = lookIs(after);
    if (!isShown(other)) {
      const message = role === 'reply' ? 'is not in answers any more' : 'is set by the service alone now';
      report(role === 'reply' ? 'breaking' : 'dangerous', 'property-removed', member, message);
      continue;
    }
    const [wasNeeded, isNeeded] = [was.required.has(member), is.required.has(member)];
    if (role === 'request' && isNeeded && !wasNeeded && !other.hasDefault)
      report('breaking', 'property-required', member, 'has to be given now');
    if (role === 'reply' && wasNeeded && !isNeeded)
      report('breaking', 'property-optional', member, 'may be left out of answers now');
    if (other.isDeprecated && !look.isDeprecated) report('safe', 'deprecated', member, 'is deprecated now');
    below.push({ before, after, member });
  }
  for (const [member, schema] of is.properties) {
    if (was.properties.has(member)) continue;
    const look = lookIs(schema);
    if (!isShown(look)) continue;
    if (role === 'request' && is.required.has(member) && !look.hasDefault)
      report('breaking', 'property-required', member, 'a new property that has to be given');
    else report('safe', 'property-added', member, 'a new property');
  }
  return below;
}

function compareValues(
  role: Role,
  was: readonly (string | number)[],
  is: readonly (string | number)[],
  { report }: MeaningContext,
): void {
  const [before, after] = [new Set(was), new Set(is)];
  const gone = was.filter((value) => !after.has(value));
  const added = is.filter((value) => !before.has(value));
  if (gone.length > 0 && role === 'request')
    report('breaking', 'enum-value-removed', '', `takes ${listed(gone)} no more`);
  else if (gone.length > 0) report('safe', 'enum-value-removed', '', `is never ${listed(gone)} now`);
  if (added.length === 0) return;
  const message = `may be ${listed(added)} now`;
  if (role === 'request') report('safe', 'enum-value-added', '', message);
  else
    report('dangerous', 'enum-value-added', '', `${message}; clients that list all values do not know that`);
}

const MAX_LISTED = 5;

function listed(values: readonly (string | number)[]): string {
  const shown = values.slice(0, MAX_LISTED).map((value) => JSON.stringify(value).slice(0, 60));
  const more = values.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Members are the same by their component's name, and else by their place. */
function compareChoices(
  role: Role,
  was: readonly JsonSchema[],
  is: readonly JsonSchema[],
  { report, lookWas, lookIs }: MeaningContext,
): Below[] {
  const nameOf = (look: Look, index: number): string => look.component ?? `member ${index + 1}`;
  const others = new Map(is.map((schema, index) => [nameOf(lookIs(schema), index), schema]));
  const below: Below[] = [];
  for (const [index, before] of was.entries()) {
    const name = nameOf(lookWas(before), index);
    const after = others.get(name);
    others.delete(name);
    if (after !== undefined) below.push({ before, after, member: name });
    else if (role === 'request') report('breaking', 'choice-removed', '', `takes ${name} no more`);
    else report('safe', 'choice-removed', '', `is never ${name} now`);
  }
  for (const name of others.keys()) {
    if (role === 'request') report('safe', 'choice-added', '', `takes ${name}, too`);
    else report('dangerous', 'choice-added', '', `may be ${name} now`);
  }
  return below;
}

/** Whoever sends may send what was sent; whoever gets gets what it knows. */
function isWidened(role: Role, was: Meaning, is: Meaning): boolean {
  const [narrow, wide] = role === 'request' ? [was, is] : [is, was];
  if (wide.kind === 'any') return true;
  if (wide.kind === 'free') return narrow.kind === 'object' || narrow.kind === 'entries';
  if (wide.kind !== 'scalar') return false;
  if (narrow.kind === 'enum')
    return wide.scalar === (narrow.values.every((value) => typeof value === 'string') ? 'String' : 'Float');
  if (narrow.kind !== 'scalar') return false;
  return WIDER.get(narrow.scalar)?.includes(wide.scalar) === true;
}

/** In JSON: whole numbers are numbers, and what has a format is text. */
const WIDER: ReadonlyMap<string, readonly string[]> = new Map([
  ['Int', ['SafeInteger', 'Int64', 'Float']],
  ['UInt32', ['SafeInteger', 'Int64', 'UInt64', 'Float']],
  ['SafeInteger', ['Int64', 'Float']],
  ['Int64', ['SafeInteger', 'Float']],
  ['UInt64', ['SafeInteger', 'Float']],
  ['DateTime', ['String']],
  ['Date', ['String']],
  ['Bytes', ['String']],
]);

const SCALAR_WORDS: ReadonlyMap<string, string> = new Map([
  ['Boolean', 'true or false'],
  ['Float', 'a number'],
  ['Int', 'a whole number of 32 bits'],
  ['UInt32', 'a whole number of 32 bits without sign'],
  ['Int64', 'a whole number of 64 bits'],
  ['UInt64', 'a whole number of 64 bits without sign'],
  ['SafeInteger', 'a whole number'],
  ['String', 'text'],
  ['DateTime', 'a date with time'],
  ['Date', 'a date'],
  ['Bytes', 'base64'],
]);

function words(meaning: Meaning): string {
  switch (meaning.kind) {
    case 'any':
      return 'any value';
    case 'scalar':
      return SCALAR_WORDS.get(meaning.scalar) ?? meaning.scalar;
    case 'enum':
      return 'one of a list of values';
    case 'object':
      return 'an object';
    case 'entries':
      return 'an object with any keys';
    case 'free':
      return 'an object of any form';
    case 'list':
      return 'a list';
    case 'choice':
      return 'one of several objects';
  }
}
