// Types of fields and arguments before and after. What is answered may say more than before, what is asked for may
// want less; the other way round breaks documents or the variables that go with them.
import type { InputField, TypeRef } from '../../core/graph.ts';
import type { Report } from './graph-report.ts';

interface Typed {
  readonly type: TypeRef;
}

export function compareOutputType(path: string, before: Typed, after: Typed, report: Report): void {
  const change = { before: showType(before.type), after: showType(after.type) };
  if (change.before === change.after) return;
  const message = `was ${change.before}, is ${change.after}`;
  if (!isNarrower(after.type, before.type)) report('breaking', 'field-type', path, message, change);
  else report('safe', 'field-type', path, `${message}: null is no answer any more`, change);
}

export function compareInputs(
  path: string,
  what: 'argument' | 'input field',
  before: readonly InputField[],
  after: readonly InputField[],
  report: Report,
): void {
  if (before === after) return;
  const rule = what === 'argument' ? 'argument' : 'input';
  const place = (name: string): string => (what === 'argument' ? `${path}(${name}:)` : `${path}.${name}`);
  const others = new Map(after.map((field) => [field.name, field]));
  for (const field of before) {
    const other = others.get(field.name);
    const was = showType(field.type);
    others.delete(field.name);
    if (field.target.kind === 'none') continue;
    if (other === undefined) {
      report('breaking', `${rule}-removed`, place(field.name), `the ${what} is gone`, { before: was });
      continue;
    }
    const change = { before: was, after: showType(other.type) };
    if (change.before !== change.after) {
      const isSafe = isNarrower(field.type, other.type);
      const message = `was ${change.before}, is ${change.after}`;
      const what = isSafe ? `${message}: may be left out now` : message;
      report(isSafe ? 'safe' : 'breaking', `${rule}-type`, place(field.name), what, change);
    }
    if (field.deprecation === undefined && other.deprecation !== undefined)
      report('safe', 'deprecated', place(field.name), `is deprecated now: ${other.deprecation}`);
  }
  for (const added of others.values()) {
    if (added.target.kind === 'none') continue;
    const change = { after: showType(added.type) };
    if (added.type.isRequired) {
      report('breaking', `${rule}-required`, place(added.name), `a new ${what} that has to be given`, change);
    } else {
      report('safe', `${rule}-added`, place(added.name), `a new ${what} of type ${change.after}`, change);
    }
  }
}

/** `[Book!]!` */
export function showType(type: TypeRef): string {
  const inner = 'list' in type ? `[${showType(type.list)}]` : type.name;
  return type.isRequired ? `${inner}!` : inner;
}

/** Whether every value of `type` is one of `wider`: the same, but perhaps never null. */
function isNarrower(type: TypeRef, wider: TypeRef): boolean {
  if (wider.isRequired && !type.isRequired) return false;
  if ('list' in type) return 'list' in wider && isNarrower(type.list, wider.list);
  return !('list' in wider) && type.name === wider.name;
}
