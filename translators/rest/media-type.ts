// Which request bodies are JSON, and in which form a client wants a stream.
// Sources: RFC 9110 §8.3 and §12.5.1; transcoding reference, sections 3.2 and 8.
import { GatewayError } from '../../core/error.ts';
import { isContentType } from './http-body.ts';

// `application/json` and any `application/*+json`, with no parameter but charset=utf-8. Linear: no nested repeats.
// The bodies of gRPC and of Connect's streams are framed; their JSON is inside.
const JSON_TYPE =
  /^application\/(?:json|(?!grpc|connect\+)[a-z0-9][a-z0-9!#$&^_.-]{0,100}\+json)(?:[ \t]*;[ \t]*charset="?utf-8"?)?[ \t]*$/i;

const LINES_TYPE = /^application\/(?:x-ndjson|jsonl)(?:[ \t]*;[ \t]*charset="?utf-8"?)?[ \t]*$/i;

/** With no parameter that could say something else than the route does. */
const PROTOBUF_TYPE = /^application\/(?:x-protobuf|proto)(?:[ \t]*;[ \t]*charset="?utf-8"?)?[ \t]*$/i;

/**
 * Passes if the one Content-Type is JSON in UTF-8.
 * @throws GatewayError `unsupported-media-type`
 */
export function assertJson(rawHeaders: readonly string[]): void {
  bodyForm(rawHeaders, false);
}

/**
 * What the one Content-Type says.
 * @throws GatewayError `unsupported-media-type` for what is neither JSON in UTF-8 nor, where that is taken, protobuf
 */
export function bodyForm(rawHeaders: readonly string[], takesProtobuf: boolean): 'json' | 'protobuf' {
  const types = contentTypes(rawHeaders);
  const [type] = types;
  if (types.length === 1 && type !== undefined) {
    if (JSON_TYPE.test(type)) return 'json';
    if (takesProtobuf && PROTOBUF_TYPE.test(type)) return 'protobuf';
  }
  const taken = takesProtobuf
    ? 'application/json in UTF-8 or application/x-protobuf'
    : 'application/json in UTF-8';
  const found =
    types.length === 0
      ? 'there is no Content-Type'
      : types.length > 1
        ? 'there is more than one Content-Type'
        : `the Content-Type is ${JSON.stringify(type?.slice(0, 100))}`;
  throw new GatewayError('invalid_argument', `${found}; a body must be sent as ${taken}`, {
    type: 'unsupported-media-type',
    ...(takesProtobuf && { accepted: ['application/x-protobuf', 'application/proto'] }),
  });
}

/**
 * The Content-Type of a body that may be of any; empty if there is none.
 * @throws GatewayError `unsupported-media-type` for more than one, and for what no answer could say again
 */
export function anyContentType(rawHeaders: readonly string[]): string {
  const [type = '', ...more] = contentTypes(rawHeaders);
  if (more.length === 0 && (type === '' || isContentType(type))) return type;
  const found =
    more.length > 0
      ? 'there is more than one Content-Type'
      : 'the Content-Type is none: visible ASCII, such as image/png, up to 500 characters';
  throw new GatewayError('invalid_argument', found, { type: 'unsupported-media-type' });
}

function contentTypes(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'content-type',
  );
}

/**
 * How a request stream is written: a JSON array, or NDJSON.
 * @throws GatewayError `unsupported-media-type`
 */
export function requestStreamForm(rawHeaders: readonly string[]): 'array' | 'ndjson' {
  const types = contentTypes(rawHeaders);
  if (types.length === 1 && LINES_TYPE.test(types[0] ?? '')) return 'ndjson';
  assertJson(rawHeaders);
  return 'array';
}

const PROTOBUF_TYPES = ['application/x-protobuf', 'application/proto'] as const;
export type ProtobufType = (typeof PROTOBUF_TYPES)[number];

/** The protobuf type that a client likes better than JSON, of equals the first; undefined: JSON it is. */
export function protobufTypeOf(accept: string | undefined): ProtobufType | undefined {
  if (accept === undefined || !accept.toLowerCase().includes('application/')) return undefined;
  let best: ProtobufType | undefined;
  let bestQuality = 0;
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const protobuf = PROTOBUF_TYPES.find((one) => one === type);
    const isJson = type === 'application/json' || type === 'application/*' || type === '*/*';
    const quality = qualityOf(parameters);
    if ((protobuf === undefined && !isJson) || quality <= bestQuality) continue;
    best = protobuf;
    bestQuality = quality;
  }
  return best;
}

export const STREAM_FORMS = ['array', 'ndjson', 'sse'] as const;
export type StreamForm = (typeof STREAM_FORMS)[number];

const FORM_OF_RANGE: ReadonlyMap<string, StreamForm> = new Map([
  ['application/json', 'array'],
  ['application/x-ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['text/event-stream', 'sse'],
]);

/** How a server stream is written: the form that the client prefers (RFC 9110 §12.4.2), of equals the first; else `fallback`. */
export function streamFormOf(accept: string | undefined, fallback: StreamForm = 'array'): StreamForm {
  let best = fallback;
  let bestQuality = 0;
  for (const range of (accept ?? '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const form = FORM_OF_RANGE.get(type) ?? formOfWildcard(type, fallback);
    const quality = qualityOf(parameters);
    if (form === undefined || quality <= bestQuality) continue;
    best = form;
    bestQuality = quality;
  }
  return best;
}

function formOfWildcard(type: string, fallback: StreamForm): StreamForm | undefined {
  if (type === '*/*') return fallback;
  if (type === 'application/*') return fallback === 'sse' ? 'array' : fallback;
  return undefined;
}

function qualityOf(parameters: readonly string[]): number {
  const value = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  if (value === undefined) return 1;
  return /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? Number(value) : 0;
}
