// Descriptors in, Operations out: one per method of every service that a source serves.
import type {
  DescFile,
  DescMessage,
  DescMethod,
  DescService,
  FileRegistry,
  Registry,
} from '@bufbuild/protobuf';
import { createRegistry } from '@bufbuild/protobuf';
import type { CodecFactory, MessageType } from '../../core/codec.ts';
import type { HttpBinding, Operation, OperationLimits, Shape } from '../../core/operation.ts';
import type { Problem } from '../../core/problem.ts';
import { DEFAULT_REST_OPTIONS, type RestOptions } from '../../core/rest-options.ts';
import type { Upstream } from '../../core/upstream.ts';
import { decideEffect } from './effect.ts';
import { googleTypes } from './google-types.ts';
import { automaticBinding, bindingsOfRule, readHttpRules } from './http-rules.ts';
import { NO_SERVICE_CONFIG, type ServiceConfig, selectFor, unusedSelectors } from './service-config.ts';
import { commentOf, positionOf } from './source-info.ts';

export interface ReadOperationsInput {
  /** Name under which the service is registered. */
  readonly service: string;
  readonly files: FileRegistry;
  /** Files whose services are served; undefined serves every file that is not one of ours or gRPC's own. */
  readonly entry?: readonly string[];
  readonly upstream: Upstream;
  readonly limits: OperationLimits;
  readonly forwardHeaders: readonly string[];
  /** Default: true. */
  readonly forwardsAuthorization?: boolean;
  /** Default: every rule of the reference. */
  readonly rest?: RestOptions;
  readonly codecs: CodecFactory;
  /** Rules beside the sources; they override annotations. */
  readonly config?: ServiceConfig;
}

/** Operations in order of declaration. Problems say what is wrong with http rules, and what is not served and why. */
export function readOperations(input: ReadOperationsInput): { operations: Operation[]; problems: Problem[] } {
  const operations: Operation[] = [];
  const problems: Problem[] = [];
  const types = withGoogleTypes(input.files);
  const messageType = messageTypes(input.codecs, types);
  const config = input.config ?? NO_SERVICE_CONFIG;
  const rest = input.rest ?? DEFAULT_REST_OPTIONS;
  const methods: DescMethod[] = [];
  for (const service of servicesOf(input, problems)) {
    for (const method of service.methods) {
      methods.push(method);
      const declared = declaredBindings(method, config);
      problems.push(...declared.problems);
      if (!rest.automatic && declared.bindings.length === 0) problems.push(noRoute(method));
      const { effect, reason } = decideEffect(method, declared.bindings);
      const name = `${service.typeName}/${method.name}`;
      operations.push({
        id: `${input.service}/${name}`,
        service: input.service,
        method: name,
        name: method.name,
        shape: SHAPES[method.methodKind],
        effect,
        effectReason: reason,
        input: messageType(method.input),
        output: messageType(method.output),
        bindings: rest.automatic ? [...declared.bindings, automaticBinding(method)] : declared.bindings,
        description: commentOf(method),
        isDeprecated: method.deprecated || service.deprecated,
        types,
        upstream: input.upstream,
        limits: limitsOf(method, input.limits, config),
        forwardHeaders: input.forwardHeaders,
        forwardsAuthorization: input.forwardsAuthorization ?? true,
        rest,
        position: positionOf(method),
      });
    }
  }
  problems.push(...unusedSelectors(config, methods));
  return { operations, problems };
}

/** Said, since a forgotten annotation looks just like it. */
function noRoute(method: DescMethod): Problem {
  return {
    severity: 'note',
    rule: 'no-route',
    message: `${method.parent.typeName}/${method.name} has no http rule and rest.automatic is off: it has no route`,
    ...positionOf(method),
  };
}

/** A rule of the service config replaces every annotation of the method. */
function declaredBindings(
  method: DescMethod,
  config: ServiceConfig,
): { bindings: HttpBinding[]; problems: Problem[] } {
  const rule = selectFor(config.httpRules, method);
  const declared = rule === undefined ? readHttpRules(method) : bindingsOfRule(method, rule.value);
  if (!config.fullyDecodeReserved) return declared;
  return {
    ...declared,
    bindings: declared.bindings.map((binding) => ({ ...binding, fullyDecodeReserved: true })),
  };
}

function limitsOf(method: DescMethod, limits: OperationLimits, config: ServiceConfig): OperationLimits {
  const deadline = selectFor(config.deadlines, method)?.value;
  if (deadline === undefined) return limits;
  return { ...limits, defaultDeadlineMs: deadline, maxDeadlineMs: Math.max(deadline, limits.maxDeadlineMs) };
}

const SHAPES: Record<DescMethod['methodKind'], Shape> = {
  unary: 'unary',
  server_streaming: 'server_stream',
  client_streaming: 'client_stream',
  bidi_streaming: 'bidi_stream',
};

function servicesOf(input: ReadOperationsInput, problems: Problem[]): DescService[] {
  const entry = input.entry === undefined ? undefined : new Set(input.entry);
  const services: DescService[] = [];
  for (const file of input.files.files) {
    if (entry !== undefined ? !entry.has(file.proto.name) : isNobodysOwn(file)) continue;
    services.push(...file.services);
  }
  if (services.length === 0) {
    problems.push({
      severity: 'error',
      rule: 'no-services',
      message: `the source declares no service to serve; it holds ${describeFiles(input.files)}`,
    });
  }
  return services;
}

/** Reflection, health and the long-running mixin come along in descriptor sets without anyone meaning to serve them. */
function isNobodysOwn(file: DescFile): boolean {
  return /^(grpc(\..*)?|google\.(api|rpc|type|longrunning|protobuf))$/.test(file.proto.package);
}

function describeFiles(files: FileRegistry): string {
  const names = [...files.files].map((file) => file.proto.name);
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more files` : shown || 'no files';
}

/** The source's own types win over ours of the same name. */
function withGoogleTypes(files: FileRegistry): Registry {
  return createRegistry(googleTypes(), files);
}

/** One MessageType per message of the source, so that codecs are made once. */
function messageTypes(codecs: CodecFactory, types: Registry): (message: DescMessage) => MessageType {
  const known = new Map<DescMessage, MessageType>();
  return (message) => {
    let type = known.get(message);
    if (type === undefined) {
      type = { name: message.typeName, codec: codecs(message, types), descriptor: message };
      known.set(message, type);
    }
    return type;
  };
}
