// Services whose upstream speaks HTTP: described by an OpenAPI document, or by nothing but where they are to be found.

import type { Operation } from '../core/operation.ts';
import { hasErrors, type Problem, type Result } from '../core/problem.ts';
import { DEFAULT_DOCUMENT_LIMITS, type DocumentLimits } from '../schema/openapi/document-limits.ts';
import { type ReadDocument, readDocument } from '../schema/openapi/read-document.ts';
import {
  type HttpServiceInput,
  type Placement,
  readOperations,
  readProxyOperation,
} from '../schema/openapi/read-operations.ts';
import { checkCredentials } from './check-credentials.ts';
import { readOpenapi } from './compile/read-openapi.ts';
import type { SourceLimits } from './compile/source-limits.ts';
import type { ServiceDefinition, ServiceSource } from './service-definition.ts';

export type HttpSource = Extract<ServiceSource, { kind: 'openapi' | 'proxy' }>;

export function isHttpSource(source: ServiceSource): source is HttpSource {
  return source.kind === 'openapi' || source.kind === 'proxy';
}

/** At a registration: beside the requests that are served meanwhile. */
export async function readHttpSource(
  source: HttpSource,
  limits: Partial<SourceLimits> = {},
): Promise<Result<ReadDocument> | undefined> {
  return source.kind === 'proxy' ? undefined : readOpenapi(source, documentLimits(limits));
}

/** `read`: the document, if it has been read already. `input` without what only HTTP services have. */
export function compileHttpSource(
  definition: ServiceDefinition,
  source: HttpSource,
  input: Omit<HttpServiceInput, 'placement' | 'validate'>,
  limits: Partial<SourceLimits> = {},
  known?: Result<ReadDocument>,
): Result<readonly Operation[]> {
  const problems: Problem[] = checkPlacement(definition, source);
  const full: HttpServiceInput = {
    ...input,
    placement: placementOf(definition),
    validate: {
      request: definition.validate?.request ?? false,
      response: definition.validate?.response ?? false,
    },
  };
  if (source.kind === 'proxy') {
    return hasErrors(problems)
      ? { ok: false, problems }
      : { ok: true, value: [readProxyOperation(full)], problems };
  }
  const read = known ?? readDocument(source, documentLimits(limits));
  problems.push(...read.problems);
  if (!read.ok) return { ok: false, problems };
  problems.push(...checkCredentials(definition, read.value));
  const { operations, problems: found } = readOperations(read.value, full);
  problems.push(...found);
  return hasErrors(problems) ? { ok: false, problems } : { ok: true, value: operations, problems };
}

/** What an operator raises for sources is raised for documents. */
function documentLimits(limits: Partial<SourceLimits>): DocumentLimits {
  const { sourceBytes, files, methods, problems } = limits;
  return {
    ...DEFAULT_DOCUMENT_LIMITS,
    ...(sourceBytes !== undefined && { textLength: sourceBytes }),
    ...(files !== undefined && { files }),
    ...(methods !== undefined && {
      operations: methods,
      members: Math.max(methods, DEFAULT_DOCUMENT_LIMITS.members),
    }),
    ...(problems !== undefined && { problems }),
  };
}

function placementOf({ prefix = '', hosts = [], stripPrefix = true, rewrite }: ServiceDefinition): Placement {
  const plain = prefix === '/' ? '' : prefix;
  const instead = rewrite === '/' ? '' : rewrite;
  return { prefix: plain, hosts, prefixUpstream: instead ?? (stripPrefix ? '' : plain) };
}

const PATH = /^\/(?:[A-Za-z0-9._~!$&'()*+,;=@-]+(?:\/[A-Za-z0-9._~!$&'()*+,;=@-]+)*)?$/;
const HOST =
  /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$|^\[[0-9a-f:.]+\]$/;
const MAX_HOSTS = 100;

/** Prefix, hosts and rewriting of any service. */
export function checkPlacement(definition: ServiceDefinition, source: ServiceSource): Problem[] {
  const { prefix, hosts = [], rewrite, stripPrefix } = definition;
  const problems: Problem[] = [];
  const problem = (rule: string, message: string): void => {
    problems.push({ severity: 'error', rule, message });
  };
  for (const [name, path] of [['prefix', prefix] as const, ['rewrite', rewrite] as const]) {
    if (
      path !== undefined &&
      (!PATH.test(path) || path.split('/').some((part) => part === '.' || part === '..'))
    ) {
      problem(
        'prefix',
        `${name} ${JSON.stringify(path.slice(0, 80))} is no path; write one such as /shop, without a slash at its end`,
      );
    }
  }
  for (const host of hosts) {
    if (host.length > 253 || !HOST.test(host)) {
      problem(
        'hosts',
        `${JSON.stringify(host.slice(0, 80))} is no host; write a name in lower case without a port, or *.example.com`,
      );
    }
  }
  if (hosts.length > MAX_HOSTS) problem('hosts', `there are ${hosts.length} hosts, more than ${MAX_HOSTS}`);
  if (rewrite !== undefined && stripPrefix !== undefined) {
    problem(
      'prefix',
      'rewrite says what the upstream gets instead of the prefix; stripPrefix beside it means nothing',
    );
  }
  if (!isHttpSource(source) && (rewrite !== undefined || stripPrefix !== undefined)) {
    problem('prefix', 'rewrite and stripPrefix are for services whose upstream speaks HTTP');
  }
  if (!isHttpSource(source) && definition.maxUploadBytes !== undefined) {
    problem(
      'upstream',
      'limits.uploadBytes is for services whose upstream speaks HTTP; messages have messageBytes',
    );
  }
  if (source.kind !== 'openapi') problems.push(...checkCredentials(definition, undefined));
  if (source.kind === 'proxy' && prefix === undefined && hosts.length === 0) {
    problem(
      'prefix',
      'a service without a descriptor needs a prefix such as /shop, or hosts, to be found by',
    );
  }
  return problems;
}
