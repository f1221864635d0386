// Two enums of a request or reply, before and after, as REST clients see them: names, unless the service writes numbers.
import type { DescEnum } from '@bufbuild/protobuf';
import { type Options, speaksProtobuf, together } from './compare-fields.ts';
import type { Finding, Severity } from './difference.ts';
import type { Role } from './json-form.ts';

export type ValueReport = (
  name: string,
  severity: Severity,
  rule: string,
  message: string,
  change?: Pick<Finding, 'before' | 'after'>,
) => void;

export function compareEnums(
  role: Role,
  before: DescEnum,
  after: DescEnum,
  options: Options,
  report: ValueReport,
): void {
  const names = new Map(after.values.map((value) => [value.name, value]));
  const known = new Set(before.values.map(({ name }) => name));
  const numbers = new Map(after.values.map((value) => [value.number, value]));
  for (const { name, number, deprecated } of before.values) {
    const match = names.get(name);
    if (match === undefined) {
      const renamed = numbers.get(number);
      if (renamed !== undefined && !known.has(renamed.name)) {
        const change = { before: name, after: renamed.name };
        report(name, 'breaking', 'enum-value-renamed', `is called ${renamed.name} now`, change);
      } else if (role === 'request') report(name, 'breaking', 'enum-value-removed', 'is refused now');
      else report(name, 'dangerous', 'enum-value-removed', 'is answered no more, or as a bare number');
      continue;
    }
    if (match.number !== number) {
      const change = { before: String(number), after: String(match.number) };
      const isSeen = speaksProtobuf(options) || (role === 'reply' && options.after.output.enumsAsNumbers);
      const message = `has number ${match.number} now, was ${number}; ${together(options)}`;
      report(name, isSeen ? 'breaking' : 'dangerous', 'enum-value-number', message, change);
    }
    if (match.deprecated && !deprecated) report(name, 'safe', 'deprecated', 'is deprecated now');
  }
  const renamed = new Set(before.values.filter(({ name }) => !names.has(name)).map(({ number }) => number));
  for (const { name, number } of after.values) {
    if (known.has(name) || renamed.has(number)) continue;
    if (role === 'reply') {
      report(
        name,
        'dangerous',
        'enum-value-added',
        'may be answered; clients that list all values do not know it',
      );
    } else report(name, 'safe', 'enum-value-added', 'a new value');
  }
}
