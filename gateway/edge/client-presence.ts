// Knows when a client leaves before its answer is complete, so that the upstream call ends as well.
import type { FastifyReply } from 'fastify';
import { GatewayError } from '../../core/error.ts';

export interface ClientPresence {
  /** Aborts, with a `cancelled` GatewayError, as soon as the connection closes under an unfinished answer. */
  readonly signal: AbortSignal;
  /** Ends the call for another reason than leaving, such as a broken request stream. */
  abort(reason: GatewayError): void;
}

export function watchClient(reply: FastifyReply): ClientPresence {
  const controller = new AbortController();
  const { raw } = reply;
  const leave = (): void => {
    if (!raw.writableFinished) controller.abort(new GatewayError('cancelled', 'the client left'));
  };
  // The client may have gone while its body was still being read.
  if (raw.closed || raw.destroyed) leave();
  // Told once; "once" would be one more wrapper for every request.
  else raw.on('close', leave);
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
}
