// Ends the connection under an unfinished answer, so that nobody takes it for a whole one.
import type { ServerResponse } from 'node:http';

/** `isFramed`: the client sees from chunks or a length that something is missing. */
export function cutAnswer(raw: ServerResponse, isFramed: boolean = raw.chunkedEncoding): void {
  // RFC 9112 §6.3: without either the close is the end of the content. Only a reset is no such close.
  if (isFramed || raw.destroyed || raw.socket === null) raw.destroy();
  else raw.socket.resetAndDestroy();
}

/** Node holds the head and what follows it back until the end of the turn: what was written is not cut off. */
export function cutAfterWrites(raw: ServerResponse, isFramed?: boolean): void {
  setImmediate(() => cutAnswer(raw, isFramed));
}
