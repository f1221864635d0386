// Refuses requests whose head could be read in two ways, before anybody acts on one of them.
// Source: security reference, classes 1, 2 and section 3.
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../core/error.ts';

const MAX_HEADERS = 200;
const HOST = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;
/** Long enough for any link; the header block as a whole is bounded by the parser. */
const MAX_TARGET_BYTES = 8 * 1024;

/**
 * The request target in origin form (`/path?query`).
 * @throws GatewayError for a head that is ambiguous, oversized, or uses a method no route can have.
 */
export function checkedTarget(request: IncomingMessage & { originalUrl?: string }): string {
  const target = request.originalUrl ?? request.url ?? '';
  const { rawHeaders } = request;
  if (rawHeaders.length > MAX_HEADERS * 2) {
    throw new GatewayError('invalid_argument', `the request has more than ${MAX_HEADERS} headers`, {
      type: 'headers-too-large',
    });
  }
  if (target.length > MAX_TARGET_BYTES) {
    throw new GatewayError(
      'invalid_argument',
      `the request target is longer than ${MAX_TARGET_BYTES} bytes`,
      {
        type: 'bad-request-target',
      },
    );
  }
  checkQuery(target);
  // The parser takes `GET /path` for HTTP/0.9, which has no headers and so no host.
  if (request.httpVersionMajor < 1) throw badHeaders('the request names no HTTP version');
  // It also takes the words `HTTP/2.0`; what is spoken behind them is HTTP/1.1.
  if (request.httpVersionMajor > 1) {
    throw badHeaders(`the request line says HTTP/${request.httpVersion}; this connection speaks HTTP/1.1`);
  }
  checkFields(request);
  checkTransferEncoding(request);
  return target.startsWith('/') ? target : originForm(target, request);
}

/**
 * A client that forgets to encode a `#` must not have half a value, or another, taken for what it meant. What else
 * cannot stand in a query the parser refuses; paths are checked where they are read.
 */
function checkQuery(target: string): void {
  const mark = target.indexOf('?');
  const hash = mark === -1 ? -1 : target.indexOf('#', mark);
  if (hash === -1) return;
  throw new GatewayError(
    'invalid_argument',
    `the query holds a "#" at column ${hash + 1}; percent-encode it as %23`,
    { type: 'bad-request-target' },
  );
}

/** A host with an optional port, as the Host header has it. */
export function isHost(text: string): boolean {
  return HOST.test(text);
}

/**
 * RFC 9112 §3.2: one Host, and a valid one; only HTTP/1.0 may leave it out. RFC 9110 §11.6.2: one Authorization: of two,
 * one reader takes the first, and another the last.
 */
function checkFields({ rawHeaders, headers, httpVersionMajor, httpVersionMinor }: IncomingMessage): void {
  let hosts = 0;
  let authorizations = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
    else if (name.length === 13 && name.toLowerCase() === 'authorization') authorizations += 1;
  }
  if (authorizations > 1) throw badHeaders('the request has more than one Authorization header');
  if (hosts > 1) throw badHeaders('the request has more than one Host header');
  if (hosts === 0 && httpVersionMajor === 1 && httpVersionMinor === 1) {
    throw badHeaders('the request has no Host header');
  }
  if (hosts === 1 && !isHost(headers.host ?? '')) throw badHeaders('the Host header names no host');
}

function checkTransferEncoding(request: IncomingMessage): void {
  const encoding = request.headers['transfer-encoding'];
  if (encoding === undefined) return;
  if (encoding.toLowerCase() !== 'chunked') throw badHeaders('the only Transfer-Encoding served is chunked');
  if (request.httpVersionMajor === 1 && request.httpVersionMinor === 0) {
    throw badHeaders('HTTP/1.0 has no Transfer-Encoding');
  }
}

/** `GET http://host/path`: the authority is the host, and another Host header beside it is refused. */
function originForm(target: string, request: IncomingMessage): string {
  // OPTIONS *: about the server as a whole; no route can match it.
  if (target === '*') return target;
  const [, authority, rest] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(target) ?? [];
  if (authority === undefined || rest === undefined || !isHost(authority)) {
    throw new GatewayError(
      'invalid_argument',
      'the request target must begin with "/", or be a URL of a host',
      {
        type: 'bad-request-target',
      },
    );
  }
  const { host } = request.headers;
  if (host !== undefined && host.toLowerCase() !== authority.toLowerCase()) {
    throw badHeaders('the Host header and the request target name different hosts');
  }
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function badHeaders(message: string): GatewayError {
  return new GatewayError('invalid_argument', message, { type: 'bad-headers' });
}
