// Which metadata of an upstream a service wants its clients to see beside the default names, and under which name.
// Source: transcoding reference, section 10. A rule is a name, a prefix that ends in `*`, or `from=to`; in lower case.
import { createNameTest } from './name-test.ts';

/** Seen by default, and by HTTP's own meaning. */
export const PASSED_BY_DEFAULT: ReadonlySet<string> = new Set([
  'cache-control',
  'etag',
  'last-modified',
  'content-language',
  'retry-after',
  'deprecation',
  'sunset',
  'link',
]);

/** Never passed, whatever a service lists: of the connection, of the framing, of gRPC, and what the gateway says itself. */
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
  'http2-settings',
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'content-range',
  'date',
  'x-request-id',
  'x-content-type-options',
  // The challenge is that of the API, in the gateway's words.
  'www-authenticate',
]);

/** A name that HTTP can write. */
const NAME = /^[0-9a-z_.-]{1,128}$/;

/** The names under which clients see a metadatum that is none of the default ones. */
export type ResponseRules = (name: string) => readonly string[];

const NOWHERE: readonly string[] = [];
const compiled = new WeakMap<readonly string[], ResponseRules>();

/** One list is asked again with every reply of its service. */
export function responseRules(rules: readonly string[]): ResponseRules {
  let known = compiled.get(rules);
  if (known === undefined) {
    known = compile(rules);
    compiled.set(rules, known);
  }
  return known;
}

function compile(rules: readonly string[]): ResponseRules {
  if (rules.length === 0) return () => NOWHERE;
  const listed = rules.filter((rule) => !rule.includes('='));
  const passes = createNameTest(listed);
  const renames = new Map<string, string[]>();
  for (const rule of rules) {
    if (!rule.includes('=') || responseFault(rule) !== undefined) continue;
    const { from, to } = splitRule(rule);
    renames.set(from, [...(renames.get(from) ?? []), to]);
  }
  return (name) => {
    const to = renames.get(name) ?? NOWHERE;
    if (!passes(name) || isNever(name) || !NAME.test(name)) return to;
    // A prefix is seldom meant to let sessions through; who means it writes the name.
    if (name === 'set-cookie' && !listed.includes(name)) return to;
    return to === NOWHERE ? [name] : [name, ...to];
  };
}

function isNever(name: string): boolean {
  return NEVER.has(name) || name.startsWith('grpc-') || name.startsWith(':');
}

function splitRule(rule: string): { readonly from: string; readonly to: string } {
  const at = rule.indexOf('=');
  return { from: rule.slice(0, at), to: rule.slice(at + 1) };
}

/** Why a renaming would have no effect, in words that follow the rule; undefined if it has one. */
export function responseFault(rule: string): string | undefined {
  if (!rule.includes('=')) return undefined;
  const { from, to } = splitRule(rule);
  for (const name of [from, to]) {
    if (!NAME.test(name)) return `needs a plain header name on each side, not "${name.slice(0, 40)}"`;
    if (isNever(name)) return `cannot have effect: ${name} is never taken from services`;
    if (PASSED_BY_DEFAULT.has(name)) return `cannot have effect: ${name} is passed on by a rule of its own`;
  }
  return undefined;
}
