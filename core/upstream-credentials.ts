// Credentials that the gateway itself shows an upstream, whoever calls: fixed values under the names of security schemes.
// Values are secrets: no message repeats them.
import type { JsonObject } from './json.ts';

export interface UpstreamCredential {
  /** Name of a security scheme of the service's document. */
  readonly scheme: string;
  readonly value: string;
}

/** Where a value stands in a request, and how it is written there. */
export interface PlacedCredential {
  readonly place: 'header' | 'query' | 'cookie';
  /** As the document spells it. */
  readonly name: string;
  readonly text: string;
}

type Reading =
  | { readonly ok: true; readonly value: PlacedCredential }
  /** `message` goes on after the name of the scheme. */
  | { readonly ok: false; readonly message: string };

/** Of a Security Scheme Object of OpenAPI 3.1 and the value that is set for it. */
export function placeCredential(scheme: JsonObject, value: string): Reading {
  const { type, in: place, name, scheme: method } = scheme;
  if (value === '') return refuse('is empty');
  if (!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)) {
    return refuse('must be ASCII text without line breaks, and without blanks at its ends');
  }
  if (type === 'apiKey' && typeof name === 'string') return placeKey(place, name, value);
  if (type === 'oauth2' || type === 'openIdConnect') return bearer(value);
  if (type === 'http' && typeof method === 'string') {
    if (method.toLowerCase() === 'bearer') return bearer(value);
    if (method.toLowerCase() === 'basic') return basic(value);
    return refuse(`is of the scheme ${quoted(method)}, which has no fixed value; basic and bearer have`);
  }
  if (type === 'mutualTLS')
    return refuse('is a client certificate; set upstream.tls.cert and upstream.tls.key');
  return refuse('is of no type that the gateway has credentials for');
}

function placeKey(place: unknown, name: string, text: string): Reading {
  switch (place) {
    case 'query':
      return { ok: true, value: { place, name, text } };
    case 'cookie':
      if (TOKEN.test(name) && /^[!#-+\--:<-[\]-~]*$/.test(text))
        return { ok: true, value: { place, name, text } };
      return refuse(
        'must be text that a cookie can hold: no blanks, quotation marks, commas, semicolons, backslashes',
      );
    case 'header':
      if (TOKEN.test(name) && !OF_THE_MESSAGE.test(name)) return { ok: true, value: { place, name, text } };
      return refuse(`is sent in the header ${quoted(name)}, which is not for credentials`);
    default:
      return refuse('is an API key that is in no header, query or cookie');
  }
}

function bearer(token: string): Reading {
  if (/^[!-~]+$/.test(token)) return authorization(`Bearer ${token}`);
  return refuse('must be the token alone, without "Bearer" before it');
}

function basic(pair: string): Reading {
  if (pair.includes(':')) return authorization(`Basic ${Buffer.from(pair, 'utf8').toString('base64')}`);
  return refuse('must be user:password');
}

function authorization(text: string): Reading {
  return { ok: true, value: { place: 'header', name: 'Authorization', text } };
}

function refuse(message: string): Reading {
  return { ok: false, message };
}

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What frames the message, says what its content is, or is the gateway's own. */
const OF_THE_MESSAGE =
  /^(?:accept|connection|content-.*|cookie|date|expect|forwarded|host|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|via|x-forwarded-.*|x-request-id)$/i;

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
