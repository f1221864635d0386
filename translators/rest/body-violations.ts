// Faults of path, query and body of one request, told together. Paths count from the body's root, as its sender
// sees it: `title`, not `book.title`. Source: transcoding reference, section 6, "Errors of reading".
import type { DescField } from '@bufbuild/protobuf';
import { GatewayError, type Violation } from '../../core/error.ts';
import { invalidMessage } from '../json/library-codec.ts';
import { REQUIRED } from '../json/locate.ts';
import type { Violations } from '../json/violations.ts';

/** What `read` gives, unless it or anything before it found a fault. @throws GatewayError with all of them, up to 20 */
export function readTogether<T>(found: Violations, bodyPath: readonly DescField[], read: () => T): T {
  let value: T;
  try {
    value = read();
  } catch (error) {
    if (!(error instanceof GatewayError) || error.violations.length === 0) throw error;
    if (bodyPath.length === 0 && found.isEmpty) throw error;
    for (const { field, description } of withinBody(error.violations, bodyPath))
      found.add(field, description);
    throw invalidMessage(found.list, error.cause);
  }
  if (!found.isEmpty) throw invalidMessage(found.list);
  return value;
}

/** What a body would have to bring is not missed. @throws what `read` throws for anything else */
export function withoutBody(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof GatewayError) || error.violations.length === 0) throw error;
    const own = error.violations.filter(({ description }) => description !== REQUIRED);
    if (own.length > 0) throw invalidMessage(own, error.cause);
  }
}

export function withinBody(
  violations: readonly Violation[],
  bodyPath: readonly DescField[],
): readonly Violation[] {
  if (bodyPath.length === 0) return violations;
  const prefix = bodyPath.map(({ jsonName }) => jsonName).join('.');
  return violations.map(({ field, description }) => ({ field: within(field, prefix), description }));
}

function within(path: string, prefix: string): string {
  if (path === prefix) return '';
  if (path.startsWith(`${prefix}.`)) return path.slice(prefix.length + 1);
  return path.startsWith(`${prefix}[`) ? path.slice(prefix.length) : path;
}
