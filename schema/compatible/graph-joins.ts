// Joined fields before and after: the types may be the same, and yet other data comes, or more calls are made.
import type { Join, OutputField } from '../../core/graph.ts';
import type { Report } from './graph-report.ts';

export function compareJoins(path: string, before: OutputField, after: OutputField, report: Report): void {
  const [one, other] = [joinOf(before), joinOf(after)];
  if (one === undefined || other === undefined || one === other) {
    if ((one === undefined) !== (other === undefined)) {
      const message =
        one === undefined ? 'is joined now, was a field of the answer' : 'is a field of the answer now';
      report('dangerous', 'join', path, message);
    }
    return;
  }
  const [was, is] = [reader(one), reader(other)];
  if (was !== is) report('dangerous', 'join', path, `was joined from ${was}, is from ${is}`);
  if (one.form === 'batch' && other.form === 'single') {
    const message = 'costs a call for each different key now, one call answered many';
    report('dangerous', 'join-cost', path, message);
  }
}

function joinOf({ source }: OutputField): Join | undefined {
  return source.kind === 'join' ? source.join : undefined;
}

function reader({ operation }: Join): string {
  return `${operation.method} of service ${operation.service}`;
}
