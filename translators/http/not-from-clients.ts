// Header fields that are never a client's to set: those that the gateway sets itself, those of the connection, and those
// by which services know callers and addresses. Source: security reference, section 4.
import { isHopByHop } from './hop-by-hop.ts';

/** Set by the gateway, by the transport, or by policies alone: a client's own are dropped, in every spelling. */
const NOT_FROM_CLIENTS: ReadonlySet<string> = new Set([
  ...['host', 'content-length', 'expect', 'trailer'],
  ...['x-request-id', 'forwarded', 'x-real-ip', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'],
  ...['x-forwarded-port', 'x-forwarded-prefix', 'x-forwarded-server', 'x-forwarded-ssl', 'x-original-url'],
  ...['x-rewrite-url', 'x-consumer-id', 'x-consumer-username', 'x-consumer-groups', 'x-consumer-custom-id'],
  ...['x-credential-identifier', 'x-anonymous-consumer'],
  // CGI has it as HTTP_PROXY, which many HTTP clients take for the proxy that they are to go by (CVE-2016-5385).
  'proxy',
]);

/** Others than these are read as identities by services behind a proxy that signs in: `X-Forwarded-User`. */
const NOT_FROM_CLIENTS_AT_ALL = /^(?:grpc-metadata-)?x-forwarded-/;
const METADATA_PREFIX = /^grpc-metadata-/;

/** Whether the gateway alone may say this to a service. `name` in lower case. */
export function isOfTheGateway(name: string): boolean {
  return NOT_FROM_CLIENTS.has(name.replace(METADATA_PREFIX, '')) || NOT_FROM_CLIENTS_AT_ALL.test(name);
}

/** Whether a header, by its lower-case name, is never a client's to set by way of a document's parameter. */
export function isNotFromClients(name: string): boolean {
  return isHopByHop(name) || isOfTheGateway(name) || name === 'authorization' || name === 'cookie';
}
