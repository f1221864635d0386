// Messages that a client has sent and the upstream has not taken yet: bounded by pausing the client.

export interface MessageQueue<T> extends AsyncIterable<T> {
  /** All that was pushed has been taken. */
  readonly isEmpty: boolean;
  push(item: T): void;
  /** No more will come. */
  end(): void;
  fail(error: Error): void;
}

/** transcoding reference, section 8: no unbounded buffer. */
const MAX_WAITING = 16;

/** `pause` is called when the queue is full, `resume` when there is room again. */
export function createMessageQueue<T>(flow: { pause(): void; resume(): void }): MessageQueue<T> {
  const waiting: T[] = [];
  let state: 'open' | 'ended' | Error = 'open';
  let wake: (() => void) | undefined;
  const changed = (): void => {
    wake?.();
    wake = undefined;
  };
  return {
    get isEmpty() {
      return waiting.length === 0;
    },
    push(item) {
      if (state !== 'open') return;
      waiting.push(item);
      if (waiting.length >= MAX_WAITING) flow.pause();
      changed();
    },
    end() {
      if (state === 'open') state = 'ended';
      changed();
    },
    fail(error) {
      if (state === 'open') state = error;
      changed();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        if (state instanceof Error) throw state;
        const item = waiting.shift();
        if (item !== undefined) {
          if (waiting.length === MAX_WAITING - 1) flow.resume();
          yield item;
        } else if (state === 'ended') {
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}
