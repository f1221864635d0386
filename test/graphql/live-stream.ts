// A server stream that a test feeds by hand, and a client of server-sent events that reads as fast as it is told.
import { request as httpRequest } from 'node:http';
import type { Call } from '../../core/call.ts';
import type { CallSignal } from '../../core/call-signal.ts';
import type { JsonValue } from '../../core/json.ts';
import { type Answer, stream } from './door.ts';

/** Gives out messages one by one, and says when it is left. */
export class LiveStream {
  readonly called = Promise.withResolvers<Call>();
  readonly left = Promise.withResolvers<number>();
  /** How often somebody has waited for a message. */
  asked = 0;
  readonly #waiting: ((message: JsonValue) => void)[] = [];
  readonly #ready: JsonValue[] = [];

  answer: Answer = (call) => {
    this.called.resolve(call);
    call.signal.addEventListener('abort', () => this.left.resolve(performance.now()));
    return stream(call, this.#messages(call.signal));
  };

  send(message: JsonValue): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#ready.push(message);
    else waiting(message);
  }

  async *#messages(signal: CallSignal): AsyncGenerator<JsonValue> {
    for (;;) {
      this.asked++;
      yield this.#ready.shift() ??
        (await new Promise<JsonValue>((resolve, reject) => {
          this.#waiting.push(resolve);
          signal.addEventListener('abort', () => reject(signal.reason));
        }));
    }
  }
}

export interface SseClient {
  readonly status: number;
  /** The next block of lines; empty at the end. */
  next(): Promise<string>;
  /** The data of the next event. */
  nextData(): Promise<unknown>;
  /** Everything until the end. */
  rest(): Promise<string>;
  leave(): void;
}

/** Resolves once the head is there. */
export async function openSse(
  url: string,
  query: string,
  headers: Record<string, string> = {},
): Promise<SseClient> {
  const head = Promise.withResolvers<{ status: number; chunks: AsyncIterator<Buffer> }>();
  const client = httpRequest(
    url,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    },
    (response) =>
      head.resolve({ status: response.statusCode ?? 0, chunks: response[Symbol.asyncIterator]() }),
  );
  client.on('error', () => {});
  client.end(JSON.stringify({ query }));
  const { status, chunks } = await head.promise;
  let waiting = '';
  /** The next block with its end; empty when there is none any more. */
  const next = async (): Promise<string> => {
    for (;;) {
      const end = waiting.indexOf('\n\n');
      if (end !== -1) {
        const block = waiting.slice(0, end + 2);
        waiting = waiting.slice(end + 2);
        return block;
      }
      const { done, value } = await chunks.next();
      if (done === true) return '';
      waiting += value.toString();
    }
  };
  return {
    status,
    next,
    nextData: async () => {
      for (;;) {
        const block = await next();
        const data = /^data: ?(.+)$/m.exec(block)?.[1];
        if (data !== undefined) return JSON.parse(data);
        if (block === '') throw new Error('the events ended');
      }
    },
    rest: async () => {
      let text = '';
      for (let block = await next(); block !== ''; block = await next()) text += block;
      return text;
    },
    leave: () => client.destroy(),
  };
}
