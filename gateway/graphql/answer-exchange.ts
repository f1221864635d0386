// One HTTP request of the GraphQL door from its parameters to its last byte: which form the answer has, and who makes it.
import type { FastifyReply } from 'fastify';
import { OperationTypeNode } from 'graphql';
import { GatewayError } from '../../core/error.ts';
import type { Graph } from '../../core/graph.ts';
import { httpStatus } from '../../translators/errors/table.ts';
import { assertCoding } from '../../translators/rest/content-coding.ts';
import { type EventPreference, eventPreference } from './accept-events.ts';
import type { FoundOperation, GraphqlEngine, GraphqlRequest } from './engine.ts';
import type { SubscriptionLimits } from './limits.ts';
import type { OpenSubscriptions } from './open-subscriptions.ts';
import type { GraphqlParams } from './read-params.ts';
import { runSubscription } from './run-subscription.ts';
import { plainResult } from './write-errors.ts';
import { writeEvents } from './write-events.ts';
import { writeResponse } from './write-response.ts';

export interface Exchange extends GraphqlRequest {
  /** The same request with another end: its subscription, if it is one, ends when `ending` aborts. */
  readonly ending: (ending: AbortSignal) => GraphqlRequest;
  /** Whose subscriptions these are. */
  readonly caller: string;
}

export interface AnswerOptions {
  readonly graph: Graph;
  readonly engine: GraphqlEngine;
  readonly subscriptions: OpenSubscriptions;
  readonly subscriptionLimits: SubscriptionLimits;
  readonly responseBytes: number;
}

export async function answerExchange(
  exchange: Exchange,
  reply: FastifyReply,
  options: AnswerOptions,
): Promise<void> {
  const asked = await readOnce(exchange, reply);
  const { read, params } = asked;
  const operation = params && options.engine.find(params);
  const preference = eventPreference(exchange.accept);
  if (params !== undefined && operation !== undefined) {
    if (isSubscription(operation)) {
      if (preference !== 'never' && exchange.method === 'POST')
        return answerSubscription(params, operation, exchange, reply, options);
      if (preference === 'never') {
        const refusal = { ...exchange, read: () => Promise.reject(eventsNeeded()) };
        return writeResponse(await options.engine.answer(refusal), reply, options);
      }
    }
  }
  if (params !== undefined && preference === 'always')
    return answerOnceAsEvent(params, exchange, reply, options);
  return writeResponse(
    await options.engine.answer(withForms({ ...exchange, read }, preference)),
    reply,
    options,
  );
}

function isSubscription({ operation }: FoundOperation): boolean {
  return operation.operation === OperationTypeNode.SUBSCRIPTION;
}

/** What could not be read is kept, for the engine to word. */
async function readOnce(
  { read }: Exchange,
  reply: FastifyReply,
): Promise<{ readonly read: () => Promise<GraphqlParams>; readonly params: GraphqlParams | undefined }> {
  try {
    const params = await read();
    assertCoding(reply.request.headers['accept-encoding']);
    return { read: () => Promise.resolve(params), params };
  } catch (thrown) {
    return { read: () => Promise.reject(thrown), params: undefined };
  }
}

async function answerSubscription(
  params: GraphqlParams,
  operation: FoundOperation,
  exchange: Exchange,
  reply: FastifyReply,
  options: AnswerOptions,
): Promise<void> {
  const { engine, graph, subscriptions, subscriptionLimits: limits } = options;
  const { caller, signal } = exchange;
  const request = (ending: AbortSignal) => ({ ...exchange.ending(ending), params });
  const outcome = await runSubscription({ engine, graph, subscriptions, operation, caller, request });
  if (outcome.kind === 'events') return writeEvents(outcome.events, reply, { signal, limits });
  const status = outcome.error === undefined ? 200 : httpStatus(outcome.error);
  return writeEvents([outcome.result], reply, { signal, limits, status });
}

async function answerOnceAsEvent(
  params: GraphqlParams,
  exchange: Exchange,
  reply: FastifyReply,
  { engine, subscriptionLimits: limits }: AnswerOptions,
): Promise<void> {
  const { requestId, onFault, signal } = exchange;
  const result = await engine.run({ ...exchange, params });
  const results = Symbol.asyncIterator in result ? [] : [plainResult(result, requestId, onFault)];
  return writeEvents(results, reply, { signal, limits });
}

/** The engine's answers are whole; which of their forms it is, it settles itself. */
function withForms(request: GraphqlRequest, preference: EventPreference): GraphqlRequest {
  return preference === 'always' ? { ...request, accept: 'application/json' } : request;
}

function eventsNeeded(): GatewayError {
  return new GatewayError(
    'invalid_argument',
    'a subscription is answered by events; accept text/event-stream, or use a WebSocket',
    { type: 'not-acceptable' },
  );
}
