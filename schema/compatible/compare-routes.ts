// What REST clients of one service find otherwise: its routes before and after, and through each the messages that it
// takes and answers. Routes are the same where the same paths lead to them, however their variables are called.
import type { Operation } from '../../core/operation.ts';
import type { Route, RouteTable } from '../routes/route-table.ts';
import type { Segment, Template } from '../routes/template.ts';
import { shapeKey } from '../routes/template-shape.ts';
import { compareBindings, type RouteReport } from './bindings.ts';
import type { Differences, Finding, SeenRoute, Severity } from './difference.ts';
import { compareHttpRoutes } from './http-routes.ts';
import { MessagePairs } from './message-pairs.ts';
import { compareForwarding, compareSettings } from './rest-settings.ts';
import { SchemaPairs } from './schema-pairs.ts';

export function compareRoutes(
  service: string,
  before: RouteTable,
  after: RouteTable,
  differences: Differences,
): void {
  const [was, is] = [routesOf(service, before), routesOf(service, after)];
  const pairs = compareService(was, is, differences);
  const declared = declaredRoutes(is);
  for (const [key, route] of was) {
    const other = is.get(key) ?? is.get(key.replace(/^\S+/, '*'));
    if (other === undefined) reportRemoved(route, after, declared, differences);
    else compareRoute(route, other, pairs, differences);
  }
  pairs?.messages.finish(differences);
  pairs?.schemas?.finish(differences);
  for (const [key, route] of is) if (!was.has(key)) reportTaken(route, before, differences);
}

function routesOf(service: string, { routes }: RouteTable): ReadonlyMap<string, Route> {
  return new Map(
    routes
      .filter(({ operation }) => operation.service === service)
      .map((route) => [`${route.binding.method} ${shapeKey(route.template)}`, route]),
  );
}

/** What compares what routes take and answer. */
interface Pairs {
  readonly messages: MessagePairs;
  readonly schemas: SchemaPairs | undefined;
}

/** What all routes of the service have in common; answers what compares their messages. */
function compareService(
  was: ReadonlyMap<string, Route>,
  is: ReadonlyMap<string, Route>,
  differences: Differences,
): Pairs | undefined {
  const [[first], [second]] = [[...was.values()], [...is.values()]];
  if (first === undefined || second === undefined) return undefined;
  const [before, after] = [first.operation, second.operation];
  compareHosts(before, after, differences);
  const changes = [
    ...(before.http === undefined && after.http === undefined
      ? compareSettings(before.rest, after.rest)
      : []),
    ...compareForwarding(before.forwardHeaders, after.forwardHeaders),
  ];
  for (const { path, severity, message, before, after } of changes)
    add(differences, severity, 'setting', path, message, { before, after });
  if (before.forwardsAuthorization && !after.forwardsAuthorization)
    add(differences, 'dangerous', 'setting', 'authorization', 'is not passed on to the upstream any more');
  const documents = [before.http?.document, after.http?.document] as const;
  return {
    messages: new MessagePairs({ before: before.rest, after: after.rest }),
    schemas: documents[0] && documents[1] && new SchemaPairs(documents[0], documents[1]),
  };
}

function compareHosts(
  { hosts: was = [] }: Operation,
  { hosts: is = [] }: Operation,
  differences: Differences,
) {
  if (is.length === 0) return;
  if (was.length === 0) {
    add(differences, 'breaking', 'hosts', 'hosts', `only served on ${is.join(', ')} now, was on all`);
    return;
  }
  for (const host of was) {
    if (is.includes(host) || is.some((one) => one.startsWith('*.') && host.endsWith(one.slice(1)))) continue;
    add(differences, 'breaking', 'hosts', host, 'the service is not on this host any more');
  }
}

function compareRoute(route: Route, other: Route, pairs: Pairs | undefined, differences: Differences): void {
  const [was, is] = [route.operation, other.operation];
  const name = nameOf(route);
  const seen: SeenRoute = { name, isAutomatic: route.binding.isAutomatic };
  const report: RouteReport = (severity, rule, message) => add(differences, severity, rule, name, message);
  if (was.method !== is.method)
    report('dangerous', 'route-method', `was answered by ${was.method}, is by ${is.method}`);
  if (was.shape !== is.shape) {
    const message = `was ${SHAPES[was.shape]}, is ${SHAPES[is.shape]}`;
    const change = { before: was.shape, after: is.shape };
    add(differences, 'breaking', 'streaming', was.method, message, change, [seen]);
  }
  if (was.effect === 'read' && is.effect !== 'read') {
    const message = 'reads no more, it changes something: not cached, not repeated after a failure';
    add(differences, 'dangerous', 'effect', was.method, message, {}, [seen]);
  }
  if (is.isDeprecated && !was.isDeprecated)
    add(differences, 'safe', 'deprecated', was.method, 'is deprecated now', {}, [seen]);
  if (was.http === undefined && is.http === undefined) {
    if (pairs !== undefined) compareBindings(seen, route, other, pairs.messages, report);
  } else if (was.http === undefined || is.http === undefined) {
    report('dangerous', 'source', 'is described in another way; what it takes and answers was not compared');
  } else compareHttpRoutes(seen, was.http, is.http, pairs?.schemas, differences);
}

const SHAPES: Readonly<Record<Operation['shape'], string>> = {
  unary: 'one request with one answer',
  server_stream: 'one request with a stream of answers',
  client_stream: 'a stream of requests with one answer',
  bidi_stream: 'a stream both ways',
};

/** The paths of a route that is gone may lead elsewhere now. */
function reportRemoved(
  route: Route,
  after: RouteTable,
  declared: ReadonlyMap<string, string>,
  differences: Differences,
): void {
  const { operation, binding } = route;
  const found = find(after, route);
  if (found !== undefined) {
    const owner =
      found.operation.service === operation.service ? '' : ` of service ${found.operation.service}`;
    const message = `the route is gone; its paths lead to ${nameOf(found)}${owner} now`;
    add(differences, 'breaking', 'route-removed', nameOf(route), message);
    return;
  }
  const moved = binding.isAutomatic ? undefined : declared.get(operation.id);
  const message =
    moved === undefined ? 'the route is gone' : `the route is gone; ${operation.name} has ${moved} now`;
  add(differences, 'breaking', 'route-removed', nameOf(route), message);
}

/** The first route that each operation declares, by the operation's id. */
function declaredRoutes(routes: ReadonlyMap<string, Route>): ReadonlyMap<string, string> {
  const declared = [...routes.values()].filter(({ binding }) => !binding.isAutomatic);
  return new Map(declared.reverse().map((route) => [route.operation.id, nameOf(route)]));
}

/** A new route may be closer to paths that another one has answered. */
function reportTaken(route: Route, before: RouteTable, differences: Differences): void {
  const found = find(before, route);
  if (found === undefined) return;
  const owner =
    found.operation.service === route.operation.service ? '' : ` of service ${found.operation.service}`;
  const message = `a new route for paths that ${nameOf(found)}${owner} has answered`;
  add(differences, 'dangerous', 'route-taken', nameOf(route), message);
}

/** What answers a path of the route, made up. */
function find(table: RouteTable, { operation, binding, template }: Route): Route | undefined {
  const method = binding.method === '*' ? 'GET' : binding.method;
  const host = operation.hosts?.[0]?.replace(/^\*/, 'any');
  const found = table.find(method, samplePath(template), host);
  return found.kind === 'match' ? found.match.route : undefined;
}

function samplePath({ segments, verb }: Template): string {
  const path = segments.map(sampleSegment).join('/');
  return verb === undefined ? `/${path}` : `/${path}:${encodeURIComponent(verb)}`;
}

/** Unlikely to be what somebody's literal is. */
const SAMPLE = 'dragoman-sample';

function sampleSegment(segment: Segment): string {
  switch (segment.kind) {
    case 'literal':
      return encodeURIComponent(segment.text);
    case 'affix':
      return segment.literals.map(encodeURIComponent).join(SAMPLE);
    default:
      return SAMPLE;
  }
}

/** `GET /v1/{name=books/*}` */
function nameOf({ binding }: Pick<Route, 'binding'>): string {
  return `${binding.method} ${binding.template}`;
}

function add(
  differences: Differences,
  severity: Severity,
  rule: string,
  path: string,
  message: string,
  change: Pick<Finding, 'before' | 'after'> = {},
  routes: readonly SeenRoute[] = [],
): void {
  differences.add({ severity, door: 'rest', rule, path, message, ...change }, routes);
}
