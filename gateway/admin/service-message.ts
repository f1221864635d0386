// Between the admin API's messages (ProtoJSON of dragoman.admin.v1) and the registry's own words.
import { GatewayError, type Violation } from '../../core/error.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Problem } from '../../core/problem.ts';
import { findPathFault, quoted } from '../../registry/compile/file-path.ts';
import { DEFAULT_SOURCE_LIMITS } from '../../registry/compile/source-limits.ts';
import type {
  ServiceDefinition,
  ServiceSource,
  SourceFile,
  UpstreamDefinition,
} from '../../registry/service-definition.ts';
import type { RegisteredService, Snapshot } from '../../registry/snapshot.ts';
import { describeBinding, graphqlFields } from '../../registry/surface.ts';
import { forwardFault } from '../../translators/rest/forward-rules.ts';
import { readDuration } from '../config/units.ts';
import { readGraphql, writeGraphql } from './graphql-message.ts';
import { readLimits, writeLimits } from './limits-message.ts';
import { readPlacement, writePlacement } from './placement-message.ts';
import { readPolicies, writePolicies } from './policies-message.ts';
import { readRest, writeRest } from './rest-message.ts';

const MAX_PATH_BYTES = DEFAULT_SOURCE_LIMITS.pathBytes;

/** What a put asks for. @throws GatewayError `invalid_argument` naming every wrong member. */
export function readDefinition(service: JsonObject): ServiceDefinition {
  const violations: Violation[] = [];
  const source = readSource(service, violations);
  const upstream = readUpstream(service.upstream, violations);
  const rest = readRest(service.rest, violations);
  const graphql = readGraphql(service.graphql, violations);
  const forwardHeaders = readForwardHeaders(service.forwardHeaders, violations);
  const limits = readLimits(service, violations);
  const policies = readPolicies(service, violations);
  const [first] = violations;
  if (first !== undefined || source === undefined) {
    throw new GatewayError('invalid_argument', `${first?.field}: ${first?.description}`, { violations });
  }
  return {
    name: text(service.name),
    source,
    upstream,
    ...readPlacement(service),
    ...limits,
    ...policies,
    ...(text(service.rules) !== '' && { rules: text(service.rules) }),
    ...(forwardHeaders.length > 0 && { forwardHeaders }),
    ...(rest !== undefined && { rest }),
    ...(graphql !== undefined && { graphql }),
  };
}

function readForwardHeaders(value: JsonValue | undefined, violations: Violation[]): readonly string[] {
  const rules = strings(value).map((rule) => rule.toLowerCase());
  for (const [index, rule] of rules.entries()) {
    const fault = forwardFault(rule);
    if (fault !== undefined) {
      const what = rule.includes('=') ? 'renaming' : 'name';
      violations.push({ field: `service.forwardHeaders[${index}]`, description: `this ${what} ${fault}` });
    }
  }
  return rules;
}

function readSource(service: JsonObject, violations: Violation[]): ServiceSource | undefined {
  const sources = object(service.sources) ?? {};
  const files = [...list(service.files), ...list(sources.files)].map((file) => {
    const { path, content } = object(file) ?? {};
    return { path: text(path), content: text(content) };
  });
  for (const member of ['openapi', 'descriptorSet'] as const) {
    // A source that is named and empty is a mistake; without it the service would be a proxy that knows no operations.
    if (service[member] === '' || sources[member] === '') {
      violations.push({
        field: member,
        description: 'is empty; leave it out for a service without descriptors',
      });
      return undefined;
    }
  }
  const descriptorSet = text(service.descriptorSet) || text(sources.descriptorSet);
  const openapi = text(service.openapi) || text(sources.openapi);
  if (openapi !== '') return readOpenapi(service, openapi, files, violations);
  if (files.length > 0 && descriptorSet !== '') {
    violations.push({ field: 'descriptorSet', description: 'send either files or a descriptor set' });
    return undefined;
  }
  const entry = [...strings(service.entry), ...strings(sources.entry)];
  if (descriptorSet !== '' && entry.length > 0) {
    violations.push({
      field: 'entry',
      description: 'names files of a source sent as files; a descriptor set serves all',
    });
    return undefined;
  }
  if (descriptorSet !== '') return { kind: 'descriptorSet', bytes: Buffer.from(descriptorSet, 'base64') };
  if (files.length === 0 && (text(service.prefix) !== '' || list(service.hosts).length > 0)) {
    return { kind: 'proxy' };
  }
  if (files.length === 0) {
    violations.push({
      field: 'files',
      description:
        'a service needs files [{path, content}], a descriptorSet in base64 or the text of an openapi document; ' +
        'without any of them a prefix or hosts',
    });
    return undefined;
  }
  return {
    kind: 'proto',
    files,
    entry: entry.length > 0 ? entry : files.filter(declaresService).map((file) => file.path),
  };
}

/** The document may be among the files already; else it stands beside them. */
function readOpenapi(
  service: JsonObject,
  content: string,
  files: readonly SourceFile[],
  violations: Violation[],
): ServiceSource | undefined {
  const [named, another] = [...strings(service.entry), ...strings(object(service.sources)?.entry)];
  const isDoubled = text(service.descriptorSet) !== '' || another !== undefined;
  const entry = named ?? (/^\s*\{/.test(content) ? 'openapi.json' : 'openapi.yaml');
  const path = findPathFault(entry, MAX_PATH_BYTES);
  if (path !== undefined) violations.push({ field: 'entry', description: `${quoted(entry)} ${path}` });
  if (isDoubled) {
    violations.push({
      field: 'openapi',
      description: 'an OpenAPI document is one source, with one path in entry',
    });
  }
  for (const [index, file] of files.entries()) {
    const fault = findPathFault(file.path, MAX_PATH_BYTES);
    if (fault !== undefined) {
      violations.push({ field: `files[${index}].path`, description: `${quoted(file.path)} ${fault}` });
    }
  }
  return {
    kind: 'openapi',
    files: [{ path: entry, content }, ...files.filter((one) => one.path !== entry)],
    entry,
  };
}

/** Blanks of one line only: from each of many empty lines all others would be looked through. */
const DECLARATION = /^[ \t]*service\s+\w+/m;

/** Only to choose the entries nobody named: the compiler has the last word. */
function declaresService(file: { readonly path: string; readonly content: string }): boolean {
  return !file.path.startsWith('google/') && DECLARATION.test(file.content);
}

const UPSTREAM_MEMBERS = ['targets', 'timeout', 'tls', 'http2', 'connectTimeout', 'concurrency'];

function readUpstream(value: JsonValue | undefined, violations: Violation[]): UpstreamDefinition {
  const at = 'upstream';
  if (typeof value === 'string' && value !== '') return { targets: [{ url: value }] };
  const upstream = object(value);
  if (upstream === undefined) {
    violations.push({ field: at, description: 'an upstream is needed, such as "grpc://host:50051"' });
    return { targets: [] };
  }
  refuseUnknown(upstream, UPSTREAM_MEMBERS, at, violations);
  const targets = list(upstream.targets).map((entry, index) =>
    readTargetEntry(entry, `${at}.targets[${index}]`, violations),
  );
  const timeoutMs = readTimeout(upstream.timeout, `${at}.timeout`, violations);
  const tls = readTls(upstream.tls, `${at}.tls`, violations);
  const http = readHttp(upstream, at, violations);
  return {
    targets,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(tls !== undefined && { tls }),
    ...(http !== undefined && { http }),
  };
}

function readHttp(
  { http2, connectTimeout, concurrency }: JsonObject,
  at: string,
  violations: Violation[],
): UpstreamDefinition['http'] {
  const connectMs = readTimeout(connectTimeout, `${at}.connectTimeout`, violations);
  if (http2 !== undefined && typeof http2 !== 'boolean')
    violations.push({ field: `${at}.http2`, description: 'must be true or false' });
  if (concurrency !== undefined && typeof concurrency !== 'number')
    violations.push({ field: `${at}.concurrency`, description: 'must be a whole number' });
  const settings = {
    ...(typeof http2 === 'boolean' && { http2 }),
    ...(connectMs !== undefined && { connectMs }),
    ...(typeof concurrency === 'number' && { concurrency }),
  };
  return Object.keys(settings).length === 0 ? undefined : settings;
}

function readTimeout(value: JsonValue | undefined, at: string, violations: Violation[]): number | undefined {
  if (value === undefined) return undefined;
  const reading = typeof value === 'string' ? readDuration(value) : undefined;
  if (reading?.ok === true) return reading.value;
  violations.push({ field: at, description: reading?.message ?? 'must be a duration such as "5s"' });
  return undefined;
}

function readTargetEntry(value: JsonValue, at: string, violations: Violation[]) {
  const { url, weight } = object(value) ?? {};
  if (typeof url !== 'string') violations.push({ field: `${at}.url`, description: 'a URL is needed' });
  if (
    weight !== undefined &&
    !(typeof weight === 'number' && Number.isInteger(weight) && weight > 0 && weight <= 1000)
  ) {
    violations.push({ field: `${at}.weight`, description: 'must be an integer from 1 to 1000' });
  }
  return { url: text(url), ...(typeof weight === 'number' && { weight }) };
}

const TLS_MEMBERS = ['ca', 'cert', 'key', 'serverName'] as const;

function readTls(
  value: JsonValue | undefined,
  at: string,
  violations: Violation[],
): UpstreamDefinition['tls'] {
  if (value === undefined) return undefined;
  const tls = object(value);
  if (tls === undefined) {
    violations.push({ field: at, description: `expected an object of ${TLS_MEMBERS.join(', ')}` });
    return undefined;
  }
  refuseUnknown(tls, TLS_MEMBERS, at, violations);
  return Object.fromEntries(
    TLS_MEMBERS.flatMap((name) => (typeof tls[name] === 'string' ? [[name, tls[name]]] : [])),
  );
}

function refuseUnknown(
  value: JsonObject,
  known: readonly string[],
  at: string,
  violations: Violation[],
): void {
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) {
      violations.push({
        field: `${at}.${name}`,
        description: `there is no such member; known are ${known.join(', ')}`,
      });
    }
  }
}

/** A registered service as the admin API shows it; client keys of TLS are never shown. */
export function writeService(service: RegisteredService, isOwnedByFile: boolean): JsonObject {
  const { definition } = service;
  const { targets, timeoutMs, tls, http } = definition.upstream;
  return {
    name: service.name,
    ...(definition.source.kind === 'proto' && { entry: [...definition.source.entry] }),
    ...(definition.source.kind === 'openapi' && { entry: [definition.source.entry] }),
    ...writePlacement(definition),
    upstream: {
      targets: targets.map(({ url, weight }) => ({ url, ...(weight !== undefined && { weight }) })),
      ...(timeoutMs !== undefined && { timeout: `${timeoutMs}ms` }),
      ...(tls?.serverName !== undefined && { tls: { serverName: tls.serverName } }),
      ...(http?.http2 !== undefined && { http2: http.http2 }),
      ...(http?.connectMs !== undefined && { connectTimeout: `${http.connectMs}ms` }),
      ...(http?.concurrency !== undefined && { concurrency: http.concurrency }),
    },
    rules: definition.rules ?? '',
    forwardHeaders: [...(definition.forwardHeaders ?? [])],
    ...writeRest(definition.rest),
    ...writeGraphql(definition.graphql),
    ...writeLimits(definition),
    ...writePolicies(definition),
    revision: service.revision,
    etag: service.revision,
    operationCount: service.operations.length,
    remarks: service.remarks.map(writeProblem),
    ownedByFile: isOwnedByFile,
    createdAt: service.createdAt,
    updatedAt: service.updatedAt,
  };
}

export function writeOperations(service: RegisteredService, snapshot: Pick<Snapshot, 'graph'>): JsonObject[] {
  const fields = graphqlFields(snapshot.graph);
  return service.operations.map((operation) => ({
    method: operation.method,
    shape: operation.shape,
    effect: operation.effect,
    effectReason: operation.effectReason,
    routes: operation.bindings.map(describeBinding),
    graphql: fields.get(operation.id) ?? '',
  }));
}

function writeProblem(problem: Problem): JsonObject {
  return { ...problem };
}

function object(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function strings(value: JsonValue | undefined): string[] {
  return list(value).filter((item) => typeof item === 'string');
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
