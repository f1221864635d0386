// Calls of doors that have values instead of HTTP messages: written as a request, and the answer read as a whole.
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import type { Call, Reply } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import { isSequenceType } from '../../core/http-media.ts';
import { type HttpBody, type HttpRequest, type RawHeaders, rawHeader } from '../../core/http-message.ts';
import type { HttpOperation } from '../../core/http-operation.ts';
import { type Metadata, NO_METADATA } from '../../core/metadata.ts';
import { Payload } from '../../core/payload.ts';
import { readEvents } from '../../translators/http/read-events.ts';
import { protocolError, readReply } from '../../translators/http/read-reply.ts';
import { writeRequest } from '../../translators/http/write-request.ts';

interface Exchanged {
  readonly status: number;
  readonly headers: RawHeaders;
  readonly body: HttpBody;
}

/** `exchange` sends a request to the target of the call. */
export async function callWithValue(
  call: Call,
  http: HttpOperation,
  exchange: (request: HttpRequest) => Promise<Exchanged>,
): Promise<Reply> {
  if (!(call.input instanceof Payload) || http.document === undefined) {
    throw new GatewayError('unimplemented', 'the operation takes what only an HTTP client can send');
  }
  const limit = call.operation.limits.maxReplyBytes;
  const request = writeRequest(call, http, call.input.value());
  const { status, headers, body } = await exchange(request);
  if (call.operation.shape === 'server_stream' && status >= 200 && status <= 299) {
    return streamOf(call, { status, headers, body });
  }
  const bytes = await decoded(rawHeader(headers, 'content-encoding'), await readWhole(body, limit), limit);
  return {
    kind: 'unary',
    payload: readReply(call.operation, http, { status, headers, body: bytes }),
    headers: storageHeaders(headers),
    trailers: NO_METADATA,
  };
}

/** How long an answer may be kept, and by whom, holds for what is made of it, too. */
function storageHeaders(headers: Exchanged['headers']): Metadata {
  const said: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() === 'cache-control') said.push(headers[index + 1] ?? '');
  }
  return said.length === 0 ? NO_METADATA : [['cache-control', said.join(', ')]];
}

/** Read as fast as its messages are; leaving them ends the exchange. */
function streamOf({ operation }: Call, { headers, body }: Exchanged): Reply {
  const { codec } = operation.output;
  const type = rawHeader(headers, 'content-type')?.trim().toLowerCase() ?? '';
  if (!isSequenceType(type)) {
    if (body instanceof Readable) body.destroy();
    throw protocolError(`the content type is ${type.slice(0, 100)} where the document promises a sequence`);
  }
  const bytes = body instanceof Readable ? body : body === undefined ? [] : [body];
  const items = readEvents(type, toAsync(bytes), operation.limits.maxReplyBytes);
  return {
    kind: 'stream',
    headers: NO_METADATA,
    trailers: () => NO_METADATA,
    messages: (async function* () {
      for await (const item of items) yield Payload.fromValue(codec, item);
    })(),
  };
}

async function* toAsync(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield chunk;
}

async function readWhole(body: HttpBody, limit: number): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array();
  if (!(body instanceof Readable)) {
    if (body.length > limit) throw tooLarge(limit);
    return body;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop ends the exchange.
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

type Decode = (body: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>;

const DECODERS: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
  ['zstd', promisify(zstdDecompress)],
]);

/** Nobody asked for a coding, and some servers have one all the same. */
async function decoded(coding: string | undefined, body: Uint8Array, limit: number): Promise<Uint8Array> {
  const name = coding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity' || body.length === 0) return body;
  const decode = DECODERS.get(name);
  if (decode === undefined) throw protocolError(`the content coding ${name.slice(0, 50)} is not known`);
  try {
    return await decode(body, { maxOutputLength: limit });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(limit);
    throw protocolError('the content is not of the coding that it claims', cause);
  }
}

function tooLarge(limit: number): GatewayError {
  return new GatewayError('internal', `the upstream's answer is larger than ${limit} bytes`, {
    type: 'upstream-reply-too-large',
    source: 'upstream',
  });
}
