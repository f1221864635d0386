// The request and reply plans of every route of a snapshot, made before the snapshot is published.
import type { HttpBinding, Operation } from '../../core/operation.ts';
import type { Problem } from '../../core/problem.ts';
import { findReadMask } from '../../schema/graphql/read-mask.ts';
import type { Route } from '../../schema/routes/route-table.ts';
import { projectionBelow } from '../../translators/json/projections.ts';
import { readMaskPaths } from '../../translators/json/read-mask.ts';
import { createReplyPlan, type ReplyPlan, systemRules } from '../../translators/rest/reply-plan.ts';
import { createRequestPlan, type RequestPlan } from '../../translators/rest/request-plan.ts';
import type { ResponseMask } from '../../translators/rest/response-mask.ts';
import { createSystemReader, type SystemReader } from '../../translators/rest/system-parameters.ts';

export interface CompiledRoute {
  readonly request: RequestPlan;
  /** Of the messages after the first of a client's stream, which path and query do not fill. */
  readonly further: RequestPlan;
  readonly reply: ReplyPlan;
  readonly system: SystemReader;
  /** Proto paths for a `read_mask` of the request: what a mask of the answer means for the resource (AIP-157). */
  readonly readMask: (asked: ResponseMask) => readonly string[] | undefined;
}

/** Whether the client sends any number of messages. */
export function isRequestStream({ shape }: Pick<Operation, 'shape'>): boolean {
  return shape === 'client_stream' || shape === 'bidi_stream';
}

/** Bindings outlive the snapshots they are in, so a publish compiles only what is new. */
const compiled = new WeakMap<HttpBinding, CompiledRoute>();

/** For the registry's last check before a swap. */
export function compileRoutes(routes: Iterable<Route>): readonly Problem[] {
  const wrapped = new Set<Operation>();
  for (const route of routes) {
    if (route.operation.http !== undefined) continue;
    const { reply } = compiledRoute(route);
    if (reply.hasError && isReplyStream(route.operation)) wrapped.add(route.operation);
  }
  return [...wrapped].map(noteOfWrapping);
}

function isReplyStream({ shape }: Operation): boolean {
  return shape === 'server_stream' || shape === 'bidi_stream';
}

/** transcoding reference, section 8: what was decided for a stream whose lines could be mistaken is said. */
function noteOfWrapping({ method, position }: Operation): Problem {
  return {
    severity: 'note',
    rule: 'ndjson-wrapper',
    message: `${method} streams messages with a field "error": their lines of NDJSON are written as {"result": …}`,
    ...position,
  };
}

export function compiledRoute(route: Route): CompiledRoute {
  const { operation, binding, template } = route;
  let plans = compiled.get(binding);
  if (plans === undefined) {
    const paths = template.variables.map((variable) => variable.fieldPath);
    const request = createRequestPlan(operation, binding, paths);
    plans = {
      request,
      further:
        isRequestStream(operation) && paths.length > 0 ? createRequestPlan(operation, binding, []) : request,
      reply: createReplyPlan(operation, binding),
      system: createSystemReader(systemRules(operation, binding)),
      readMask: readMaskReader(operation, binding),
    };
    compiled.set(binding, plans);
  }
  return plans;
}

/** As GraphQL makes it from a selection. Where it is not known what a mask would speak of, it is taken as it stands. */
function readMaskReader(operation: Operation, { responseBody }: HttpBinding): CompiledRoute['readMask'] {
  const mask = findReadMask(operation);
  if (mask === undefined) return ({ paths }) => paths;
  const { descriptor } = operation.output;
  const answer = descriptor.fields.find(
    ({ name, jsonName }) => name === responseBody || jsonName === responseBody,
  );
  return ({ paths, projection }) => {
    if (projection === undefined) return paths;
    return readMaskPaths(
      projectionBelow(answer === undefined ? [] : [answer.name], projection),
      mask,
      descriptor,
    );
  };
}
