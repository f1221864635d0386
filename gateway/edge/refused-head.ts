// What can be known of a request that Node's parser refused: nobody has made headers of it, but the bytes are there.
// Good enough to say whose form a refusal has and which path it is about; nothing is decided by it.
import { METHODS } from 'node:http';
import { GatewayError } from '../../core/error.ts';
import { trimWhitespace } from '../../translators/http/optional-whitespace.ts';

/** What Node adds to the errors of its parser. */
export interface ParserError extends Error {
  readonly code?: string | undefined;
  /** The piece that came last, as bytes. */
  readonly rawPacket?: unknown;
  readonly bytesParsed?: number | undefined;
}

export interface RefusedHead {
  readonly method: string;
  readonly target: string;
  readonly host: string | undefined;
}

/** RFC 9112 §3: only spaces, and only the versions that are served. */
const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP\/1\.[01]\r?$/gm;
const HOST = /^host:([^\r\n]*)/im;
/** As much of a head as is read otherwise; the host of a longer one is not looked for. */
const MOST = 16 * 1024;
const KNOWN: ReadonlySet<string> = new Set(METHODS);

/** Undefined if its first line did not come in the piece in which the fault is. */
export function refusedHead({ rawPacket, bytesParsed = 0 }: ParserError): RefusedHead | undefined {
  if (!(rawPacket instanceof Uint8Array)) return undefined;
  const { buffer, byteOffset, length } = rawPacket;
  const text = Buffer.from(buffer, byteOffset, length).toString('latin1');
  const lineEnd = text.indexOf('\n', Math.min(bytesParsed, length));
  // Requests may come several in one piece. The fault is in the last that has begun before it.
  const line = [...text.slice(0, lineEnd === -1 ? length : lineEnd).matchAll(REQUEST_LINE)].at(-1);
  if (line === undefined) return undefined;
  const [{ length: lineLength }, method = '', target = ''] = line;
  const start = line.index + lineLength;
  const head = text.slice(start, start + MOST).split(/\n\r?\n/, 1)[0] ?? '';
  const host = HOST.exec(head)?.[1];
  return { method, target, host: host === undefined ? undefined : trimWhitespace(host) };
}

export function isUnknownMethod(head: RefusedHead | undefined): head is RefusedHead {
  return head !== undefined && !KNOWN.has(head.method);
}

/** RFC 9110 §15.6.2: that nobody here knows a method is no fault in the writing of the request. */
export function unknownMethod(method: string): GatewayError {
  const name = JSON.stringify(method.slice(0, 40));
  return new GatewayError('unimplemented', `the method ${name} is not known here; names are case-sensitive`);
}
