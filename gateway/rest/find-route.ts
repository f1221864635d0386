// Which route a request means, and what is said when there is none.
// Source: transcoding reference, sections 3.4 and 5 (method override); RFC 9110 §9.3.7, §15.5.5 and §15.5.6.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/error.ts';
import type { Snapshot } from '../../registry/snapshot.ts';
import type { RouteMatch } from '../../schema/routes/route-table.ts';

export interface FoundRoute {
  readonly match: RouteMatch;
  /** The method is not the one of the request line: no cache knows of it. */
  readonly isOverridden: boolean;
}

/** Undefined for an OPTIONS that no rule declares. @throws GatewayError for a path or method that nobody has. */
export function findRoute(
  snapshot: Pick<Snapshot, 'routes'>,
  request: FastifyRequest,
  target: string,
): FoundRoute | undefined {
  const { method } = request;
  const { host } = request.headers;
  // RFC 9110 §9.3.7: the server as a whole.
  if (method === 'OPTIONS' && target === '*') return undefined;
  const override = method === 'POST' ? request.headers['x-http-method-override'] : undefined;
  if (typeof override === 'string') {
    const match = findOverridden(snapshot, override.trim().toUpperCase(), target, host);
    if (match !== undefined) return { match, isOverridden: true };
  }
  const match = findByMethod(snapshot, method, target, host);
  return match === undefined ? undefined : { match, isOverridden: false };
}

function findByMethod(
  snapshot: Pick<Snapshot, 'routes'>,
  method: string,
  target: string,
  host: string | undefined,
): RouteMatch | undefined {
  const found = snapshot.routes.find(method, target, host);
  // Whatever a rule says that takes any method: an echo of the request is for nobody's scripts.
  if (method === 'TRACE')
    throw methodNotAllowed(method, found.kind === 'method-not-allowed' ? found.allow : []);
  switch (found.kind) {
    case 'match':
      return found.match;
    case 'bad-path':
      throw new GatewayError('invalid_argument', found.message, { type: 'bad-request-target' });
    case 'method-not-allowed':
      if (method === 'OPTIONS') return findProxied(snapshot, found.allow, target, host);
      throw methodNotAllowed(method, found.allow);
    case 'not-found':
      throw new GatewayError('not_found', 'no route has this path', { type: 'route-not-found' });
  }
}

/** An HTTP upstream knows best what may be done with its paths, preflights of browsers included. */
function findProxied(
  snapshot: Pick<Snapshot, 'routes'>,
  allow: readonly string[],
  target: string,
  host: string | undefined,
): RouteMatch | undefined {
  for (const method of allow) {
    const found = snapshot.routes.find(method, target, host);
    if (found.kind === 'match' && found.match.route.operation.http !== undefined) return found.match;
  }
  return undefined;
}

/** Services that do not serve overrides take the request for the POST that it is. */
function findOverridden(
  snapshot: Pick<Snapshot, 'routes'>,
  method: string,
  target: string,
  host: string | undefined,
): RouteMatch | undefined {
  const found = snapshot.routes.find(method, target, host);
  if (method !== 'TRACE' && found.kind === 'match' && servesOverride(found.match)) return found.match;
  const plain = snapshot.routes.find('POST', target, host);
  if (plain.kind === 'match' && !servesOverride(plain.match)) return undefined;
  // Nobody is asked by TRACE, so the answer is what may be asked instead.
  const allowed = snapshot.routes.find('TRACE', target, host);
  const allow = allowed.kind === 'method-not-allowed' ? allowed.allow : [];
  if (plain.kind === 'match') throw methodNotAllowed(method, allow);
  // There is no POST either; what was meant is named, if those who have the path would have heard it.
  const isTaken = found.kind === 'match' && method !== 'TRACE';
  if (!isTaken && allow.some((other) => isOverridable(snapshot.routes.find(other, target, host))))
    throw methodNotAllowed(method, allow);
  return undefined;
}

function isOverridable(found: ReturnType<Snapshot['routes']['find']>): boolean {
  return found.kind === 'match' && servesOverride(found.match);
}

function servesOverride({ route }: RouteMatch): boolean {
  return route.operation.rest.methodOverride;
}

function methodNotAllowed(method: string, allow: readonly string[]): GatewayError {
  const shown = method.slice(0, 40);
  const served = allow.length > 0 ? `; it takes ${allow.join(', ')}` : '';
  return new GatewayError('unimplemented', `this path does not take ${shown}${served}`, {
    type: 'method-not-allowed',
    allow,
  });
}

/** RFC 9110 §9.3.7: what may be done with this path. */
export function answerOptions(
  snapshot: Pick<Snapshot, 'routes'>,
  target: string,
  reply: FastifyReply,
): FastifyReply {
  const found = snapshot.routes.find('OPTIONS', target, reply.request.headers.host);
  const allow = found.kind === 'method-not-allowed' ? found.allow : [];
  return reply.code(204).header('allow', allow.join(', ')).send();
}
