// What an upgrade asks for, settled before it is answered: afterwards a refusal has no status of its own.
// Source: transcoding reference, sections 8 and 12.
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../core/error.ts';
import type { Snapshot } from '../../registry/snapshot.ts';
import type { RouteMatch, RouteTable } from '../../schema/routes/route-table.ts';
import type { ReplyPlan } from '../../translators/rest/reply-plan.ts';
import type { SystemParameters } from '../../translators/rest/system-parameters.ts';
import { WEBSOCKET_PROTOCOL } from '../../translators/rest/websocket-frame.ts';
import { type CompiledRoute, compiledRoute } from '../rest/compiled-routes.ts';
import { checkOrigin } from './check-origin.ts';

export interface OpenedRoute {
  readonly match: RouteMatch;
  readonly plans: CompiledRoute;
  /** Of what the client asked for by system parameters. */
  readonly reply: ReplyPlan;
  /** Without system parameters; fills the first message. */
  readonly query: string;
  /** Of the first message. */
  readonly readMask: readonly string[] | undefined;
}

/** @throws GatewayError for whatever could be known to be wrong before the first frame. */
export function openRoute(snapshot: Snapshot, target: string, request: IncomingMessage): OpenedRoute {
  checkOrigin(request.headers);
  const match = findRoute(snapshot, target, request.headers.host);
  // Whoever asks at the wrong place learns that first.
  checkSubprotocol(request);
  const plans = compiledRoute(match.route);
  const mark = target.indexOf('?');
  const query = mark === -1 ? '' : target.slice(mark + 1);
  const asked = plans.system(query, request.headers['x-goog-fieldmask']);
  if (asked !== undefined) checkForm(asked);
  const rest = asked?.query ?? query;
  plans.request.check({ variables: match.variables, query: rest });
  return {
    match,
    plans,
    reply: asked === undefined ? plans.reply : plans.reply.asked(asked),
    query: rest,
    readMask: asked?.mask && plans.readMask(asked.mask),
  };
}

/** The subprotocol says that the client knows us. */
function checkSubprotocol({ headers }: IncomingMessage): void {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(WEBSOCKET_PROTOCOL)) {
    throw new GatewayError('invalid_argument', `offer the WebSocket subprotocol ${WEBSOCKET_PROTOCOL}`, {
      type: 'bad-headers',
    });
  }
}

function checkForm({ alt }: SystemParameters): void {
  if (alt === undefined || alt.startsWith('json')) return;
  const description = 'frames of a WebSocket are JSON; it may be json or json;enum-encoding=int';
  throw new GatewayError('invalid_argument', `$alt: ${description}`, {
    violations: [{ field: '$alt', description }],
  });
}

/** An upgrade is a GET whatever the route's own method is: of those that the path takes, the first with a stream. */
function findRoute({ routes }: Snapshot, target: string, host: string | undefined): RouteMatch {
  let refusal: GatewayError | undefined;
  for (const method of methodsAt(routes, target, host)) {
    const found = routes.find(method, target, host);
    if (found.kind === 'bad-path') refusal ??= badPath(found.message);
    if (found.kind !== 'match') continue;
    const { shape, rest } = found.match.route.operation;
    if (shape === 'unary') refusal ??= takesOneMessage();
    else if (rest.websocket) return found.match;
    // Nearest to what was asked for, whatever else the path takes.
    else refusal = turnedOff();
  }
  throw refusal ?? new GatewayError('not_found', 'no route has this path', { type: 'route-not-found' });
}

/** Where several have a stream, these come first. */
const FIRST = ['POST', 'GET', 'PUT', 'PATCH'];

function methodsAt(routes: RouteTable, target: string, host: string | undefined): Iterable<string> {
  // Nobody is asked by TRACE, so the answer is what may be asked instead.
  const found = routes.find('TRACE', target, host);
  if (found.kind === 'bad-path') throw badPath(found.message);
  return found.kind === 'method-not-allowed' ? new Set([...FIRST, ...found.allow]) : [];
}

function badPath(message: string): GatewayError {
  return new GatewayError('invalid_argument', message, { type: 'bad-request-target' });
}

function takesOneMessage(): GatewayError {
  const message = 'this path takes one message; send a request instead of a WebSocket';
  return new GatewayError('invalid_argument', message, { type: 'bad-headers' });
}

function turnedOff(): GatewayError {
  return new GatewayError('unimplemented', 'this service has WebSocket turned off; send a request instead');
}
