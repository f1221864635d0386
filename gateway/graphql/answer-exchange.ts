// One HTTP request of the GraphQL door from its parameters to its last byte: which form the answer has, and who makes it.
import type { FastifyReply } from 'fastify';
import { OperationTypeNode } from 'graphql';
import { GatewayError } from '../../core/error.ts';
import type { Graph } from '../../core/graph.ts';
import { httpStatus } from '../../translators/errors/table.ts';
import { assertCoding } from '../../translators/rest/content-coding.ts';
import { tellRefusal } from '../edge/limit-headers.ts';
import { eventPreference } from './accept-events.ts';
import { acceptedType } from './accepted-type.ts';
import { answerBatch } from './answer-batch.ts';
import type { FoundOperation } from './documents.ts';
import type { GraphqlEngine, GraphqlRequest } from './engine.ts';
import type { SubscriptionLimits } from './limits.ts';
import type { OpenSubscriptions } from './open-subscriptions.ts';
import { placeUploads } from './place-uploads.ts';
import type { AskedParams, GraphqlParams, ParamsReader } from './read-params.ts';
import { runSubscription } from './run-subscription.ts';
import { refusalOf } from './write-errors.ts';
import { writeEvents } from './write-events.ts';
import { writeResponse } from './write-response.ts';
import { writtenResult } from './written-result.ts';

export interface Exchange extends Omit<GraphqlRequest, 'read'> {
  /** @throws GatewayError */
  readonly read: () => Promise<AskedParams>;
  /** The same request with another end: its subscription, if it is one, ends when `ending` aborts. */
  readonly ending: (ending: AbortSignal) => Omit<GraphqlRequest, 'read'>;
  /** Whose subscriptions these are. */
  readonly caller: string;
}

export interface AnswerOptions {
  readonly graph: Graph;
  readonly engine: GraphqlEngine;
  readonly paramsOf: ParamsReader;
  readonly subscriptions: OpenSubscriptions;
  readonly subscriptionLimits: SubscriptionLimits;
  readonly responseBytes: number;
}

export async function answerExchange(
  exchange: Exchange,
  reply: FastifyReply,
  options: AnswerOptions,
): Promise<void> {
  const { engine, paramsOf } = options;
  let params: GraphqlParams;
  try {
    const asked = await exchange.read();
    assertCoding(reply.request.headers['accept-encoding']);
    if (asked.kind === 'batch') {
      if (acceptedType(exchange.accept) === undefined) throw wholeNeeded();
      return await writeResponse(await answerBatch(asked.list, exchange, engine, paramsOf), reply, options);
    }
    params = readOne(asked, options);
  } catch (thrown) {
    // The engine words it in the form of answer that is asked for.
    const refused = { ...exchange, read: () => Promise.reject(thrown) };
    return writeResponse(await engine.answer(refused), reply, options);
  }
  return answerOne(params, exchange, reply, options);
}

function readOne(
  { params: given, uploads }: AskedParams & { readonly kind: 'one' },
  { engine, graph, paramsOf }: AnswerOptions,
): GraphqlParams {
  const params = paramsOf(given);
  const operation = uploads.length === 0 ? undefined : engine.find(params);
  if (operation === undefined) return params;
  return {
    ...params,
    variables: placeUploads(uploads, params.variables, operation, { schema: engine.schema, graph }),
  };
}

async function answerOne(
  params: GraphqlParams,
  exchange: Exchange,
  reply: FastifyReply,
  options: AnswerOptions,
): Promise<void> {
  const { engine } = options;
  const preference = eventPreference(exchange.accept);
  const operation = engine.find(params);
  const isSubscription =
    exchange.method === 'POST' && operation?.operation.operation === OperationTypeNode.SUBSCRIPTION;
  if (isSubscription && preference !== 'never')
    return answerSubscription(params, operation, exchange, reply, options);
  if (preference === 'always') return answerAsEvent(params, exchange, reply, options);
  const read = (): Promise<GraphqlParams> =>
    isSubscription ? Promise.reject(eventsNeeded()) : Promise.resolve(params);
  return writeResponse(await engine.answer({ ...exchange, read }), reply, options);
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
  const status = statusOf(outcome.error, reply);
  return writeEvents([outcome.result], reply, { signal, limits, status });
}

async function answerAsEvent(
  params: GraphqlParams,
  exchange: Exchange,
  reply: FastifyReply,
  { engine, subscriptionLimits: limits }: AnswerOptions,
): Promise<void> {
  const { requestId, onFault, signal } = exchange;
  const result = await engine.run({ ...exchange, params });
  if (Symbol.asyncIterator in result) throw new Error('a query or a mutation has one result');
  const flow = { signal, limits, status: statusOf(result.exceeded, reply), ...refusalOf(result.errors[0]) };
  return writeEvents([writtenResult(result, requestId, onFault)], reply, flow);
}

/** What never began for a reason that is no fault of the document's has the status of that reason. */
function statusOf(error: GatewayError | undefined, reply: FastifyReply): number {
  if (error === undefined) return 200;
  tellRefusal(error, reply);
  return httpStatus(error);
}

function wholeNeeded(): GatewayError {
  return new GatewayError(
    'invalid_argument',
    'a batch is answered by one list; accept application/json, or send its operations one by one',
    { type: 'not-acceptable' },
  );
}

function eventsNeeded(): GatewayError {
  return new GatewayError(
    'invalid_argument',
    'a subscription is answered by events; accept text/event-stream, or use a WebSocket',
    { type: 'not-acceptable' },
  );
}
