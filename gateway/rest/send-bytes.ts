// Sends the bytes of a whole answer: in a coding that the client takes, with a tag to ask again by if they were read.
// Sources: transcoding reference, sections 10 ("Compression") and 12 ("ETag"); RFC 9110 §12.5.3, §13.1.2 and §15.4.5.
import type { FastifyReply } from 'fastify';
import type { ContentCoding } from '../../translators/rest/content-coding.ts';
import { codedTag, entityTag, isEntityTag, matchesTag } from '../../translators/rest/entity-tag.ts';
import type { ResponseHeader } from '../../translators/rest/response-headers.ts';
import { codingOf } from '../edge/answer-coding.ts';
import { compress } from '../edge/compress.ts';
import { endReply } from '../edge/end-reply.ts';

export interface Content {
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** Sent behind the bytes, if these are sent. */
  readonly trailers: readonly ResponseHeader[];
  /** False: nobody may keep it, so that a tag to ask again by would mislead. Default: true. */
  readonly isTagged?: boolean;
}

/** The reply has its other headers by now. A large body is compressed beside the event loop, hence the promise. */
export function sendBytes(
  reply: FastifyReply,
  { contentType, bytes, trailers, isTagged = true }: Content,
): FastifyReply | Promise<FastifyReply> {
  const coding = codingOf(reply, contentType, bytes.length);
  if (isTagged && isRead(reply)) {
    const tag = tagOf(reply, bytes, coding);
    const asked = reply.request.headers['if-none-match'];
    if (asked !== undefined && matchesTag(asked, tag)) return reply.code(304).send();
  }
  reply.header('content-type', contentType);
  if (trailers.length > 0 && reply.request.method !== 'HEAD') addTrailers(reply, trailers);
  if (coding === undefined) return trailers.length > 0 ? reply.send(bytes) : endReply(reply, bytes);
  reply.header('content-encoding', coding);
  const coded = compress(coding, bytes);
  return coded instanceof Promise ? coded.then((result) => reply.send(result)) : reply.send(coded);
}

function addTrailers(reply: FastifyReply, trailers: readonly ResponseHeader[]): void {
  for (const [name, value] of trailers) {
    reply.trailer(name, (_reply, _payload, done) => done(null, [value].flat().join(', ')));
  }
}

function isRead({ request }: FastifyReply): boolean {
  return (
    request.matched?.operation.effect === 'read' && (request.method === 'GET' || request.method === 'HEAD')
  );
}

function tagOf(reply: FastifyReply, bytes: Uint8Array, coding: ContentCoding | undefined): string {
  const own = reply.getHeader('etag');
  const tag = typeof own === 'string' && isEntityTag(own) ? codedTag(own, coding) : entityTag(bytes, coding);
  reply.header('etag', tag);
  return tag;
}
