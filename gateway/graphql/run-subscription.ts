// One subscription from its first event to its last, for every transport: counted, watched for silence, ended when it
// has to be, and each of its results in the outward form.
import { GatewayError } from '../../core/error.ts';
import type { Graph } from '../../core/graph.ts';
import type { FoundOperation } from './documents.ts';
import type { GraphqlEngine, OperationRequest } from './engine.ts';
import type { OpenSubscriptions } from './open-subscriptions.ts';
import { type Executed, refusedResult, type WrittenResult, writtenResult } from './written-result.ts';

export interface SubscriptionRun {
  readonly engine: GraphqlEngine;
  readonly graph: Graph;
  readonly subscriptions: OpenSubscriptions;
  readonly operation: FoundOperation;
  /** Whose budget it is. */
  readonly caller: string;
  /** Makes the request once it is known what ends it. */
  readonly request: (ending: AbortSignal) => OperationRequest;
}

/**
 * `refused`: nothing began, and this is why. Whoever takes the events takes them to the end or calls `return`.
 */
export type SubscriptionOutcome =
  | {
      readonly kind: 'refused';
      readonly result: WrittenResult;
      readonly error: GatewayError | undefined;
    }
  | { readonly kind: 'events'; readonly events: AsyncGenerator<WrittenResult, void, undefined> };

export async function runSubscription(run: SubscriptionRun): Promise<SubscriptionOutcome> {
  const { engine, graph, subscriptions, operation, caller } = run;
  let open: ReturnType<OpenSubscriptions['open']>;
  try {
    open = subscriptions.open({ caller, graph, operation });
  } catch (thrown) {
    const { requestId, onFault } = run.request(NEVER);
    const result = refusedResult(thrown, requestId, onFault);
    return { kind: 'refused', result, error: GatewayError.from(thrown) };
  }
  const request = run.request(open.ending);
  const { requestId, onFault } = request;
  try {
    const outcome = await engine.run(request);
    if (!(Symbol.asyncIterator in outcome)) {
      open.close();
      const result = writtenResult(outcome, requestId, onFault);
      return { kind: 'refused', result, error: outcome.exceeded };
    }
    return { kind: 'events', events: written(outcome, open, request) };
  } catch (thrown) {
    open.close();
    throw thrown;
  }
}

const NEVER = new AbortController().signal;

async function* written(
  results: AsyncIterable<Executed>,
  open: ReturnType<OpenSubscriptions['open']>,
  { requestId, onFault }: OperationRequest,
): AsyncGenerator<WrittenResult, void, undefined> {
  try {
    for await (const result of results) {
      open.touch();
      yield writtenResult(result, requestId, onFault);
    }
  } finally {
    open.close();
  }
}
