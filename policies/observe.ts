// Tells what became of every call: the outermost policy, so that it sees refusals of the others as well.
import { finished, Readable } from 'node:stream';
import type { Call, Reply, StreamReply } from '../core/call.ts';
import { type Code, codeOfHttpStatus } from '../core/code.ts';
import { GatewayError } from '../core/error.ts';
import type { HttpReply } from '../core/http-message.ts';
import type { Policy } from '../core/invoker.ts';
import type { Payload } from '../core/payload.ts';

/** One finished call. A stream is finished when its last message was read or its reader left. */
export interface CallRecord {
  readonly call: Call;
  readonly code: Code | 'ok';
  /** Set unless `code` is `ok`. */
  readonly error: GatewayError | undefined;
  /** Milliseconds from call to end. */
  readonly durationMs: number;
}

/** `record` must not throw and must not wait: it counts or queues. */
export function observe(record: (finished: CallRecord) => void): Policy {
  return (next) => async (call) => {
    const startedAt = performance.now();
    const finish = (thrown?: unknown): void => {
      const error = thrown === undefined ? undefined : GatewayError.from(thrown);
      record({ call, code: error?.code ?? 'ok', error, durationMs: performance.now() - startedAt });
    };
    let reply: Reply;
    try {
      reply = await next(call);
    } catch (error) {
      finish(error);
      throw error;
    }
    if (reply.kind === 'stream') return observed(reply, finish);
    if (reply.kind === 'http') return observedHttp(reply, finish);
    finish();
    return reply;
  };
}

/** Its failures are the upstream's own answers; they count, and the client gets them as they are. */
function observedHttp(reply: HttpReply, finish: (thrown?: unknown) => void): HttpReply {
  const { body, status } = reply;
  const code = codeOfHttpStatus(status);
  const told =
    code === undefined
      ? undefined
      : new GatewayError(code, `the upstream answered ${status}`, { source: 'upstream' });
  if (!(body instanceof Readable)) finish(told);
  else finished(body, (error) => finish(error ?? told));
  return reply;
}

function observed(reply: StreamReply, finish: (thrown?: unknown) => void): StreamReply {
  return { ...reply, messages: eachThen(reply.messages, finish) };
}

async function* eachThen(
  messages: AsyncIterable<Payload>,
  finish: (thrown?: unknown) => void,
): AsyncGenerator<Payload> {
  let thrown: unknown;
  try {
    yield* messages;
  } catch (error) {
    thrown = error;
    throw error;
  } finally {
    finish(thrown);
  }
}
