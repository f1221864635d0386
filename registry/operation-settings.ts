// Operations with what their service says of them, whatever described them: effects and costs, sizes, rate
// limits, validation.
import { effectOf, type GraphSettings, graphOptions } from '../core/graph-settings.ts';
import type { Operation } from '../core/operation.ts';
import { withOwnSizes } from './operation-limits.ts';
import { withRateLimits } from './operation-policies.ts';
import { withOwnValidation } from './operation-validation.ts';
import type { ServiceDefinition } from './service-definition.ts';

/** What the definition says of operations, whatever described them. */
export function withSettings(
  operations: readonly Operation[],
  definition: ServiceDefinition,
): readonly Operation[] {
  const sized = withOwnSizes(withChosenEffects(operations, definition.graphql), definition);
  return withOwnValidation(withRateLimits(sized, definition), definition);
}

/** The first of all evidence (graphql reference, section 3.4); every door and policy reads the same effect. */
function withChosenEffects(
  operations: readonly Operation[],
  settings: GraphSettings | undefined,
): readonly Operation[] {
  const { overlay } = graphOptions(settings);
  if (overlay.size === 0) return operations;
  return operations.map((operation) => {
    // The operations of documents are called as their documents call them.
    const key = operation.http === undefined ? operation.method.replace('/', '.') : operation.method;
    const { effect, stream, cost } = overlay.get(key) ?? {};
    // A list is a query.
    const word = stream === 'list' ? 'read' : effect;
    if (word === undefined && cost === undefined) return operation;
    return {
      ...operation,
      ...(word !== undefined && {
        effect: effectOf(word),
        effectReason: 'its service says so (graphql.overlay)',
      }),
      ...(cost !== undefined && { cost }),
    };
  });
}
