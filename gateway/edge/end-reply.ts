// Sends a whole answer in one write. Node sends a head and bytes behind it as two pieces; a head and a text are one.
import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';

/** Beyond it, making a text of the bytes costs more than the second piece. */
const TEXT_BYTES = 8 * 1024;

/** The reply has its status and headers by now, and sends no trailers. Nothing can be added afterwards. */
export function endReply(reply: FastifyReply, bytes: Uint8Array): FastifyReply {
  const { raw } = reply;
  const { length } = bytes;
  reply.header('content-length', `${length}`);
  raw.writeHead(raw.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
  reply.hijack();
  if (reply.request.method === 'HEAD') raw.end();
  else if (length > TEXT_BYTES) raw.end(bytes);
  // One character per byte, both ways: what the bytes mean does not matter here.
  else raw.end(Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1'), 'latin1');
  return reply;
}
