// Results as server-sent events, one by one at the speed of the client. The form is that of graphql-sse's distinct
// connections: `next` with a result, `complete` at the end. Source: graphql reference, section 10.
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { limitHeadersOf } from '../edge/limit-headers.ts';
import { ruleStallsElsewhere } from '../edge/stalled-clients.ts';
import type { SubscriptionLimits } from './limits.ts';
import { resultText, type WrittenResult } from './written-result.ts';

export interface EventFlow {
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
  readonly limits: SubscriptionLimits;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Resolves when the last event is with the client or the client is gone. */
export async function writeEvents(
  results: AsyncIterable<WrittenResult> | readonly WrittenResult[],
  reply: FastifyReply,
  { signal, limits, status = 200, headers = {} }: EventFlow,
): Promise<void> {
  const { raw } = reply;
  reply.hijack();
  raw.writeHead(status, { ...headersOf(reply), ...headers });
  const outlet = new EventOutlet(raw, limits);
  // An answer that still waits behind another has no say about the connection.
  const endRule = raw.socket === null ? undefined : ruleStallsElsewhere(raw.socket);
  try {
    // Sends the head, so that the client knows of the subscription before the first event.
    await outlet.write(':\n\n');
    for await (const result of results) {
      if (raw.destroyed || signal.aborted) break;
      await outlet.write(`event: next\ndata: ${resultText(result)}\n\n`);
    }
    await outlet.write('event: complete\ndata:\n\n');
    raw.end();
  } catch {
    // Cut off, so that the client does not take a broken stream for a whole one.
    raw.destroy();
  } finally {
    outlet.close();
    endRule?.();
  }
}

/** As `writeHead` takes them: behind `hijack` nobody adds what earlier hooks have set. */
function headersOf(reply: FastifyReply): Record<string, string> {
  const { raw } = reply.request;
  const isUnread = raw.httpVersionMajor === 1 && !raw.readableEnded && !raw.complete;
  return {
    'x-request-id': reply.request.id,
    'x-content-type-options': 'nosniff',
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    vary: 'accept',
    ...limitHeadersOf(reply),
    // A body that was not read to its end would be taken for the next request.
    ...((isUnread || reply.getHeader('connection') === 'close') && { connection: 'close' }),
  };
}

/** Counts what the client has not taken yet; nothing is asked of the upstream while there is too much of it. */
class EventOutlet {
  readonly #raw: ServerResponse;
  readonly #limits: SubscriptionLimits;
  readonly #keepalive: NodeJS.Timeout;
  #undelivered = 0;
  #wake: (() => void) | undefined;

  constructor(raw: ServerResponse, limits: SubscriptionLimits) {
    this.#raw = raw;
    this.#limits = limits;
    this.#keepalive = setInterval(() => {
      if (this.#undelivered === 0) raw.write(':\n\n');
    }, limits.keepaliveMs);
    raw.once('close', () => this.#wake?.());
  }

  async write(text: string): Promise<void> {
    this.#keepalive.refresh();
    this.#undelivered++;
    const isRoomy = this.#raw.write(text, () => {
      this.#undelivered--;
      this.#wake?.();
    });
    if (isRoomy && this.#undelivered < this.#limits.undelivered) return;
    const blocked = setTimeout(() => this.#raw.destroy(), this.#limits.blockedMs);
    while (!this.#raw.destroyed && (this.#raw.writableNeedDrain || this.#isFull)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#raw.once('drain', resolve);
      });
    }
    clearTimeout(blocked);
  }

  get #isFull(): boolean {
    return this.#undelivered >= this.#limits.undelivered;
  }

  close(): void {
    clearInterval(this.#keepalive);
  }
}
