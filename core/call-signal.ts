// How whoever works on a call learns that it is to end early. An AbortSignal is one; but every call has two of them, one
// of its client and one of its deadline, and what an event target costs is a good part of a small call.
import { GatewayError } from './error.ts';

/** What of an AbortSignal calls need. */
export interface CallSignal {
  readonly aborted: boolean;
  /** Set once it has aborted. */
  readonly reason: GatewayError | undefined;
  /** Heard once at most, and never if it has aborted already. Listeners are told in no certain order. */
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** A signal and who gives it. */
export class CallEnding implements CallSignal {
  #reason: GatewayError | undefined;
  /** Nearly always there is one listener at a time. */
  #first: (() => void) | undefined;
  #others: Set<() => void> | undefined;

  get aborted(): boolean {
    return this.#reason !== undefined;
  }

  get reason(): GatewayError | undefined {
    return this.#reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.#reason !== undefined || this.#first === listener) return;
    if (this.#first === undefined) {
      this.#first = listener;
      this.#others?.delete(listener);
      return;
    }
    this.#others ??= new Set();
    this.#others.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    if (this.#first === listener) this.#first = undefined;
    else this.#others?.delete(listener);
  }

  /** The first reason counts. */
  abort(reason: GatewayError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const first = this.#first;
    const others = this.#others;
    this.#first = undefined;
    if (first !== undefined) tell(first);
    for (const listener of others ?? []) {
      // One of those told before may have taken it back.
      others?.delete(listener);
      tell(listener);
    }
  }
}

/**
 * A fault of one listener keeps the news neither from the others nor from who gives it. An event target would end the
 * process by it, which would end the calls of all other clients, too.
 */
function tell(listener: () => void): void {
  try {
    listener();
  } catch (fault) {
    const detail = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
    process.emitWarning('a listener failed when a call was ended', { type: 'CallEndingFault', detail });
  }
}

/** Of a signal that has aborted. */
export function endReason({ reason }: CallSignal): GatewayError {
  return reason ?? new GatewayError('cancelled', 'the call was ended');
}
