// What a header list of a server means to gRPC: made once for lists that come again and again, so nothing of it
// changes. Sources: gRPC over HTTP/2, "Responses"; RFC 9113, sections 8.2 and 8.3.
import type { Metadata, MetadataEntry } from '../../core/metadata.ts';
import type { Field } from './http2/static-table.ts';

export interface ResponseHead {
  /** Why it is no header list that HTTP/2 or gRPC allows. */
  readonly fault: string | undefined;
  /** 0 for trailers. */
  readonly httpStatus: number;
  readonly isGrpc: boolean;
  /** `grpc-encoding`. */
  readonly encoding: string | undefined;
  /** As sent. */
  readonly status: string | undefined;
  /** Decoded. */
  readonly message: string;
  readonly details: Uint8Array | undefined;
  readonly metadata: Metadata;
}

/** RFC 9113 §8.2.2. */
const CONNECTION_FIELDS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);
/** No lists: the first line counts. */
const SINGLE_FIELDS = new Set(
  'age content-length content-type date deprecation etag expires last-modified location retry-after sunset'.split(
    ' ',
  ),
);
/** Said by the transport, not by the service. */
const OWN_FIELDS = new Set(['grpc-status', 'grpc-message', 'grpc-encoding', 'grpc-accept-encoding']);
/** RFC 9113 §8.2.1: visible characters without upper case and colon. */
const NAME = /^[!-9;-@[-~]+$/;
const FORBIDDEN = /[\0\r\n]/;
const TEXT = /^[\x20-\x7e]*$/;
const GRPC_TYPE = /^application\/grpc(?:$|[+;])/i;
const HTTP_STATUS = /^[1-5]\d\d$/;
const NO_FIELDS: ReadonlyMap<string, string> = new Map();

/** Undefined stands for a list that is too long to take. */
export function readHead(fields: readonly Field[] | undefined): ResponseHead {
  const fault = fields === undefined ? 'a header list is too long' : faultOf(fields);
  if (fields === undefined || fault !== undefined) return head([], NO_FIELDS, fault);
  const first = new Map<string, string>();
  for (const [name, value] of fields) if (!first.has(name)) first.set(name, value);
  return head(fields, first, undefined);
}

function head(
  fields: readonly Field[],
  first: ReadonlyMap<string, string>,
  fault: string | undefined,
): ResponseHead {
  const metadata = joined(fields.flatMap(entriesOf));
  const details = metadata.find(([name]) => name === 'grpc-status-details-bin')?.[1];
  return {
    fault,
    httpStatus: Number(first.get(':status') ?? 0),
    isGrpc: GRPC_TYPE.test(first.get('content-type') ?? ''),
    encoding: first.get('grpc-encoding'),
    status: first.get('grpc-status'),
    message: decodePercent(first.get('grpc-message') ?? ''),
    details: details instanceof Uint8Array ? details : undefined,
    metadata: Object.freeze(metadata),
  };
}

function faultOf(fields: readonly Field[]): string | undefined {
  let isPseudoOver = false;
  let statuses = 0;
  let grpcStatus: string | undefined;
  for (const [name, value] of fields) {
    if (FORBIDDEN.test(value)) return 'a header holds a line break';
    if (name === ':status') {
      if (isPseudoOver || !HTTP_STATUS.test(value)) return 'an HTTP status is out of place or none';
      statuses += 1;
      continue;
    }
    isPseudoOver = true;
    if (!NAME.test(name)) return 'the name of a header is none';
    if (CONNECTION_FIELDS.has(name)) return 'a header belongs to HTTP/1';
    if (name !== 'grpc-status') continue;
    // Whichever of them we took, another reader would take the other.
    if (grpcStatus !== undefined && grpcStatus !== value) return 'there are two grpc-statuses';
    grpcStatus = value;
  }
  return statuses > 1 ? 'there are two HTTP statuses' : undefined;
}

/** Lines of one name are one list (RFC 9110 §5.3), as grpc-js has them, too; binary values stay apart. */
function joined(entries: readonly MetadataEntry[]): MetadataEntry[] {
  const result: MetadataEntry[] = [];
  const places = new Map<string, number>();
  for (const entry of entries) {
    const [name, value] = entry;
    const place = places.get(name);
    const before = place === undefined ? undefined : result[place]?.[1];
    if (place === undefined || typeof before !== 'string' || typeof value !== 'string') {
      places.set(name, result.push(entry) - 1);
    } else if (name === 'set-cookie') result.push(entry);
    else if (!SINGLE_FIELDS.has(name)) result[place] = [name, `${before}, ${value}`];
  }
  return result;
}

/** Nothing for a field that is the transport's, or that metadata may not hold. */
function entriesOf([name, value]: Field): MetadataEntry[] {
  if (name.startsWith(':') || OWN_FIELDS.has(name)) return [];
  // Several binary values may share a line.
  if (name.endsWith('-bin')) return value.split(',').map((text) => [name, Buffer.from(text, 'base64')]);
  const text = value.trim();
  return TEXT.test(text) ? [[name, text]] : [];
}

/** What is no percent-encoding stays as it is, as the specification asks. */
function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const pair = text.slice(at + 1, at + 3);
    if (text[at] === '%' && /^[0-9a-f]{2}$/i.test(pair)) {
      bytes.push(Number.parseInt(pair, 16));
      at += 2;
    } else bytes.push(text.charCodeAt(at) & 0xff);
  }
  return Buffer.from(bytes).toString();
}
