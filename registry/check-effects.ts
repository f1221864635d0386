// Settings that mean nothing to what describes a service, such as a choice about protobuf for one that speaks JSON. What
// somebody would rely on in vain is refused; of what merely does nothing a warning tells.
import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_GRAPH_OPTIONS, type GraphOptions, graphOptions } from '../core/graph-settings.ts';
import type { Problem } from '../core/problem.ts';
import { DEFAULT_REST_OPTIONS, type RestOptions, restOptions } from '../core/rest-options.ts';
import type { ServiceDefinition, ServiceSource } from './service-definition.ts';

type Kind = 'proto' | 'openapi' | 'proxy';

function kindOf({ kind }: ServiceSource): Kind {
  return kind === 'descriptorSet' ? 'proto' : kind;
}

const PROTO: readonly Kind[] = ['proto'];
const OPENAPI: readonly Kind[] = ['openapi'];
const DESCRIBED: readonly Kind[] = ['proto', 'openapi'];
const ALL: readonly Kind[] = ['proto', 'openapi', 'proxy'];

/** To which services each choice means something. Over REST requests for HTTP services are passed on as they are. */
const REST: Readonly<Record<keyof RestOptions, readonly Kind[]>> = {
  unknownFields: PROTO,
  ignoreQuery: PROTO,
  // A plain proxy tells no methods apart, and takes every path below its own.
  methodOverride: DESCRIBED,
  trailingSlash: DESCRIBED,
  strictRoutes: DESCRIBED,
  emptyAs204: PROTO,
  streamDefault: PROTO,
  ndjsonWrapper: PROTO,
  errors: ALL,
  exposeUpstreamErrors: PROTO,
  bodyConflict: PROTO,
  queryWithWholeBody: PROTO,
  queryIntoBody: PROTO,
  structInQuery: PROTO,
  enumCaseInsensitive: PROTO,
  automatic: PROTO,
  multiSegmentDecode: PROTO,
  grpcMetadataPrefix: PROTO,
  nestedHttpBody: PROTO,
  protobuf: PROTO,
  websocket: PROTO,
  responseHeaders: PROTO,
  output: PROTO,
};

/** A plain proxy is not in the graph. */
const GRAPHQL: Readonly<Record<keyof GraphOptions, readonly Kind[]>> = {
  prefix: DESCRIBED,
  onClash: DESCRIBED,
  maps: DESCRIBED,
  enumNames: PROTO,
  typeNames: PROTO,
  connections: PROTO,
  extensions: PROTO,
  awaitOperations: PROTO,
  camelCase: OPENAPI,
  outputNullability: OPENAPI,
  // Each entry is held against what the service shows.
  overlay: ALL,
};

/** What stands for the place of a setting until the configuration says where it is. */
export function settingPlace(service: string, setting: string): string {
  return `services.${service}.${setting}`;
}

/** In the words of the configuration. */
const NAMES: ReadonlyMap<string, string> = new Map([['rest.responseHeaders', 'headers.response']]);

export function checkEffects(definition: ServiceDefinition): Problem[] {
  const { name: service, source, rules, validate, rest, forwardHeaders = [] } = definition;
  const kind = kindOf(source);
  const problems: Problem[] = [];
  const tell = (severity: Problem['severity'], setting: string, message: string): void => {
    problems.push({ severity, rule: 'no-effect', message, path: settingPlace(service, setting) });
  };
  if (validate !== undefined && kind !== 'openapi') {
    tell(
      'error',
      'validate',
      'validate needs an OpenAPI document to hold requests against, and there is none',
    );
  }
  if (rules !== undefined && kind !== 'proto') {
    tell('error', 'rules', 'rules give routes to methods of a proto, and there is none');
  }
  if (rest?.websocket === false && kind !== 'proto') {
    const message =
      'rest.websocket is about streams of methods of a proto; WebSockets of an HTTP service would be passed on all the same';
    tell('error', 'rest.websocket', message);
  }
  for (const [setting, kinds] of withoutEffect(definition, kind)) {
    // It has been refused.
    if (setting === 'rest.websocket') continue;
    tell('warning', setting, `${setting} changes nothing: it is for services with ${listed(kinds)}`);
  }
  if (forwardHeaders.length > 0 && kind === 'proxy') {
    tell(
      'warning',
      'headers.forward',
      'headers.forward changes nothing: a plain proxy passes all headers on',
    );
  }
  if (definition.stripPrefix === false && kind !== 'proto' && (definition.prefix ?? '/') === '/') {
    tell('warning', 'stripPrefix', 'stripPrefix changes nothing: there is no prefix');
  }
  return problems;
}

/** What is as it is without being said means no less for being said. */
function* withoutEffect(
  { rest, graphql }: ServiceDefinition,
  kind: Kind,
): Iterable<readonly [setting: string, kinds: readonly Kind[]]> {
  const [restChosen, graphChosen] = [restOptions(rest), graphOptions(graphql)];
  for (const key of keysOf(REST)) {
    if (REST[key].includes(kind) || isDeepStrictEqual(restChosen[key], DEFAULT_REST_OPTIONS[key])) continue;
    yield [NAMES.get(`rest.${key}`) ?? `rest.${key}`, REST[key]];
  }
  for (const key of keysOf(GRAPHQL)) {
    if (GRAPHQL[key].includes(kind) || isDeepStrictEqual(graphChosen[key], DEFAULT_GRAPH_OPTIONS[key]))
      continue;
    yield [`graphql.${key}`, GRAPHQL[key]];
  }
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(record) as Key[];
}

const DESCRIPTIONS: Readonly<Record<Kind, string>> = {
  proto: 'a proto',
  openapi: 'an OpenAPI document',
  proxy: 'neither',
};

function listed(kinds: readonly Kind[]): string {
  return kinds.map((kind) => DESCRIPTIONS[kind]).join(' or ');
}
