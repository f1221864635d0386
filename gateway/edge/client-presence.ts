// Knows when a client leaves before its answer is complete, so that the upstream call ends as well.
import type { FastifyReply } from 'fastify';
import { CallEnding } from '../../core/call-signal.ts';
import { GatewayError } from '../../core/error.ts';

/**
 * Aborts, with a `cancelled` GatewayError, as soon as the connection closes under an unfinished answer; and by whoever
 * holds it, for another reason than leaving, such as a broken request stream.
 */
export function watchClient(reply: FastifyReply): CallEnding {
  const ending = new CallEnding();
  tellLeaving(reply, ending);
  return ending;
}

/** The same for libraries, which want Node's own kind of signal. */
export function clientSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  tellLeaving(reply, controller);
  return controller.signal;
}

function tellLeaving({ raw }: FastifyReply, ending: { abort(reason: GatewayError): void }): void {
  const leave = (): void => {
    if (!raw.writableFinished) ending.abort(new GatewayError('cancelled', 'the client left'));
  };
  // The client may have gone while its body was still being read.
  if (raw.closed || raw.destroyed) leave();
  // Told once; "once" would be one more wrapper for every request.
  else raw.on('close', leave);
}
