// A fetch Response onto the wire: whole, or event by event at the speed of the client.
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/** A subscriber that takes nothing for this long is given up. */
const BLOCKED_MS = 30_000;

/** Resolves when the last byte is with the client or the client is gone. */
export async function writeResponse(
  response: Response,
  reply: FastifyReply,
  signal: AbortSignal,
): Promise<void> {
  const headers = headersOf(response, reply);
  if (response.body !== null && isEventStream(response)) {
    reply.hijack();
    reply.raw.writeHead(response.status, headers);
    await pump(response.body, reply.raw, signal);
    return;
  }
  await reply
    .code(response.status)
    .headers(headers)
    .send(Buffer.from(await response.arrayBuffer()));
}

function isEventStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') === true;
}

function headersOf(response: Response, reply: FastifyReply): Record<string, string> {
  const headers: Record<string, string> = {
    'x-request-id': reply.request.id,
    'x-content-type-options': 'nosniff',
    vary: 'accept',
  };
  for (const [given, value] of response.headers) {
    const name = given.toLowerCase();
    // Node manages the connection, and HTTP/2 has no such header; `none` is no content encoding.
    if (name !== 'connection' && name !== 'content-encoding') headers[name] = value;
  }
  // A body that was not read to its end would be taken for the next request.
  const { raw } = reply.request;
  if (raw.httpVersionMajor === 1 && !raw.readableEnded && !raw.complete) headers.connection = 'close';
  if (isEventStream(response)) {
    headers['cache-control'] = 'no-store';
    headers['x-accel-buffering'] = 'no';
  }
  return headers;
}

async function pump(
  body: ReadableStream<Uint8Array>,
  raw: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const reader = body.getReader();
  const leave = (): void => {
    reader.cancel(signal.reason).catch(() => {});
  };
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (raw.destroyed) break;
      if (!raw.write(next.value)) await drained(raw);
    }
    raw.end();
  } catch {
    // The client has gone, or is cut off so that it does not take a broken stream for a whole one.
    raw.destroy();
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

function drained(raw: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      clearTimeout(blocked);
      raw.off('drain', go);
      raw.off('close', go);
      resolve();
    };
    const blocked = setTimeout(() => raw.destroy(), BLOCKED_MS);
    raw.once('drain', go);
    raw.once('close', go);
  });
}
