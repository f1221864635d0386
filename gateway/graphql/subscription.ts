// A server stream as the events of a subscription. Pull-driven: the upstream is read as fast as events are asked
// for, so nothing is queued here.
import type { StreamReply } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import type { Payload } from '../../core/payload.ts';

/** One event: a message, or the failure that is the last event of its stream. */
export type StreamEvent =
  | { readonly kind: 'message'; readonly payload: Payload }
  | { readonly kind: 'failure'; readonly error: GatewayError };

/** `cancel` ends the upstream call at once, also while a message is being waited for. */
export function streamEvents(reply: StreamReply, cancel: () => void): AsyncIterableIterator<StreamEvent> {
  const messages = reply.messages[Symbol.asyncIterator]();
  let isOver = false;
  const events: AsyncIterableIterator<StreamEvent> = {
    [Symbol.asyncIterator]: () => events,
    async next() {
      if (isOver) return OVER;
      try {
        const { done, value } = await messages.next();
        if (done !== true) return { done: false, value: { kind: 'message', payload: value } };
        isOver = true;
        return OVER;
      } catch (thrown) {
        if (isOver) return OVER;
        isOver = true;
        return { done: false, value: { kind: 'failure', error: GatewayError.from(thrown) } };
      }
    },
    async return() {
      isOver = true;
      cancel();
      // A generator that waits for a message returns only when that wait ends; the cancelling has seen to it.
      messages.return?.().catch(() => {});
      return OVER;
    },
  };
  return events;
}

const OVER: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });
