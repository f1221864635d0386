// A server stream as the events of a subscription. Pull-driven: the upstream is read as fast as events are asked
// for, so nothing is queued here.
import type { StreamReply } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import type { Payload } from '../../core/payload.ts';

/** One event: a message, or the failure that is the last event of its stream. */
export type StreamEvent =
  | { readonly kind: 'message'; readonly payload: Payload }
  | { readonly kind: 'failure'; readonly error: GatewayError };

export interface StreamControl {
  /** Ends the upstream call at once, also while a message is being waited for. */
  readonly cancel: () => void;
  /** When it aborts, the stream ends with its reason, a GatewayError, as the last event. */
  readonly ending: AbortSignal;
}

type Step = IteratorResult<StreamEvent, undefined>;

const OVER: Step = Object.freeze({ done: true, value: undefined });

export function streamEvents(
  reply: StreamReply,
  { cancel, ending }: StreamControl,
): AsyncIterableIterator<StreamEvent> {
  const messages = reply.messages[Symbol.asyncIterator]();
  let isOver = false;
  /** Answers the `next` that is waiting, if one is. */
  let answer: ((step: Step) => void) | undefined;

  const finish = (): void => {
    isOver = true;
    ending.removeEventListener('abort', end);
  };
  const fail = (thrown: unknown): Step => {
    if (isOver) return OVER;
    finish();
    return { done: false, value: { kind: 'failure', error: GatewayError.from(thrown) } };
  };
  const leave = (): void => {
    cancel();
    // A generator that waits for a message returns only when that wait ends; the cancelling has seen to it.
    messages.return?.().catch(() => {});
  };
  const end = (): void => {
    if (answer === undefined) return;
    answer(fail(ending.reason));
    leave();
  };
  ending.addEventListener('abort', end, { once: true });

  const events: AsyncIterableIterator<StreamEvent> = {
    [Symbol.asyncIterator]: () => events,
    next() {
      if (isOver) return Promise.resolve(OVER);
      if (ending.aborted) {
        leave();
        return Promise.resolve(fail(ending.reason));
      }
      return new Promise((resolve) => {
        answer = resolve;
        messages.next().then(
          ({ done, value }) => {
            answer = undefined;
            if (done !== true && !isOver)
              return resolve({ done: false, value: { kind: 'message', payload: value } });
            finish();
            resolve(OVER);
          },
          (thrown) => {
            answer = undefined;
            resolve(fail(thrown));
          },
        );
      });
    },
    return() {
      finish();
      leave();
      return Promise.resolve(OVER);
    },
  };
  return events;
}
