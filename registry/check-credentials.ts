// Fixed credentials of a service against its document: each is named after a security scheme that is there, and has a
// value that can stand where the scheme wants it.
import { findNearest } from '../core/nearest-name.ts';
import type { Problem } from '../core/problem.ts';
import { placeCredential } from '../core/upstream-credentials.ts';
import type { ReadDocument } from '../schema/openapi/read-document.ts';
import type { ServiceDefinition } from './service-definition.ts';

/** What stands for the place of a credential until the configuration says where it is. */
export function credentialPlace(service: string, scheme: string): string {
  return `services.${service}.upstream.credentials.${scheme}`;
}

const MAX_LISTED = 10;
/** Characters: longer names are not mistyped, but others. */
const MAX_COMPARED = 100;

/** `read`: the service's document, if it has one. Never repeats a value. */
export function checkCredentials(
  { name: service, upstream: { credentials = [] } }: ServiceDefinition,
  read: ReadDocument | undefined,
): Problem[] {
  if (read === undefined) {
    const [first] = credentials;
    if (first === undefined) return [];
    const message =
      'upstream.credentials are named after the security schemes of an OpenAPI document, and this service has none';
    return [
      { severity: 'error', rule: 'credentials', path: credentialPlace(service, first.scheme), message },
    ];
  }
  const { securitySchemes } = read.document;
  const used = new Set(
    read.operations.flatMap(({ http }) => http.security.flatMap((one) => [...one.keys()])),
  );
  return credentials.flatMap(({ scheme: name, value }): Problem[] => {
    const path = credentialPlace(service, name);
    const found = (severity: Problem['severity'], message: string): Problem[] => [
      { severity, rule: 'credentials', path, message },
    ];
    const scheme = securitySchemes.get(name);
    if (scheme === undefined) {
      return found(
        'error',
        `the document has no security scheme ${quoted(name)}; ${remedy(name, [...securitySchemes.keys()])}`,
      );
    }
    const reading = placeCredential(scheme, value);
    if (!reading.ok) return found('error', `the credential ${quoted(name)} ${reading.message}`);
    if (used.has(name)) return [];
    return found(
      'warning',
      `the credential ${quoted(name)} is sent nowhere: no operation names it under security`,
    );
  });
}

function remedy(name: string, names: readonly string[]): string {
  if (names.length === 0) return 'it has none at all';
  const nearest = name.length > MAX_COMPARED ? undefined : findNearest(name, names.slice(0, 1_000));
  if (nearest !== undefined) return `did you mean ${quoted(nearest)}?`;
  const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : '';
  return `it has ${names.slice(0, MAX_LISTED).map(quoted).join(', ')}${more}`;
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}
