// One operation of a WebSocket: on the snapshot in force when it begins, to its last result.
import { OperationTypeNode } from 'graphql';
import type { GatewayError } from '../../../core/error.ts';
import type { Graph } from '../../../core/graph.ts';
import type { Invoker } from '../../../core/invoker.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { PinnedSnapshot } from '../../../registry/snapshot.ts';
import type { GraphqlEngine, OperationRequest } from '../engine.ts';
import type { OpenSubscriptions } from '../open-subscriptions.ts';
import type { GraphqlParams } from '../read-params.ts';
import type { ChargeRequest } from '../request-limits.ts';
import type { RequestScope } from '../request-scope.ts';
import { runSubscription } from '../run-subscription.ts';
import { refusedResult, type WrittenResult, writtenResult } from '../written-result.ts';

export interface OperationsOptions {
  readonly pin: () => PinnedSnapshot;
  readonly engineOf: (graph: Graph) => GraphqlEngine;
  readonly subscriptions: OpenSubscriptions;
  /** @throws GatewayError for parameters that are none. */
  readonly paramsOf: (payload: JsonObject) => GraphqlParams;
}

export interface ClientOperation {
  /** Counts the operations of the connection. */
  readonly number: number;
  readonly payload: JsonObject;
  /** Aborts when the client takes it back or leaves. */
  readonly signal: AbortSignal;
}

/** What the operations of one connection have in common. */
export interface ConnectionFacts {
  readonly caller: string;
  readonly requestIdOf: (number: number) => string;
  readonly scope: (facts: {
    readonly requestId: string;
    readonly invoke: Invoker;
    readonly signal: AbortSignal;
    readonly ending: AbortSignal;
  }) => RequestScope;
  readonly onFault: (requestId: string, error: GatewayError) => void;
  readonly charge?: ChargeRequest | undefined;
}

export type OperationEvent =
  | { readonly kind: 'next'; readonly result: WrittenResult }
  /** Nothing ran: the last event. */
  | { readonly kind: 'refused'; readonly result: WrittenResult };

export async function* runOperation(
  { number, payload, signal }: ClientOperation,
  { caller, requestIdOf, scope, onFault, charge }: ConnectionFacts,
  { pin, engineOf, subscriptions, paramsOf }: OperationsOptions,
): AsyncGenerator<OperationEvent, void, undefined> {
  const requestId = requestIdOf(number);
  const hear = (error: GatewayError): void => {
    if (!signal.aborted) onFault(requestId, error);
  };
  const pinned = pin();
  try {
    const { graph, invoke } = pinned.snapshot;
    const engine = engineOf(graph);
    const params = paramsOf(payload);
    const request = (ending: AbortSignal): OperationRequest => ({
      params,
      scope: scope({ requestId, invoke, signal, ending }),
      requestId,
      method: 'POST',
      signal,
      onFault: hear,
      charge,
    });
    const operation = engine.find(params);
    if (operation?.operation.operation !== OperationTypeNode.SUBSCRIPTION) {
      const result = await engine.run(request(NEVER));
      if (!(Symbol.asyncIterator in result)) yield eventOf(writtenResult(result, requestId, hear));
      return;
    }
    const outcome = await runSubscription({ engine, graph, subscriptions, operation, caller, request });
    if (outcome.kind === 'refused') yield eventOf(outcome.result);
    else for await (const result of outcome.events) yield eventOf(result);
  } catch (thrown) {
    yield eventOf(refusedResult(thrown, requestId, hear));
  } finally {
    pinned.release();
  }
}

const NEVER = new AbortController().signal;

/** The protocol has a message of its own for what never ran. */
function eventOf(result: WrittenResult): OperationEvent {
  return { kind: result.data === undefined ? 'refused' : 'next', result };
}
