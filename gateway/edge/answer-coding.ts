// Which content coding the body of an answer gets, and what the answer says of it. One rule for every door.
// Sources: transcoding reference, section 10 ("Compression"); RFC 9110 §12.5.3 and §12.5.5.
import type { FastifyReply } from 'fastify';
import { type ContentCoding, chooseCoding, isCompressible } from '../../translators/rest/content-coding.ts';
import { MIN_COMPRESSED_BYTES } from './compress.ts';

/** Undefined: as it is. Says by Vary when it could have been another. */
export function codingOf(reply: FastifyReply, contentType: string, size: number): ContentCoding | undefined {
  const { headers, method } = reply.request;
  const accepted = headers['accept-encoding'];
  if (size < MIN_COMPRESSED_BYTES || !isCompressible(contentType)) {
    const choice = accepted === undefined ? undefined : chooseCoding(accepted);
    return choice?.isIdentityRefused ? choice.coding : undefined;
  }
  addVary(reply, 'Accept-Encoding');
  // Nothing is made for HEAD that nobody gets; its length is that of the plain bytes.
  return accepted === undefined || method === 'HEAD' ? undefined : chooseCoding(accepted).coding;
}

/** RFC 9110 §12.5.5: beside what the upstream said. */
export function addVary(reply: FastifyReply, name: string): void {
  const own = reply.getHeader('vary');
  reply.header('vary', own === undefined ? name : `${String(own)}, ${name}`);
}
