// Clients that ask before they send content (`Expect: 100-continue`) are told to go on when somebody reads it, or when
// the upstream wants it, and not before: a request that is refused costs them nothing. RFC 9110 §10.1.1.
import type { IncomingMessage, ServerResponse } from 'node:http';

const waiting = new WeakMap<IncomingMessage, ServerResponse>();

/** For Node's `checkContinue` event. */
export function holdContinue(request: IncomingMessage, response: ServerResponse): void {
  waiting.set(request, response);
}

export function isWaitingForContinue(request: IncomingMessage): boolean {
  return waiting.has(request);
}

/** Does nothing for clients that do not wait, or have been told. */
export function sendContinue(request: IncomingMessage): void {
  const response = waiting.get(request);
  if (response === undefined) return;
  waiting.delete(request);
  if (!response.headersSent && !response.destroyed) response.writeContinue();
}
