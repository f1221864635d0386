// The refusal of a request that is not as its document has it, with all that is wrong and where.
import { GatewayError, type Violation } from '../../core/error.ts';

const MAX_VIOLATIONS = 20;

/** Of at least one. The empty field is the body as a whole. @throws GatewayError `invalid_argument` */
export function refuse(violations: readonly Violation[]): never {
  const [first] = violations;
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : '';
  throw new GatewayError(
    'invalid_argument',
    `${first?.field === '' ? 'the body' : first?.field} ${first?.description}${more}`,
    { violations: violations.slice(0, MAX_VIOLATIONS) },
  );
}
