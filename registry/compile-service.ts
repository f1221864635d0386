// One service definition in, its operations out, or every problem found on the way.
import { createFileRegistry, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { CodecFactory } from '../core/codec.ts';
import type { Operation } from '../core/operation.ts';
import { hasErrors, type Problem, type Result } from '../core/problem.ts';
import { restOptions } from '../core/rest-options.ts';
import { checkOverlay } from '../schema/graphql/check-overlay.ts';
import { checkHttpOverlay } from '../schema/graphql/http/check-overlay.ts';
import type { ReadDocument } from '../schema/openapi/read-document.ts';
import { readOperations } from '../schema/proto/read-operations.ts';
import { readServiceConfig } from '../schema/proto/service-config.ts';
import { condenseSourceInfo } from '../schema/proto/source-info.ts';
import { checkBinding } from '../schema/routes/check-binding.ts';
import { checkReserved } from '../schema/routes/route-table.ts';
import { checkEffects } from './check-effects.ts';
import { compileProto } from './compile/compile-proto.ts';
import { readDescriptorSet } from './compile/read-descriptor-set.ts';
import { servedFiles } from './compile/served-files.ts';
import type { SourceLimits } from './compile/source-limits.ts';
import {
  checkPlacement,
  compileHttpSource,
  type HttpSource,
  isHttpSource,
  readHttpSource,
} from './compile-http-service.ts';
import { checkSizes, limitsOf } from './operation-limits.ts';
import { checkPolicies } from './operation-policies.ts';
import { withSettings } from './operation-settings.ts';
import { checkValidation } from './operation-validation.ts';
import { GRPC, HTTP, readUpstream } from './read-upstream.ts';
import type { ServiceDefinition } from './service-definition.ts';

export interface CompileOptions {
  readonly codecs: CodecFactory;
  /** Operators may raise them; absent ones keep their default. */
  readonly limits?: Partial<SourceLimits>;
  /** The gateway's own paths: told of beside other faults. A source without any is asked when it is served. */
  readonly reservedPaths?: readonly string[];
}

export interface CompiledService {
  readonly definition: ServiceDefinition;
  /** FileDescriptorSet with source info: what the store keeps. */
  readonly descriptorSet: Uint8Array;
  readonly operations: readonly Operation[];
  /** Warnings and notes. */
  readonly problems: readonly Problem[];
}

/** management reference, section 2 */
const SERVICE_NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** Compiles the source in a child process if it is `.proto` text, then links it. */
export async function compileService(
  definition: ServiceDefinition,
  options: CompileOptions,
): Promise<Result<CompiledService>> {
  const { source } = definition;
  if (isHttpSource(source)) {
    return linkHttpService(definition, source, options, await readHttpSource(source, options.limits));
  }
  const compiled =
    source.kind === 'proto'
      ? await compileProto(source, { ...(options.limits && { limits: options.limits }) })
      : readDescriptorSet(source.bytes, options.limits);
  if (!compiled.ok) return compiled;
  const linked = linkService(definition, compiled.value.descriptorSet, options);
  return linked.ok
    ? { ...linked, value: { ...linked.value, problems: [...compiled.problems, ...linked.value.problems] } }
    : { ok: false, problems: [...compiled.problems, ...linked.problems] };
}

/** From descriptors that were compiled before; `descriptorSet` is trusted to be well-formed. */
export function linkService(
  definition: ServiceDefinition,
  descriptorSet: Uint8Array,
  options: CompileOptions,
): Result<CompiledService> {
  const { source } = definition;
  if (isHttpSource(source)) return linkHttpService(definition, source, options);
  const config = definition.rules === undefined ? undefined : readServiceConfig(definition.rules);
  if (config !== undefined && !config.ok) return config;
  const upstream = readUpstream(definition.upstream, GRPC);
  const problems: Problem[] = checkBefore(definition, upstream.problems);
  const files = fileRegistry(descriptorSet);
  const { operations: read, problems: found } = readOperations({
    service: definition.name,
    files,
    entry: source.kind === 'proto' ? source.entry : servedFiles([...files.files].map(({ proto }) => proto)),
    upstream: upstream.value,
    limits: limitsOf(definition),
    forwardHeaders: definition.forwardHeaders ?? [],
    forwardsAuthorization: definition.forwardsAuthorization ?? true,
    rest: restOptions(definition.rest),
    codecs: options.codecs,
    ...(config !== undefined && { config: config.value }),
  });
  problems.push(...found, ...checkPlacement(definition, source));
  const operations = placed(read, definition);
  for (const operation of operations) {
    for (const binding of operation.bindings) problems.push(...checkBinding(operation, binding));
  }
  problems.push(...checkOverlay(definition.name, definition.graphql, operations));
  problems.push(...checkNamed(operations, definition));
  return hasErrors(problems)
    ? { ok: false, problems: [...problems, ...checkReserved(operations, options.reservedPaths ?? [])] }
    : {
        ok: true,
        value: {
          definition,
          descriptorSet,
          operations: withSettings(operations, definition),
          problems,
        },
        problems,
      };
}

/** What asks nothing of the source but its kind. */
function checkBefore(definition: ServiceDefinition, found: readonly Problem[]): Problem[] {
  return [...checkName(definition.name), ...found, ...checkEffects(definition)];
}

/** Settings of single operations. */
function checkNamed(operations: readonly Operation[], definition: ServiceDefinition): Problem[] {
  return [checkSizes, checkPolicies, checkValidation].flatMap((check) => check(operations, definition));
}

/** The prefix is the gateway's: a gRPC upstream has no paths to put it before. */
function placed(
  operations: readonly Operation[],
  { prefix = '', hosts = [] }: ServiceDefinition,
): Operation[] {
  const before = prefix === '/' ? '' : prefix;
  if (before === '' && hosts.length === 0) return [...operations];
  return operations.map((operation) => ({
    ...operation,
    ...(hosts.length > 0 && { hosts }),
    bindings: operation.bindings.map((binding) => ({ ...binding, template: before + binding.template })),
  }));
}

/** Nothing is compiled: the document is read anew at every start. */
function linkHttpService(
  definition: ServiceDefinition,
  source: HttpSource,
  options: CompileOptions,
  read?: Result<ReadDocument>,
): Result<CompiledService> {
  const upstream = readUpstream(definition.upstream, HTTP);
  const problems: Problem[] = checkBefore(definition, upstream.problems);
  const { name: service, forwardHeaders = [], forwardsAuthorization = true, rest } = definition;
  const compiled = compileHttpSource(
    definition,
    source,
    {
      service,
      upstream: upstream.value,
      limits: limitsOf(definition),
      forwardHeaders,
      forwardsAuthorization,
      rest: restOptions(rest),
    },
    options.limits,
    read,
  );
  problems.push(...compiled.problems);
  if (!compiled.ok || hasErrors(problems)) return { ok: false, problems };
  problems.push(...checkHttpOverlay(definition.name, definition.graphql, compiled.value));
  problems.push(...checkNamed(compiled.value, definition));
  if (hasErrors(problems)) return { ok: false, problems };
  const operations = withSettings(compiled.value, definition);
  return {
    ok: true,
    value: { definition, descriptorSet: new Uint8Array(), operations, problems },
    problems,
  };
}

function fileRegistry(descriptorSet: Uint8Array): FileRegistry {
  const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet));
  // The bytes keep all of it; the descriptors live as long as the service is registered.
  condenseSourceInfo(files);
  return files;
}

function checkName(name: string): Problem[] {
  if (SERVICE_NAME.test(name)) return [];
  return [
    problem(
      'service-name',
      `the service name ${JSON.stringify(name.slice(0, 80))} is not allowed; ` +
        'a name starts with a letter a–z and has up to 63 of a–z, 0–9 and "-"',
    ),
  ];
}

function problem(rule: string, message: string): Problem {
  return { severity: 'error', rule, message };
}
