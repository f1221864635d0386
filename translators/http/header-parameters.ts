// Headers and cookies that the document of an HTTP service declares go upstream from the client's own request, by
// whichever door it came: they are no arguments. Credentials among them are those that the document asks for.
import type { HttpOperation } from '../../core/http-operation.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Operation } from '../../core/operation.ts';
import type { MetadataRules } from '../rest/request-metadata.ts';
import { createCookieChoice } from './declared-cookies.ts';
import { isNotFromClients } from './not-from-clients.ts';

/** Lists are compared by identity where rules are compiled, so each operation has one. */
const known = new WeakMap<Operation, MetadataRules>();

export function forwardRulesOf(operation: Operation): MetadataRules {
  const { http } = operation;
  if (http === undefined) return operation;
  let rules = known.get(operation);
  if (rules === undefined) {
    const { forwardHeaders, forwardsAuthorization } = operation;
    const schemes = schemesOf(http);
    const keys = forwardsAuthorization ? schemes : [];
    const declared = [...headerNames(http), ...keys.flatMap(keyName)];
    const cookies = createCookieChoice(http, keys.flatMap(keyCookie));
    rules = {
      forwardHeaders: [...new Set([...forwardHeaders, ...declared])],
      forwardsAuthorization,
      underscored: new Set(declared.filter(isHarmlessUnderscored)),
      takesAnyAuthorization: schemes.some(takesAuthorization),
      takesForwarded: true,
      ...(cookies !== undefined && { cookies }),
    };
    known.set(operation, rules);
  }
  return rules;
}

/** By which some services take a request for one of another method than was held to routes, limits and documents. */
const OVERRIDES: ReadonlySet<string> = new Set([
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
]);

const guarded = new WeakMap<Operation, ReadonlySet<string>>();

/** Whether a header passes only where `guardedHeaders` has it. `name` in lower case. */
export function isGuarded(name: string): boolean {
  return name.includes('_') || OVERRIDES.has(name);
}

/** Lower-case names that pass all the same: the document declares them. A plain proxy tells no methods apart. */
export function guardedHeaders(operation: Operation): ReadonlySet<string> {
  const { http } = operation;
  if (http?.document === undefined) return OVERRIDES;
  let names = guarded.get(operation);
  if (names === undefined) {
    const overrides = headerNames(http).filter((name) => OVERRIDES.has(name));
    names = new Set([...(forwardRulesOf(operation).underscored ?? []), ...overrides]);
    guarded.set(operation, names);
  }
  return names;
}

/** Servers that read "x_user" and "x-user" as one header must not find there what only the gateway may say. */
function isHarmlessUnderscored(name: string): boolean {
  return name.includes('_') && !isNotFromClients(name.replaceAll('_', '-'));
}

function headerNames({ parameters }: HttpOperation): string[] {
  return parameters.filter(({ place }) => place === 'header').map(({ name }) => name.toLowerCase());
}

function schemesOf({ security, document }: HttpOperation): JsonObject[] {
  return security.flatMap((requirement) =>
    [...requirement.keys()].flatMap((name): readonly JsonObject[] => {
      const scheme = document?.securitySchemes.get(name);
      return scheme === undefined ? [] : [scheme];
    }),
  );
}

/** The header that an API key goes in. */
function keyName(scheme: JsonObject): string[] {
  const { type, in: place, name } = scheme;
  if (type !== 'apiKey' || place !== 'header' || typeof name !== 'string') return [];
  return name.toLowerCase() === 'authorization' ? [] : [name.toLowerCase()];
}

/** The cookie that an API key is in. */
function keyCookie({ type, in: place, name }: JsonObject): string[] {
  return type === 'apiKey' && place === 'cookie' && typeof name === 'string' ? [name] : [];
}

/** Basic credentials, or a key in the header that is otherwise for tokens. */
function takesAuthorization({ type, in: place, name, scheme }: JsonObject): boolean {
  if (type === 'http') return typeof scheme === 'string' && scheme.toLowerCase() !== 'bearer';
  return (
    type === 'apiKey' &&
    place === 'header' &&
    typeof name === 'string' &&
    name.toLowerCase() === 'authorization'
  );
}
