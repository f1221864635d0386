// One request on a connection, as the connection sees it: its windows, and what of its body waits for them.
// What the answer means is left to whoever extends it.
import type { Ending } from './ending.ts';
import type { HeaderText } from './header-text.ts';

/** No method of it may throw anything, and none may be called for a stream that has ended. */
export abstract class Http2Stream<Head> {
  /** 0: not open. Set by the connection. */
  id = 0;
  /** What the peer still lets us send; below zero after it has lowered its mind. */
  sendWindow = 0;
  /** What came and has not been given back to the peer's window. */
  received = 0;
  /** Of a body: what is sent next, from where, and whether the stream ends with it. */
  unsent: Uint8Array | undefined;
  unsentAt = 0;
  isUnsentLast = false;
  /** Whether we have ended our side. */
  isSent = false;

  abstract readonly path: string;
  /** Fields beyond those of the connection. @throws Error for one that cannot be sent. */
  abstract writeFields(text: HeaderText): void;
  /** Its bytes belong to the connection. The stream is closed after `isEnd`. */
  abstract onData(bytes: Buffer, start: number, end: number, isEnd: boolean): void;
  abstract onHead(head: Head, isEnd: boolean): void;
  abstract onReset(code: number): void;
  /** The connection is gone. `isUntouched`: the upstream has not worked on the request, nor will. */
  abstract onLost(ending: Ending, isUntouched: boolean): void;
  /** All of the body that was given has gone out. */
  abstract onSent(): void;
}
