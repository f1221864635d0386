// The end of one call that has one answer: whichever comes first of the reply, the deadline, and the client's leaving.
// The body of an HTTP answer may take its time behind that, but not for ever.
// It is made for every such call, so it is made of little.

import { finished, Readable } from 'node:stream';
import type { Call, Reply } from '../core/call.ts';
import { CallEnding, endReason } from '../core/call-signal.ts';
import { deadlineExceeded, GatewayError } from '../core/error.ts';
import type { Invoker } from '../core/invoker.ts';

const MAX_TIMER_MS = 2 ** 31 - 1;

export function tooLong(totalMs: number): GatewayError {
  return new GatewayError(
    'deadline_exceeded',
    `the stream lasted for ${totalMs / 1000} seconds, the most it may`,
  );
}

/** Does not wait for a backend that ignores its signal. */
export function endInTime(next: Invoker, call: Call, timeoutMs: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { signal } = call;
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const inner = new CallEnding();
    const abort = (reason: GatewayError): void => {
      end();
      // First, so that the caller hears the reason and not what the backend makes of it.
      reject(reason);
      inner.abort(reason);
    };
    const leave = (): void => abort(endReason(signal));
    let timer = setTimeout(() => abort(deadlineExceeded()), Math.min(timeoutMs, MAX_TIMER_MS));
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
    };
    signal.addEventListener('abort', leave);
    const fail = (error: unknown): void => {
      end();
      reject(error);
    };
    try {
      next({ ...call, signal: inner, deadlineAt: performance.now() + timeoutMs }).then((reply) => {
        if (reply.kind === 'http' && reply.body instanceof Readable) {
          const { streamTotalMs } = call.operation.limits;
          clearTimeout(timer);
          timer = setTimeout(() => abort(tooLong(streamTotalMs)), Math.min(streamTotalMs, MAX_TIMER_MS));
          finished(reply.body, end);
        } else end();
        resolve(reply);
      }, fail);
    } catch (error) {
      fail(error);
    }
  });
}
