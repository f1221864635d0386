// google.api.http annotations as HttpBindings. Source: google/api/http.proto.
import { METHODS } from 'node:http';
import { type DescMethod, getOption, hasOption } from '@bufbuild/protobuf';
import type { HttpBinding } from '../../core/operation.ts';
import type { Problem } from '../../core/problem.ts';
import { httpExtension } from './google-types.ts';
import { positionOf } from './source-info.ts';

/** security reference, section 7.2: additional bindings per method. */
const MAX_ADDITIONAL_BINDINGS = 100;

/** A request with another method is none to Node's parser; TRACE and CONNECT are answered with 405 everywhere. */
const SERVED_METHODS: ReadonlySet<string> = new Set(
  METHODS.filter((method) => method !== 'TRACE' && method !== 'CONNECT'),
);

/** A google.api.HttpRule as protobuf-es holds it; service-config.ts makes the same of a document. */
export interface HttpRule {
  readonly pattern:
    | { readonly case: 'get' | 'put' | 'post' | 'delete' | 'patch'; readonly value: string }
    | { readonly case: 'custom'; readonly value: { readonly kind: string; readonly path: string } }
    | { readonly case: undefined };
  readonly body: string;
  readonly responseBody: string;
  readonly additionalBindings: readonly HttpRule[];
}

/** The declared bindings of a method: its primary rule, then the additional ones. Empty without annotation. */
export function readHttpRules(method: DescMethod): { bindings: HttpBinding[]; problems: Problem[] } {
  const extension = httpExtension();
  if (!hasOption(method, extension)) return { bindings: [], problems: [] };
  return bindingsOfRule(method, getOption(method, extension) as unknown as HttpRule);
}

/** `POST /package.Service/Method` with the whole message as body: every method answers it. */
export function automaticBinding(method: DescMethod): HttpBinding {
  return {
    method: 'POST',
    template: `/${method.parent.typeName}/${method.name}`,
    body: '*',
    responseBody: undefined,
    isAutomatic: true,
  };
}

/** The bindings of one rule: the rule itself, then its additional ones. */
export function bindingsOfRule(
  method: DescMethod,
  rule: HttpRule,
): { bindings: HttpBinding[]; problems: Problem[] } {
  const bindings: HttpBinding[] = [];
  const problems: Problem[] = [];
  const refuse = (message: string): void => {
    problems.push({
      severity: 'error',
      rule: 'http-rule',
      message: `${method.parent.typeName}.${method.name}: ${message}`,
      ...positionOf(method),
    });
  };
  if (rule.additionalBindings.length > MAX_ADDITIONAL_BINDINGS) {
    refuse(
      `has ${rule.additionalBindings.length} additional bindings; at most ${MAX_ADDITIONAL_BINDINGS} are served`,
    );
    return { bindings, problems };
  }
  for (const one of [rule, ...rule.additionalBindings]) {
    if (one !== rule && one.additionalBindings.length > 0) {
      refuse('an additional binding must not have additional bindings of its own');
      continue;
    }
    const target = methodAndPath(one);
    if (target === undefined) {
      refuse('an http rule needs one of get, put, post, delete, patch or custom { kind, path }');
      continue;
    }
    if (target.method !== '*' && !SERVED_METHODS.has(target.method)) {
      refuse(
        `the custom kind ${JSON.stringify(target.method)} is no HTTP method that can be served; "*" takes any`,
      );
      continue;
    }
    bindings.push({
      ...target,
      body: one.body === '' ? undefined : one.body,
      responseBody: one.responseBody === '' ? undefined : one.responseBody,
      isAutomatic: false,
    });
  }
  return { bindings, problems };
}

function methodAndPath(rule: HttpRule): { method: string; template: string } | undefined {
  const { pattern } = rule;
  if (pattern.case === undefined) return undefined;
  if (pattern.case !== 'custom') return { method: pattern.case.toUpperCase(), template: pattern.value };
  const { kind, path } = pattern.value;
  return kind === '' ? undefined : { method: kind.toUpperCase(), template: path };
}
