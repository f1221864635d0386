// Where the calls of a service go, as its registrant wrote it: targets of the right scheme for what describes the service.
import type { Problem } from '../core/problem.ts';
import { readTarget } from '../core/target.ts';
import type { Target, Upstream } from '../core/upstream.ts';
import { checkHttpSettings } from './check-http-settings.ts';
import { checkTls } from './check-tls.ts';
import type { UpstreamDefinition } from './service-definition.ts';

/** What services of one kind of source are called by. */
export interface Protocol {
  readonly schemes: readonly Target['scheme'][];
  readonly example: string;
  /** Whether HttpSettings mean anything. */
  readonly isHttp: boolean;
  refuse(url: string): string;
}

export const GRPC: Protocol = {
  schemes: ['grpc', 'grpcs'],
  isHttp: false,
  example: 'grpc://host:50051',
  refuse: (url) =>
    `a proto service is called over gRPC; write ${url.replace(/^http/, 'grpc')} instead of ${url}`,
};

export const HTTP: Protocol = {
  schemes: ['http', 'https'],
  isHttp: true,
  example: 'http://host:8080',
  refuse: (url) =>
    `a service without a proto is called over HTTP; write ${url.replace(/^grpc/, 'http')} instead of ${url}`,
};

export function readUpstream(
  definition: UpstreamDefinition,
  { schemes, example, isHttp, refuse }: Protocol,
): { value: Upstream; problems: Problem[] } {
  const problems: Problem[] = [...checkTls(definition.tls), ...checkHttpSettings(definition.http, isHttp)];
  const targets: Target[] = [];
  for (const { url, weight } of definition.targets) {
    const reading = readTarget(url, weight);
    if (!reading.ok) {
      problems.push(upstreamProblem(`the upstream ${JSON.stringify(url.slice(0, 200))} ${reading.message}`));
    } else if (!schemes.includes(reading.target.scheme)) {
      problems.push(upstreamProblem(refuse(url)));
    } else {
      targets.push(reading.target);
    }
  }
  if (definition.targets.length === 0) {
    problems.push(upstreamProblem(`an upstream is needed, such as ${example}`));
  }
  const { tls, http, credentials } = definition;
  const value = { targets, ...(tls && { tls }), ...(http && { http }), ...(credentials && { credentials }) };
  return { value, problems };
}

function upstreamProblem(message: string): Problem {
  return { severity: 'error', rule: 'upstream', message };
}
