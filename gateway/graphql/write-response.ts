// An answer onto the wire, whole, in a coding that the client takes: a fetch Response, or text.
import type { FastifyReply } from 'fastify';
import { codingOf } from '../edge/answer-coding.ts';
import { compress } from '../edge/compress.ts';
import { endReply } from '../edge/end-reply.ts';
import { lingerBehind } from '../edge/linger.ts';
import type { TextAnswer } from './engine.ts';
import { answerTooLarge } from './executor.ts';

export interface ResponseLimits {
  /** Most bytes of one answer, uncompressed. */
  readonly responseBytes: number;
}

export async function writeResponse(
  response: Response | TextAnswer,
  reply: FastifyReply,
  { responseBytes }: ResponseLimits,
): Promise<void> {
  const isText = 'kind' in response;
  const body = isText ? Buffer.from(response.text) : Buffer.from(await response.arrayBuffer());
  const isTooLarge = body.length > responseBytes;
  const bytes = isTooLarge ? tooLarge(responseBytes, reply.request.id) : body;
  reply.code(isText ? 200 : response.status).headers(headersOf(response, reply));
  if (isTooLarge) reply.removeHeader('content-length');
  const coding = codingOf(reply, String(reply.getHeader('content-type') ?? ''), bytes.length);
  if (coding === undefined) {
    endReply(reply, bytes);
    return;
  }
  reply.removeHeader('content-length').header('content-encoding', coding);
  await reply.send(await compress(coding, bytes));
}

/** Execution has begun, so the status stays; `data` is null as if the root itself had failed. */
function tooLarge(responseBytes: number, requestId: string): Buffer {
  const { message } = answerTooLarge(responseBytes);
  const extensions = { code: 'RESOURCE_EXHAUSTED', requestId, source: 'gateway' };
  return Buffer.from(JSON.stringify({ data: null, errors: [{ message, extensions }] }));
}

function headersOf(response: Response | TextAnswer, reply: FastifyReply): Record<string, string> {
  const headers: Record<string, string> = {
    'x-request-id': reply.request.id,
    'x-content-type-options': 'nosniff',
    vary: 'accept',
  };
  if ('kind' in response) {
    headers['content-type'] = `${response.type}; charset=utf-8`;
    return headers;
  }
  for (const [given, value] of response.headers) {
    const name = given.toLowerCase();
    // Node manages the connection, and HTTP/2 has no such header; `none` is no content encoding.
    if (name !== 'connection' && name !== 'content-encoding') headers[name] = value;
  }
  // A body that was not read to its end would be taken for the next request.
  const { raw } = reply.request;
  if (raw.httpVersionMajor === 1 && !raw.readableEnded && !raw.complete) {
    headers.connection = 'close';
    lingerBehind(reply.raw, raw);
  }
  return headers;
}
