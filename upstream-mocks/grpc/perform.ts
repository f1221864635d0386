// Carries out what a caller told a gRPC mock to do wrong, around the messages that it would have sent.
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { type Misbehaviour, MockHeaderError } from '../misbehaviour.ts';
import { padReply } from '../padding.ts';
import { toldStatus } from './told-status.ts';

export interface Stage {
  /** Aborts when the client has left or the deadline has passed; ends every pause. */
  readonly signal: AbortSignal;
  readonly isStream: boolean;
  /** Ends the connection under the call; messages that have been sent arrive first. */
  cut(hasSent: boolean): void;
}

/**
 * The messages of `play`, with the misbehaviour around them. `play` is called only when a message is wanted:
 * a call that is told to fail at once has no effect. A stream that never ends plays again and again.
 */
export async function* perform(
  misbehaviour: Misbehaviour,
  stage: Stage,
  play: () => AsyncIterable<object>,
): AsyncGenerator<object> {
  const { signal, isStream } = stage;
  const { strike, forever, intervalMs, size } = misbehaviour;
  // A single answer cannot be cut short by messages: it fails, or it does not.
  const after = isStream ? misbehaviour.after : 0;
  if (misbehaviour.delayMs > 0) await pause(misbehaviour.delayMs, undefined, { signal });
  let sent = 0;
  if (strike !== undefined && sent === after) await land(misbehaviour, stage, sent);
  if (forever && !isStream) await never(signal);
  do {
    for await (const message of play()) {
      yield size > 0 ? pad(message, size) : message;
      sent += 1;
      if (strike !== undefined && sent === after) await land(misbehaviour, stage, sent);
      if (forever)
        await (intervalMs > 0 ? pause(intervalMs, undefined, { signal }) : nextTurn(undefined, { signal }));
    }
    if (forever) await nextTurn(undefined, { signal });
  } while (forever);
}

async function land(misbehaviour: Misbehaviour, { signal, cut }: Stage, sent: number): Promise<never> {
  if (misbehaviour.strike === 'fail') throw toldStatus(misbehaviour);
  if (misbehaviour.strike === 'cut') cut(sent > 0);
  return never(signal);
}

/** Settles only by the client's leaving. */
function never(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  });
}

function pad(message: object, size: number): object {
  const padded = padReply(message, size);
  if (padded === undefined)
    throw new MockHeaderError('x-mock-size: this reply has no free text to make longer');
  return padded;
}
