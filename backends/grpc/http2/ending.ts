// Why a connection is over, or takes no more streams.

export interface Ending {
  readonly reason: string;
  /** The peer broke a rule: somebody is there, and what it says is no HTTP/2. */
  readonly isViolation: boolean;
}

/** Lost, left or given up, without a rule being broken. */
export function withoutFault(reason: string): Ending {
  return { reason, isViolation: false };
}

export function byViolation(reason: string): Ending {
  return { reason, isViolation: true };
}
