// What the settings of a service allow each of its operations: times, and sizes that single ones may have to
// themselves. Source: transcoding reference, section 10 ("Deadlines", "Sizes").
import { DEFAULT_LIMITS, type Operation, type OperationLimits } from '../core/operation.ts';
import type { Problem } from '../core/problem.ts';
import type { ServiceDefinition } from './service-definition.ts';

/** For all operations alike. */
export function limitsOf(definition: ServiceDefinition): OperationLimits {
  const { maxMessageBytes, maxUploadBytes, maxDeadlineMs, streamIdleMs, streamTotalMs, upstream } =
    definition;
  const most = maxDeadlineMs ?? DEFAULT_LIMITS.maxDeadlineMs;
  return {
    ...DEFAULT_LIMITS,
    maxDeadlineMs: most,
    ...(streamIdleMs !== undefined && { streamIdleMs }),
    ...(streamTotalMs !== undefined && { streamTotalMs }),
    defaultDeadlineMs: Math.min(upstream.timeoutMs ?? DEFAULT_LIMITS.defaultDeadlineMs, most),
    ...(maxMessageBytes !== undefined && {
      maxRequestBytes: maxMessageBytes,
      maxReplyBytes: maxMessageBytes,
    }),
    ...(maxUploadBytes !== undefined && { maxUploadBytes }),
  };
}

/** The operations, with their own sizes where they have some. */
export function withOwnSizes(
  operations: readonly Operation[],
  { operationSizes = [] }: ServiceDefinition,
): readonly Operation[] {
  if (operationSizes.length === 0) return operations;
  const sizes = new Map(operationSizes.map(({ operation, maxMessageBytes }) => [operation, maxMessageBytes]));
  return operations.map((operation) => {
    const size = sizes.get(operation.method);
    if (size === undefined) return operation;
    const sized = { maxRequestBytes: size, maxReplyBytes: size, maxUploadBytes: undefined };
    return { ...operation, limits: { ...operation.limits, ...sized } };
  });
}

/** A name that is mistyped would leave the operation with the limit that it was to be spared. */
export function checkSizes(
  operations: readonly Operation[],
  { name, operationSizes = [] }: ServiceDefinition,
): Problem[] {
  const known = new Set(operations.map(({ method }) => method));
  return operationSizes
    .filter(({ operation }) => !known.has(operation))
    .map(({ operation }) => ({
      severity: 'error',
      rule: 'unknown-operation',
      message:
        `service "${name}" has a size for ${JSON.stringify(operation.slice(0, 200))} and no such operation; ` +
        `its operations have names such as ${JSON.stringify(operations[0]?.method ?? '')}`,
    }));
}
