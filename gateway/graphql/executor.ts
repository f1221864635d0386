// Runs operations of one graph, for every transport: from a plan where one covers the operation, and else by graphql-js.
// Here alone it is decided which.
import {
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  OperationTypeNode,
  subscribe,
} from 'graphql';
import { GatewayError } from '../../core/error.ts';
import type { Graph } from '../../core/graph.ts';
import type { JsonObject } from '../../core/json.ts';
import type { FoundOperation } from './documents.ts';
import type { GraphqlContext } from './executable-schema.ts';
import type { GraphqlLimits } from './limits.ts';
import { createPlanningContext } from './plan/planning-context.ts';
import { type FoundPlan, Plans } from './plan/plans.ts';
import { runOperation } from './plan/run-operation.ts';
import { runSubscriptionPlan } from './plan/run-subscription-plan.ts';
import type { Executed } from './written-result.ts';

export interface ExecutorOptions {
  readonly limits: GraphqlLimits;
  /** Whether errors name what else there is. Default: false. */
  readonly suggestions?: boolean;
  /** False leaves everything to graphql-js, to which plans are held equal. Default: true. */
  readonly plans?: boolean;
}

/** An operation of a document that may run, and what it is to run with. */
export interface Execution {
  readonly found: FoundOperation;
  readonly variables: JsonObject | undefined;
  readonly context: GraphqlContext & { readonly signal: AbortSignal };
}

/** One result, or the events of a subscription. */
export type ExecutionOutcome = Executed | AsyncIterable<Executed>;

/** Wrong variables that are told of in one answer: to word each, graphql-js writes out all of the object around it. */
const MAX_VARIABLE_ERRORS = 5;

export class Executor {
  readonly #graph: Graph;
  readonly #schema: GraphQLSchema;
  readonly #options: ExecutorOptions;
  readonly #plans: Plans;

  constructor(graph: Graph, schema: GraphQLSchema, options: ExecutorOptions) {
    this.#graph = graph;
    this.#schema = schema;
    this.#options = options;
    this.#plans = new Plans(createPlanningContext(graph, schema, options.limits.responseBytes));
  }

  /** Never rejects for reasons of the request. */
  async run(execution: Execution): Promise<ExecutionOutcome> {
    const outcome = await (this.planned(execution) ?? this.#leave(execution));
    const { responseBytes } = this.#options.limits;
    return Symbol.asyncIterator in outcome
      ? boundedEvents(outcome, responseBytes)
      : bounded(outcome, responseBytes);
  }

  /** To graphql-js. */
  async #leave(execution: Execution): Promise<ExecutionOutcome> {
    const args = this.#argsOf(execution);
    if (!isSubscription(execution.found)) return executedOf(await execute(args));
    const subscribed = await subscribe(args);
    return Symbol.asyncIterator in subscribed ? eventsOf(subscribed) : executedOf(subscribed);
  }

  /** Why it may not run, if it asks for too much of the schema itself. */
  refusal(
    { document, operation }: FoundOperation,
    variables: JsonObject | undefined,
  ): GatewayError | undefined {
    return this.#options.plans === false ? undefined : this.#plans.refusal(document, operation, variables);
  }

  /** Undefined, with nothing run, if it is not for a plan to run. */
  planned({ found, variables, context }: Execution): Promise<ExecutionOutcome> | undefined {
    const plan = this.#planOf(found, variables);
    if (plan === undefined) return undefined;
    const run = { graph: this.#graph, variables: plan.variables, scope: context.scope };
    return isSubscription(found) ? runSubscriptionPlan(plan.plan, run) : runOperation(plan.plan, run);
  }

  /** What graphql-js is to be given, by whoever calls it. */
  args<A extends ExecutionArgs>(args: A, signal: AbortSignal): A {
    return {
      ...args,
      abortSignal: signal,
      hideSuggestions: this.#options.suggestions !== true,
      options: { maxCoercionErrors: MAX_VARIABLE_ERRORS },
    };
  }

  #planOf({ document, operation }: FoundOperation, variables: JsonObject | undefined): FoundPlan | undefined {
    return this.#options.plans === false ? undefined : this.#plans.find(document, operation, variables);
  }

  #argsOf({ found, variables, context }: Execution): ExecutionArgs {
    const { document, operation } = found;
    return this.args(
      {
        schema: this.#schema,
        document,
        operationName: operation.name?.value,
        variableValues: variables,
        contextValue: context,
      },
      context.signal,
    );
  }
}

/** Execution has begun, so there is a result; its data is null as if the root itself had failed. */
function bounded(executed: Executed, most: number): Executed {
  const { data } = executed;
  if (data === undefined || data.length <= most) return executed;
  return { data: 'null', errors: [answerTooLarge(most)] };
}

async function* boundedEvents(
  events: AsyncIterable<Executed>,
  most: number,
): AsyncGenerator<Executed, void, undefined> {
  for await (const event of events) yield bounded(event, most);
}

/** For every transport. */
export function answerTooLarge(most: number): GatewayError {
  return new GatewayError(
    'resource_exhausted',
    `the answer is larger than ${most} bytes; select less, or page through lists`,
  );
}

function isSubscription({ operation }: FoundOperation): boolean {
  return operation.operation === OperationTypeNode.SUBSCRIPTION;
}

function executedOf({ data, errors = [] }: ExecutionResult): Executed {
  return { data: data === undefined ? undefined : JSON.stringify(data), errors };
}

async function* eventsOf(events: AsyncIterable<ExecutionResult>): AsyncGenerator<Executed, void, undefined> {
  for await (const event of events) yield executedOf(event);
}
