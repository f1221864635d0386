// A route that a stored document answers: variables out of the request, the document through the engine of GraphQL, the
// part that is asked for as JSON. Source: graphql reference, section 11.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, locatedError } from 'graphql';
import { deadlineExceeded, GatewayError } from '../../../core/error.ts';
import type { Graph } from '../../../core/graph.ts';
import type { Invoker } from '../../../core/invoker.ts';
import type { JsonValue } from '../../../core/json.ts';
import { firstText } from '../../../core/metadata.ts';
import type { RateLimiter } from '../../../policies/rate-limiter.ts';
import type { Snapshot } from '../../../registry/snapshot.ts';
import type { RouteMatch } from '../../../schema/routes/route-table.ts';
import { httpStatus, outwardCode } from '../../../translators/errors/table.ts';
import { forwardRulesOf } from '../../../translators/http/header-parameters.ts';
import { readTimeout } from '../../../translators/rest/deadline-headers.ts';
import { assertJson } from '../../../translators/rest/media-type.ts';
import { requestMetadata } from '../../../translators/rest/request-metadata.ts';
import type { ClientAddressReader } from '../../edge/client-address.ts';
import { clientSignal } from '../../edge/client-presence.ts';
import { limitTeller } from '../../edge/limit-headers.ts';
import { readBody } from '../../edge/read-body.ts';
import { sendBytes } from '../../rest/send-bytes.ts';
import type { GraphqlEngine } from '../engine.ts';
import type { GraphqlLimits } from '../limits.ts';
import { decodeUtf8, parseJson } from '../request-json.ts';
import { requestLimits } from '../request-limits.ts';
import { type RequestFacts, RequestScope } from '../request-scope.ts';
import type { Executed } from '../written-result.ts';
import { type Aggregate, operationOf } from './aggregate.ts';
import { memberText } from './member-text.ts';
import { readVariables } from './read-variables.ts';
import { strictestCacheControl } from './strictest-cache-control.ts';
import type { GivenValues } from './variable-source.ts';

export interface AggregateOptions {
  readonly engineOf: (graph: Graph) => GraphqlEngine;
  readonly addresses: ClientAddressReader;
  /** Absent: nobody counts what requests cost. */
  readonly limiter?: RateLimiter | undefined;
  readonly limits: GraphqlLimits;
  /** Hears of batches that are answered with items twice, or with items nobody asked for. */
  readonly onOddity?: RequestFacts['onOddity'];
}

export interface AggregateExchange {
  readonly match: RouteMatch;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly snapshot: Snapshot;
  /** In origin form. */
  readonly target: string;
}

/** @throws GatewayError, which the door writes in the style of the aggregate. */
export async function answerAggregate(
  aggregate: Aggregate,
  exchange: AggregateExchange,
  options: AggregateOptions,
): Promise<FastifyReply> {
  const { request, reply, snapshot } = exchange;
  const engine = options.engineOf(snapshot.graph);
  const operation = operationOf(aggregate.text, aggregate.operation);
  if (operation === undefined || !engine.check(aggregate.text).ok)
    throw new GatewayError('unavailable', 'what this path is made of is not registered at the moment');
  const given = await readGiven(aggregate, exchange, options);
  const variables = readVariables(aggregate, operation, given, engine.schema);
  const client = clientSignal(reply);
  const caching: (string | undefined)[] = [];
  const deadline = startDeadline(aggregate, request);
  const signal = AbortSignal.any([client, deadline.signal]);
  try {
    const facts = options.addresses.facts(request.raw, request.id);
    const limited = requestLimits(options.limiter, () => ({
      request: request.raw,
      addresses: options.addresses,
      match: exchange.match,
      tell: limitTeller(reply),
    }));
    const scope = new RequestScope({
      requestId: request.id,
      invoke: noting(snapshot.invoke, caching),
      metadataFor: (called) => requestMetadata(request.headers, facts, forwardRulesOf(called)),
      timeoutMs: deadline.ms,
      origin: limited?.origin,
      signal,
      ending: signal,
      onOddity: options.onOddity,
    });
    const result = await engine.run({
      params: { query: aggregate.text, operationName: aggregate.operation, variables },
      scope,
      requestId: request.id,
      method: 'POST',
      signal,
      onFault: ({ cause, message }) => request.log.error({ err: cause }, message),
      charge: limited?.charge,
    });
    if (deadline.signal.aborted) throw deadlineExceeded();
    if (Symbol.asyncIterator in result) throw new GatewayError('internal', 'the document is a subscription');
    if (result.exceeded !== undefined) throw result.exceeded;
    const answer = answerOf(aggregate, result);
    const cacheControl = answer.isComplete ? strictestCacheControl(caching) : 'no-store';
    if (cacheControl !== undefined && !reply.hasHeader('cache-control'))
      reply.header('cache-control', cacheControl);
    const bytes = Buffer.from(answer.text);
    if (bytes.length > options.limits.responseBytes) throw tooLarge(options.limits);
    const content = { contentType: 'application/json', bytes, trailers: [], isTagged: answer.isComplete };
    return await sendBytes(reply, content);
  } catch (thrown) {
    throw deadline.signal.aborted ? deadlineExceeded() : thrown;
  } finally {
    deadline.stop();
  }
}

async function readGiven(
  { variables }: Aggregate,
  { match, request, target }: AggregateExchange,
  { limits }: AggregateOptions,
): Promise<GivenValues> {
  const path = new Map(
    match.route.template.variables.map(({ fieldPath }, index) => [
      fieldPath.join('.'),
      match.variables[index] ?? '',
    ]),
  );
  const mark = target.indexOf('?');
  const query = new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1));
  const readsBody = [...variables.values()].some((sources) => sources.some(({ kind }) => kind === 'body'));
  return { path, query, body: readsBody ? await readJson(request, limits) : undefined };
}

async function readJson({ raw }: FastifyRequest, { variablesBytes }: GraphqlLimits): Promise<JsonValue> {
  assertJson(raw.rawHeaders);
  return parseJson(decodeUtf8(await readBody(raw, variablesBytes)), 'the body');
}

interface Deadline {
  readonly ms: number;
  readonly signal: AbortSignal;
  stop(): void;
}

/** One for all parts: the aggregate's own, or what the client is willing to wait if that is less. */
function startDeadline({ deadlineMs }: Aggregate, { headers }: FastifyRequest): Deadline {
  const ms = Math.min(deadlineMs, readTimeout(headers) ?? deadlineMs);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(deadlineExceeded()), ms);
  return { ms, signal: controller.signal, stop: () => clearTimeout(timer) };
}

/** Keeps what each part says of its caching. */
function noting(invoke: Invoker, caching: (string | undefined)[]): Invoker {
  return async (call) => {
    const reply = await invoke(call);
    if (reply.kind === 'unary') caching.push(firstText(reply.headers, 'cache-control'));
    return reply;
  };
}

interface Answer {
  /** JSON. */
  readonly text: string;
  readonly isComplete: boolean;
}

function answerOf(aggregate: Aggregate, { data = 'null', errors: thrown }: Executed): Answer {
  const errors = thrown.map(locatedFailure);
  const [first] = errors;
  if (first !== undefined && (aggregate.partial === 'refuse' || data === 'null')) throw failureOf(first);
  const { result, notFound } = aggregate;
  // Of what is missing for another reason, the reason is told.
  if (notFound !== undefined && memberText(data, notFound) === 'null')
    throw failureAt(errors, notFound) ?? missing(notFound);
  const text = memberText(data, result);
  if (aggregate.partial === 'refuse') return { text, isComplete: true };
  if (first === undefined) return { text: `{"data":${text},"complete":true}`, isComplete: true };
  if (isAllNull(text)) throw failureAt(errors, result) ?? failureOf(first);
  const parts = Object.fromEntries(errors.map((error) => [partOf(error, result), statusOf(error)]));
  return { text: `{"data":${text},"complete":false,"parts":${JSON.stringify(parts)}}`, isComplete: false };
}

function locatedFailure(thrown: unknown): GraphQLError {
  return thrown instanceof GraphQLError ? thrown : locatedError(thrown, undefined);
}

/** Nothing is left that an answer could be made of. */
function isAllNull(text: string): boolean {
  const value: unknown = JSON.parse(text);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value === null;
  const members = Object.values(value);
  return members.length > 0 && members.every((member) => member === null);
}

function failureAt(errors: readonly GraphQLError[], names: readonly string[]): GatewayError | undefined {
  const found = errors.find(({ path = [] }) => names.every((name, index) => path[index] === name));
  return found && failureOf(found);
}

/** The error behind: a REST client has no use for the path and the place in a document that it never saw. */
function failureOf(error: GraphQLError): GatewayError {
  let behind: unknown = error;
  while (behind instanceof GraphQLError) behind = behind.originalError;
  if (behind instanceof GatewayError) return behind;
  const { code } = error.extensions;
  if (code === 'OPERATION_TOO_COSTLY')
    return new GatewayError('invalid_argument', error.message, { type: 'operation-too-costly' });
  return new GatewayError('internal', 'internal error', { cause: error });
}

function missing(names: readonly string[]): GatewayError {
  return new GatewayError('not_found', `there is no such ${names.at(-1) ?? 'thing'}`);
}

function partOf({ path = [] }: GraphQLError, result: readonly string[]): string {
  const isBelow = result.every((name, index) => path[index] === name) && path.length > result.length;
  return (isBelow ? path.slice(result.length) : path).join('.');
}

function statusOf(error: GraphQLError): { readonly status: number; readonly code: string } {
  const failure = failureOf(error);
  return { status: httpStatus(failure), code: outwardCode(failure.code) };
}

function tooLarge({ responseBytes }: GraphqlLimits): GatewayError {
  return new GatewayError('resource_exhausted', `the answer is larger than ${responseBytes} bytes`);
}
