// A route that a stored document answers: what the operator wrote of it, and what stands for it among all routes.
// Source: graphql reference, section 11 ("REST aggregate").
import { createRegistry } from '@bufbuild/protobuf';
import { EmptySchema } from '@bufbuild/protobuf/wkt';
import { Kind, type OperationDefinitionNode, OperationTypeNode, parse } from 'graphql';
import type { MessageType } from '../../../core/codec.ts';
import { DEFAULT_LIMITS, type HttpBinding, type Operation } from '../../../core/operation.ts';
import type { Position } from '../../../core/problem.ts';
import { type RestOptions, restOptions } from '../../../core/rest-options.ts';
import { createCodec } from '../../../translators/json/codec.ts';
import type { VariableSource } from './variable-source.ts';

export interface AggregateConfig {
  /** `GET` and `/pages/orders/{order}`. */
  readonly method: string;
  readonly template: string;
  /** Path of the document below its folder. */
  readonly document: string;
  /** Name of the document's operation; needed only if it has several. */
  readonly operation: string | undefined;
  readonly variables: ReadonlyMap<string, readonly VariableSource[]>;
  /** Response names on the way to what is answered; none is all of the data. */
  readonly result: readonly string[];
  /** Response names on the way to what must not be null. */
  readonly notFound: readonly string[] | undefined;
  readonly partial: 'refuse' | 'allow';
  /** Milliseconds for all of it. */
  readonly deadlineMs: number;
  readonly errors: RestOptions['errors'];
  readonly position: Position;
}

export interface Aggregate extends AggregateConfig {
  readonly text: string;
  /** Stands for it in the route table, in logs and in metrics; nothing calls it. */
  readonly route: { readonly operation: Operation; readonly binding: HttpBinding };
}

/** No service has such a name. */
export const AGGREGATES_OWNER = 'dragoman.yaml';

export function createAggregate(config: AggregateConfig, text: string): Aggregate {
  const { method, template, document, deadlineMs, errors, position } = config;
  const binding: HttpBinding = {
    method,
    template,
    body: undefined,
    responseBody: undefined,
    isAutomatic: false,
  };
  const kind = operationOf(text, config.operation)?.operation;
  const operation: Operation = {
    id: `${AGGREGATES_OWNER}/${document} ${method} ${template}`,
    service: AGGREGATES_OWNER,
    method: document,
    name: document,
    shape: 'unary',
    effect: kind === OperationTypeNode.QUERY ? 'read' : 'write',
    effectReason: 'what the document does',
    input: NOTHING,
    output: NOTHING,
    bindings: [binding],
    description: '',
    isDeprecated: false,
    types: createRegistry(EmptySchema),
    upstream: { targets: [] },
    limits: { ...DEFAULT_LIMITS, defaultDeadlineMs: deadlineMs, maxDeadlineMs: deadlineMs },
    forwardHeaders: [],
    forwardsAuthorization: false,
    rest: restOptions({ errors }),
    position,
  };
  return { ...config, text, route: { operation, binding } };
}

/** Values of an aggregate are no messages; only documents of GraphQL say what they are. */
const NOTHING: MessageType = Object.freeze({
  name: 'google.protobuf.Empty',
  codec: createCodec(EmptySchema, createRegistry(EmptySchema)),
  descriptor: EmptySchema,
});

/** Undefined if the text is no document, or has no such operation, or several and no name is given. */
export function operationOf(text: string, name: string | undefined): OperationDefinitionNode | undefined {
  try {
    const operations = parse(text).definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
    if (name !== undefined) return operations.find((one) => one.name?.value === name);
    return operations.length === 1 ? operations[0] : undefined;
  } catch {
    return undefined;
  }
}
