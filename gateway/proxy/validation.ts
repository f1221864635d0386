// Holding requests and answers against their documents, where a service asks for it. Checks outlive the snapshots
// their operations are in.
import { Readable } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import type { HttpReply } from '../../core/http-message.ts';
import { rawHeader } from '../../core/http-message.ts';
import type { HttpOperation } from '../../core/http-operation.ts';
import { createReplyCheck, type ReplyCheck } from '../../translators/http/reply-check.ts';
import { createRequestCheck, type RequestCheck } from '../../translators/http/request-check.ts';

const requestChecks = new WeakMap<HttpOperation, RequestCheck>();
const replyChecks = new WeakMap<HttpOperation, ReplyCheck>();

/** Undefined: requests of this operation go on unread. */
export function requestCheckOf(http: HttpOperation): RequestCheck | undefined {
  if (!http.validate.request || http.document === undefined) return undefined;
  let check = requestChecks.get(http);
  if (check === undefined) {
    check = createRequestCheck(http, http.document);
    requestChecks.set(http, check);
  }
  return check;
}

/** More of an answer is not held for a report. */
const MAX_REPORTED_BYTES = 1024 * 1024;

/** Logs what an answer has that its document has not; looks on while it passes, and never changes it. */
export function reportReply(
  http: HttpOperation,
  reply: HttpReply,
  operation: string,
  logger: FastifyBaseLogger,
): void {
  if (!http.validate.response || http.document === undefined) return;
  let check = replyChecks.get(http);
  if (check === undefined) {
    check = createReplyCheck(http, http.document);
    replyChecks.set(http, check);
  }
  const report = (body: Uint8Array | undefined): void => {
    const { status, headers } = reply;
    const findings = check({ status, headers, ...(body !== undefined && { body }) });
    // Pointers and what is expected; nothing of the answer itself, which may hold secrets.
    if (findings.length > 0)
      logger.warn({ operation, status, findings }, 'an answer is not as its document has it');
  };
  const { body, headers } = reply;
  if (rawHeader(headers, 'content-encoding') !== undefined) report(undefined);
  else if (body instanceof Readable) collect(body, report);
  else report(body);
}

function collect(body: Readable, report: (body: Uint8Array | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: Buffer): void => {
    size += chunk.length;
    if (size <= MAX_REPORTED_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  };
  body.on('data', take);
  body.once('end', () => report(size <= MAX_REPORTED_BYTES ? Buffer.concat(chunks) : undefined));
}
