// What every request of a declared join holds beside its keys: `with: {limit: 1000}`.
import type { Join } from '../../../core/graph.ts';
import type { JsonValue } from '../../../core/json.ts';
import { findPath, repeatedPlaces } from './field-path.ts';
import type { JoinCheck } from './join-check.ts';
import type { JoinMember, JoinMessage } from './join-message.ts';
import type { DeclaredJoin } from './join-settings.ts';

export function declaredConstants(
  { constants = [] }: DeclaredJoin,
  request: JoinMessage,
  check: JoinCheck,
): NonNullable<Join['constants']> {
  return constants.flatMap(({ field, value }) => {
    const found = findPath(request, field.text);
    if (typeof found === 'string') return check.fault(field.position, found) ?? [];
    if (repeatedPlaces(found).length > 0) {
      return check.fault(field.position, `${field.text} is a list; with gives single values`) ?? [];
    }
    const written = valueOfType(found.last, value);
    if (written === undefined) {
      const message = `${field.text} of ${request.name} is ${found.last.keyType ?? 'no single value'}, which ${JSON.stringify(value)} is not`;
      return check.fault(field.position, message) ?? [];
    }
    return [{ request: found.keys, value: written }];
  });
}

/** Undefined if the value is not of the field's type. */
function valueOfType(
  { keyType = '', isOfHttp }: JoinMember,
  value: string | number | boolean,
): JsonValue | undefined {
  switch (keyType) {
    case 'Boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'Int':
    case 'UInt32':
    case 'SafeInteger':
      return Number.isSafeInteger(value) ? value : undefined;
    case 'Int64':
    case 'UInt64':
      if (!Number.isSafeInteger(value)) return undefined;
      return isOfHttp ? value : String(value);
    case '':
      return undefined;
    default:
      return typeof value === 'string' ? value : undefined;
  }
}
