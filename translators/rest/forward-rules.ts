// Which client headers a service wants as metadata, and under which name. Source: transcoding reference, section 10.
// A rule is a name, a prefix that ends in `*`, or `from=to`; all in lower case.
import { createNameTest } from './name-test.ts';

/** Forwarded by default, by rules of their own. */
export const FORWARDED_BY_DEFAULT = ['accept-language', 'traceparent', 'tracestate'];

/** Never forwarded, whatever a service allows: hop-by-hop, content, protocol and identity headers. */
const NEVER = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'accept-encoding',
  'cookie',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'x-request-id',
  'x-consumer-id',
  'x-consumer-username',
  'x-consumer-groups',
  'x-credential-identifier',
  'x-anonymous-consumer',
]);

/** The names under which a header goes on. */
export type ForwardRules = (name: string) => readonly string[];

const compiled = new WeakMap<readonly string[], ForwardRules>();

/** One list is asked again with every request of its service. */
export function forwardRules(rules: readonly string[]): ForwardRules {
  let known = compiled.get(rules);
  if (known === undefined) {
    known = compile(rules);
    compiled.set(rules, known);
  }
  return known;
}

const NOWHERE: readonly string[] = [];

function compile(rules: readonly string[]): ForwardRules {
  const passes = createNameTest(rules.filter((rule) => !rule.includes('=')));
  const renames = new Map<string, string[]>();
  for (const rule of rules) {
    const { from, to } = splitRule(rule);
    if (to === undefined || isNever(from) || isNever(to) || isOurs(from) || isOurs(to)) continue;
    renames.set(from, [...(renames.get(from) ?? []), to]);
  }
  return (name) => {
    const to = renames.get(name) ?? NOWHERE;
    if (!passes(name) || isNever(name) || isOurs(name)) return to;
    return to === NOWHERE ? [name] : [name, ...to];
  };
}

function splitRule(rule: string): { readonly from: string; readonly to: string | undefined } {
  const at = rule.indexOf('=');
  return at === -1 ? { from: rule, to: undefined } : { from: rule.slice(0, at), to: rule.slice(at + 1) };
}

function isOurs(name: string): boolean {
  return name === 'authorization' || FORWARDED_BY_DEFAULT.includes(name);
}

function isNever(name: string): boolean {
  return (
    NEVER.has(name) ||
    // Some servers read "x_user" and "x-user" as one header: whoever sends the first may mean the second.
    name.includes('_') ||
    name.startsWith('content-') ||
    name.startsWith('grpc-') ||
    name.startsWith(':')
  );
}

const NAME = /^[a-z0-9-]{1,128}$/;

/** Why a rule would have no effect, in words that follow it; undefined if it has one. */
export function forwardFault(rule: string): string | undefined {
  const { from, to } = splitRule(rule);
  if (rule === 'cookie') {
    return 'cannot have effect: cookies are never passed on as a whole; those that an OpenAPI document declares need no listing';
  }
  if (to === undefined) return undefined;
  for (const name of [from, to]) {
    if (!NAME.test(name)) return `needs a plain header name on each side, not "${name.slice(0, 40)}"`;
    if (isNever(name)) return `cannot have effect: ${name} is never taken from clients`;
    if (isOurs(name)) return `cannot have effect: ${name} is passed on by a rule of its own`;
  }
  return undefined;
}
