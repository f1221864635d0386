// What is said of routes that are claimed twice or belong to the gateway: both owners, by service, method and place.
import type { HttpBinding, Operation } from '../../core/operation.ts';
import type { Position, Problem } from '../../core/problem.ts';

interface Claim {
  readonly operation: Operation;
  readonly binding: HttpBinding;
}

/**
 * True for an automatic binding that its own operation already declares: nobody loses anything. And for operations that
 * a document has on one path: that is said of the document, once.
 */
export function isShadowedByItself(later: Claim, earlier: Claim): boolean {
  if (later.binding.isAutomatic && later.operation.id === earlier.operation.id) return true;
  return (
    later.binding.sharesPath === true &&
    later.operation.service === earlier.operation.service &&
    later.binding.template === earlier.binding.template &&
    !later.operation.rest.strictRoutes
  );
}

/**
 * Between services an error; within one, as real sources have it, a warning: the first declared is served. A service
 * with `strictRoutes` wants an error there, too.
 */
export function describeRepeat(later: Claim, earlier: Claim): Problem {
  const what = `${later.binding.method} ${later.binding.template}`;
  const spelling =
    earlier.binding.template === later.binding.template ? '' : ` as ${earlier.binding.template}`;
  const owners = `${describeOwner(later.operation)} and, before it${spelling}, ${describeOwner(earlier.operation)}`;
  const isOneService = later.operation.service === earlier.operation.service;
  const isServed = isOneService && !later.operation.rest.strictRoutes;
  return {
    ...placeOf(later.operation.position),
    severity: isServed ? 'warning' : 'error',
    rule: isServed ? 'route-shadowed' : 'route-conflict',
    message: isServed
      ? `${what} is claimed by ${owners}; the first one is served`
      : `${what} is claimed by ${owners}; one of them needs another path`,
  };
}

/** A service without any descriptor: it takes all that begins with its prefix. */
export function isPlainProxy({ http }: Operation): boolean {
  return http !== undefined && http.document === undefined;
}

export function describeReserved({ operation, binding }: Claim): Problem {
  const { method, template } = binding;
  const isPrefix = isPlainProxy(operation);
  const what = isPrefix ? `the prefix ${template.replace(/\/\*\*$/, '')}` : `${method} ${template}`;
  // A path may not be the registrant's to choose.
  const remedy = isPrefix ? 'choose another' : 'choose another, or set a prefix for the service';
  return {
    ...placeOf(operation.position),
    severity: 'error',
    rule: 'reserved-path',
    message: `${what} of ${describeOwner(operation)} is a path of the gateway itself; ${remedy}`,
  };
}

function describeOwner({ service, method, position }: Operation): string {
  const place = position.line === undefined ? position.path : `${position.path}:${position.line}`;
  return `${method} of service ${service} (${place})`;
}

/** A problem's place without what is unknown of it. */
export function placeOf({ path, line, column }: Position): Pick<Problem, 'path' | 'line' | 'column'> {
  if (line === undefined) return { path };
  return column === undefined ? { path, line } : { path, line, column };
}
