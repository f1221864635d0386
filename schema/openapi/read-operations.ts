// What a document declares as operations of a service; and the one operation of a service without any descriptor.
import { createRegistry, type Registry } from '@bufbuild/protobuf';
import { StructSchema } from '@bufbuild/protobuf/wkt';
import type { MessageType } from '../../core/codec.ts';
import { isSequenceType } from '../../core/http-media.ts';
import type { HttpOperation, HttpResponse, HttpValidation } from '../../core/http-operation.ts';
import { JSON_CODEC } from '../../core/json-codec.ts';
import type { HttpBinding, Operation, OperationLimits, Shape } from '../../core/operation.ts';
import { hasErrors, type Problem } from '../../core/problem.ts';
import type { RestOptions } from '../../core/rest-options.ts';
import type { Upstream } from '../../core/upstream.ts';
import { parseOpenapiPath } from '../routes/openapi-path.ts';
import { effectOfMethod } from './effect.ts';
import type { DocumentOperation, ReadDocument } from './read-document.ts';

/** Where a service wants to be found, and what its upstream is told of that. */
export interface Placement {
  /** Before all its paths: empty, or `/shop`. */
  readonly prefix: string;
  readonly hosts: readonly string[];
  /** What the upstream gets instead of the prefix: empty for nothing, the prefix itself to keep it. */
  readonly prefixUpstream: string;
}

export interface HttpServiceInput {
  /** Name under which the service is registered. */
  readonly service: string;
  readonly placement: Placement;
  readonly validate: HttpValidation;
  readonly upstream: Upstream;
  readonly limits: OperationLimits;
  readonly forwardHeaders: readonly string[];
  readonly forwardsAuthorization: boolean;
  readonly rest: RestOptions;
}

const NO_TYPES: Registry = createRegistry();

export function readOperations(
  { operations }: ReadDocument,
  input: HttpServiceInput,
): { operations: Operation[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const served = operations.flatMap((declared) => {
    const operation = operationOf(declared, input);
    const faults = operation.bindings.flatMap(({ template }) => parseOpenapiPath(template).problems);
    // A path that other tools pass over as well: the rest of the document is served.
    for (const { message, rule } of faults) {
      problems.push({
        severity: 'warning',
        rule,
        message: `${message}; it is not served`,
        ...declared.position,
      });
    }
    return hasErrors(faults) ? [] : operation;
  });
  if (served.length === 0) {
    problems.push({
      severity: 'error',
      rule: 'no-operations',
      message: 'no operation of the document can be served',
    });
  }
  return { operations: served, problems };
}

function operationOf(declared: DocumentOperation, input: HttpServiceInput): Operation {
  const { name, path, sharesPath, http, description, isDeprecated, position } = declared;
  const { prefix, prefixUpstream } = input.placement;
  const { effect, reason } = effectOfMethod(http.method);
  return {
    ...common(name, input, {
      ...http,
      upstreamPath: prefixUpstream + http.upstreamPath,
      forward: forwardOf(input.placement),
      validate: input.validate,
    }),
    shape: shapeOf(http.responses),
    effect,
    effectReason: reason,
    bindings: [{ ...bindingOf(http.method, prefix + path), ...(sharesPath && { sharesPath }) }],
    description,
    isDeprecated,
    position,
  };
}

/** A service without a descriptor: whatever comes below its prefix goes to its upstream. */
export function readProxyOperation(input: HttpServiceInput): Operation {
  const { prefix, prefixUpstream } = input.placement;
  const http: HttpOperation = {
    method: '*',
    upstreamPath: prefixUpstream,
    forward: forwardOf(input.placement),
    parameters: [],
    requestBody: undefined,
    responses: [],
    security: [],
    operationId: undefined,
    summary: '',
    tags: [],
    document: undefined,
    validate: input.validate,
  };
  const all = bindingOf('*', `${prefix}/**`);
  return {
    ...common('proxy', input, http),
    shape: 'unary',
    effect: 'write',
    effectReason: 'nothing describes what its requests do',
    // `/shop/**` leaves `/shop/` out, as it would bind nothing.
    bindings: prefix === '' ? [all] : [all, bindingOf('*', `${prefix}/`)],
    description: '',
    isDeprecated: false,
    position: { path: input.service },
  };
}

function common(name: string, input: HttpServiceInput, http: HttpOperation) {
  const { service, placement, upstream, limits, forwardHeaders, forwardsAuthorization, rest } = input;
  return {
    id: `${service}/${name}`,
    service,
    method: name,
    name,
    input: jsonType(`${service}.${name}.Request`),
    output: jsonType(`${service}.${name}.Response`),
    types: NO_TYPES,
    upstream,
    limits,
    forwardHeaders,
    forwardsAuthorization,
    rest,
    ...(placement.hosts.length > 0 && { hosts: placement.hosts }),
    http,
  };
}

function jsonType(name: string): MessageType {
  return { name, codec: JSON_CODEC, descriptor: StructSchema };
}

function bindingOf(method: string, template: string): HttpBinding {
  return { method, template, body: undefined, responseBody: undefined, isAutomatic: false };
}

function forwardOf({ prefix, prefixUpstream }: Placement): HttpOperation['forward'] {
  if (prefix === prefixUpstream) return { cutSegments: 0, prepend: '' };
  return { cutSegments: prefix.split('/').length - 1, prepend: prefixUpstream };
}

/** A success that is a sequence and nothing else is a stream. */
function shapeOf(responses: readonly HttpResponse[]): Shape {
  const successes = responses.filter(({ status }) => /^2/.test(status)).flatMap(({ content }) => content);
  const isStream = successes.length > 0 && successes.every(({ mediaType }) => isSequenceType(mediaType));
  return isStream ? 'server_stream' : 'unary';
}
