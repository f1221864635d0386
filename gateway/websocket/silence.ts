// How long nothing may move on a connection before its conversation is over: no message of either side, in either
// direction. Pings are none. Once the upstream has all that the client said, the policies see to its silence.
// Source: transcoding reference, sections 8 and 10.
import { GatewayError } from '../../core/error.ts';

/** Whose turn it is. */
export type Awaited = 'client' | 'upstream';

export class Silence {
  readonly #limitMs: number;
  readonly #onTooLong: (error: GatewayError) => void;
  #awaited: Awaited = 'client';
  #timer: NodeJS.Timeout | undefined;
  #state: 'running' | 'paused' | 'over' = 'running';

  /** Begins at once, with the client's turn. */
  constructor(limitMs: number, onTooLong: (error: GatewayError) => void) {
    this.#limitMs = limitMs;
    this.#onTooLong = onTooLong;
    this.renew();
  }

  /** Something has moved. */
  renew(awaited: Awaited = this.#awaited): void {
    this.#awaited = awaited;
    if (this.#state !== 'running') return;
    this.#timer ??= setTimeout(() => this.#end(), Math.min(this.#limitMs, MAX_TIMER_MS));
    this.#timer.refresh();
  }

  /** A client that takes its time to read is not silent. */
  pause(): void {
    this.#leave('paused');
  }

  resume(): void {
    if (this.#state === 'paused') this.#state = 'running';
    this.renew();
  }

  /** For good. */
  stop(): void {
    this.#leave('over');
  }

  #leave(state: 'paused' | 'over'): void {
    if (this.#state !== 'over') this.#state = state;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #end(): void {
    this.stop();
    const lasted = `silent for ${this.#limitMs / 1000} seconds`;
    this.#onTooLong(
      this.#awaited === 'client'
        ? new GatewayError('deadline_exceeded', `the client was ${lasted}`, { type: 'request-timeout' })
        : new GatewayError('deadline_exceeded', `the stream was ${lasted}`),
    );
  }
}

/** A longer delay than Node's timers know would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
