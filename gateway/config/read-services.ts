// Reads the sources of the services that the configuration file declares: files become what the registry takes.
import { relative } from 'node:path';
import { hasErrors, type Position, type Problem, type Result, sortProblems } from '../../core/problem.ts';
import { DEFAULT_SOURCE_LIMITS } from '../../registry/compile/source-limits.ts';
import type { ServiceDefinition, ServiceSource } from '../../registry/service-definition.ts';
import type { GatewayConfig, ServiceConfig } from './gateway-config.ts';
import { FileFault, readBytes, readFile } from './read-file.ts';
import { readOpenapiSource } from './read-openapi-source.ts';
import { readSource } from './read-source.ts';

const MAX_RULES_BYTES = 4 * 1024 * 1024;

export interface ConfiguredService {
  readonly definition: ServiceDefinition;
  /** The entry of the configuration file. */
  readonly config: ServiceConfig;
  /** Where each file of a proto source lies on disk, as people would write it, and each entry of the overlay. */
  readonly locations: Locations;
}

/** Places as the registry knows them → places as people would look for them. */
export type Locations = ReadonlyMap<string, string | Position>;

/** The services of a configuration in its order, or every problem of every one of them. */
export async function readServices(
  config: Pick<GatewayConfig, 'services'>,
): Promise<Result<readonly ConfiguredService[]>> {
  const problems: Problem[] = [];
  const services: ConfiguredService[] = [];
  for (const service of config.services) {
    const reading = await readService(service);
    problems.push(...reading.problems);
    if (reading.ok) services.push(reading.value);
  }
  const sorted = sortProblems(problems);
  return hasErrors(sorted)
    ? { ok: false, problems: sorted }
    : { ok: true, value: services, problems: sorted };
}

async function readService(config: ServiceConfig): Promise<Result<ConfiguredService>> {
  const problems: Problem[] = [];
  const rules = await readRules(config, problems);
  const reading = await readServiceSource(config);
  problems.push(...reading.problems);
  if (!reading.ok || hasErrors(problems)) {
    return { ok: false, problems: problems.map((problem) => withOrigin(problem, config)) };
  }
  const { source, locations } = reading.value;
  const places: Locations = new Map<string, string | Position>([
    ...locations,
    ...(config.settingPlaces ?? []),
    ...(config.graphql?.places ?? []),
    ...(config.policies?.places ?? []),
    ...(config.credentialPlaces ?? []),
  ]);
  return {
    ok: true,
    value: { definition: define(config, source, rules), config, locations: places },
    problems,
  };
}

function define(config: ServiceConfig, source: ServiceSource, rules: string | undefined): ServiceDefinition {
  const { name, upstream, limits, forwardHeaders, forwardsAuthorization, rest, graphql, policies } = config;
  return {
    name,
    source,
    upstream: {
      targets: upstream.targets.map(({ url, weight }) => ({ url, weight })),
      ...(limits.defaultDeadlineMs !== undefined && { timeoutMs: limits.defaultDeadlineMs }),
      ...(upstream.tls !== undefined && { tls: upstream.tls }),
      ...(upstream.http !== undefined && { http: upstream.http }),
      ...(upstream.credentials !== undefined && { credentials: upstream.credentials }),
    },
    ...config.placement,
    ...(rules !== undefined && { rules }),
    ...(forwardHeaders.length > 0 && { forwardHeaders }),
    ...(Object.keys(rest).length > 0 && { rest }),
    ...(graphql !== undefined && { graphql: graphql.settings }),
    ...(policies !== undefined && policies.policies.length > 0 && { policies: policies.policies }),
    ...(policies !== undefined &&
      policies.operations.length > 0 && { operationPolicies: policies.operations }),
    ...(forwardsAuthorization === false && { forwardsAuthorization }),
    ...(limits.streamIdleMs !== undefined && { streamIdleMs: limits.streamIdleMs }),
    ...(limits.streamTotalMs !== undefined && { streamTotalMs: limits.streamTotalMs }),
    ...(limits.messageBytes !== undefined && { maxMessageBytes: limits.messageBytes }),
    ...(limits.uploadBytes !== undefined && { maxUploadBytes: limits.uploadBytes }),
    ...(limits.operationSizes !== undefined && { operationSizes: limits.operationSizes }),
    ...(limits.maxDeadlineMs !== undefined && { maxDeadlineMs: limits.maxDeadlineMs }),
  };
}

async function readServiceSource({
  source,
}: ServiceConfig): Promise<
  Result<{ readonly source: ServiceSource; readonly locations: ReadonlyMap<string, string> }>
> {
  if (source.kind === 'proto') return readSource(source);
  if (source.kind === 'openapi') return readOpenapiSource(source.path);
  if (source.kind === 'proxy') return { ok: true, value: { source, locations: new Map() }, problems: [] };
  return readDescriptorSet(source.path);
}

/** A compiled FileDescriptorSet as a source; that it is one, the registry finds out. */
export async function readDescriptorSet(
  path: string,
): Promise<Result<{ readonly source: ServiceSource; readonly locations: ReadonlyMap<string, string> }>> {
  try {
    const bytes = await readBytes(path, DEFAULT_SOURCE_LIMITS.sourceBytes);
    return {
      ok: true,
      value: { source: { kind: 'descriptorSet', bytes }, locations: new Map() },
      problems: [],
    };
  } catch (error) {
    return { ok: false, problems: [faultOf(path, error)] };
  }
}

async function readRules({ rulesPath }: ServiceConfig, problems: Problem[]): Promise<string | undefined> {
  if (rulesPath === undefined) return undefined;
  try {
    return await readFile(rulesPath, MAX_RULES_BYTES);
  } catch (error) {
    problems.push(faultOf(rulesPath, error));
    return undefined;
  }
}

function faultOf(path: string, error: unknown): Problem {
  if (!(error instanceof FileFault)) throw error;
  return { severity: 'error', rule: 'file', path: shownPath(path), message: `this file ${error.message}` };
}

function shownPath(path: string): string {
  const inner = relative(process.cwd(), path);
  return inner.startsWith('..') ? path : inner;
}

/** A file that cannot be read is looked for where it is named: in the configuration. */
function withOrigin(problem: Problem, { name, position }: ServiceConfig): Problem {
  if (problem.rule !== 'file' || problem.line !== undefined) return problem;
  const at = `${shownPath(position.path)}:${position.line}:${position.column}`;
  return { ...problem, message: `${problem.message}; service "${name}" at ${at} names it` };
}

/** The compiler names files as imports do; on disk they lie somewhere, and editors want to know where. */
export function locate(problems: readonly Problem[], locations: Locations): Problem[] {
  return sortProblems(
    problems.map((problem) => {
      const location = problem.path === undefined ? undefined : locations.get(problem.path);
      if (location === undefined) return problem;
      return { ...problem, ...(typeof location === 'string' ? { path: location } : location) };
    }),
  );
}
