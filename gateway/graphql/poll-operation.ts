// A long-running operation as a stream of its changes, asked for until it is done (AIP-151). Pull-driven: nobody asks
// the upstream while nobody waits for an event.

import type { Call, StreamReply } from '../../core/call.ts';
import type { CallSignal } from '../../core/call-signal.ts';
import { deadlineExceeded } from '../../core/error.ts';
import type { JsonValue } from '../../core/json.ts';
import { NO_METADATA } from '../../core/metadata.ts';
import { Payload } from '../../core/payload.ts';

export interface Polling {
  /** One question; `timeoutMs` is what is left of the client's time, undefined if it named none. */
  readonly ask: (request: Payload, timeoutMs: number | undefined) => Promise<Payload>;
  readonly call: Pick<Call, 'operation' | 'timeoutMs' | 'signal'>;
  readonly request: JsonValue;
  /** JSON name of the field that says how long the upstream may wait. */
  readonly patience: string | undefined;
  readonly firstPauseMs?: number;
}

const FIRST_PAUSE_MS = 250;
const MOST_PAUSE_MS = 10_000;
const GROWTH = 1.5;

export function pollOperation(polling: Polling): StreamReply {
  return { kind: 'stream', headers: NO_METADATA, messages: changes(polling), trailers: () => NO_METADATA };
}

async function* changes(polling: Polling): AsyncGenerator<Payload, void, undefined> {
  const { ask, call, firstPauseMs = FIRST_PAUSE_MS } = polling;
  const startedAt = performance.now();
  const request = Payload.fromValue(call.operation.input.codec, patientRequest(polling));
  let last: Uint8Array | undefined;
  let pause = firstPauseMs;
  for (;;) {
    const askedAt = performance.now();
    const left = call.timeoutMs === undefined ? undefined : call.timeoutMs - (askedAt - startedAt);
    if (left !== undefined && left <= 0) throw deadlineExceeded();
    const answer = await ask(request, left);
    const wire = answer.wire();
    if (last === undefined || Buffer.compare(last, wire) !== 0) {
      last = wire;
      pause = firstPauseMs;
      yield answer;
    }
    if (isDone(answer.value())) return;
    // An upstream that has waited itself is asked again at once.
    await sleep(pause - (performance.now() - askedAt), call.signal);
    pause = Math.min(pause * GROWTH, MOST_PAUSE_MS);
  }
}

/** Ends with the client: then it rejects with the signal's own reason. */
function sleep(ms: number, signal: CallSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    if (ms <= 0) {
      resolve();
      return;
    }
    const leave = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', leave);
      resolve();
    }, ms);
    signal.addEventListener('abort', leave);
  });
}

function patientRequest({ request, patience, call }: Polling): JsonValue {
  if (patience === undefined || typeof request !== 'object' || request === null || Array.isArray(request)) {
    return request;
  }
  const seconds = Math.min(MOST_PAUSE_MS, call.operation.limits.defaultDeadlineMs / 2) / 1000;
  return { ...request, [patience]: `${seconds}s` };
}

function isDone(operation: JsonValue): boolean {
  return (
    typeof operation === 'object' &&
    operation !== null &&
    !Array.isArray(operation) &&
    operation.done === true
  );
}
