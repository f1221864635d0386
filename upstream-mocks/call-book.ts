// The book every mock keeps of its calls: how many per method, how they ended, and what the last one brought.
// Tests read it to prove how many upstream calls a query cost and that a cancelled client was noticed.

export type CallEnd = 'ok' | 'failed' | 'cancelled' | 'deadline' | 'cut';

export interface MethodCounts {
  calls: number;
  /** Calls that are neither answered nor given up. */
  active: number;
  ok: number;
  failed: number;
  /** Given up by the client before the answer was complete. */
  cancelled: number;
  /** Not answered when the deadline that the client sent along had passed. */
  deadline: number;
  /** Cut by the mock itself, as told. */
  cut: number;
  messagesReceived: number;
  messagesSent: number;
  /** Milliseconds that the last call had left when it arrived; null if it brought no deadline. */
  lastTimeoutMs: number | null;
  /** What the last call brought; values of `-bin` names are base64. */
  lastMetadata: Record<string, string[]>;
}

export type Counts = Record<string, MethodCounts>;

/** What is told about a call when it arrives. */
export interface Arrival {
  readonly timeoutMs: number | null;
  readonly metadata: Record<string, string[]>;
}

/** One line of the book, held while the call is served. */
export interface CallEntry {
  readonly counts: MethodCounts;
  /** The first word is final; a later one is ignored. */
  end(how: CallEnd): void;
}

interface Waiter {
  readonly method: string;
  readonly isDue: (counts: MethodCounts) => boolean;
  readonly resolve: (counts: MethodCounts) => void;
  readonly reject: (error: Error) => void;
}

export class CallBook {
  #methods = new Map<string, MethodCounts>();
  #waiters = new Set<Waiter>();

  /** `method` is `package.Service/Method`, or `GET /path/{parameter}` of an HTTP mock. */
  begin(method: string, arrival: Arrival): CallEntry {
    const counts = this.#of(method);
    counts.calls += 1;
    counts.active += 1;
    counts.lastTimeoutMs = arrival.timeoutMs;
    counts.lastMetadata = arrival.metadata;
    this.#wake(method, counts);
    let isOver = false;
    return {
      counts,
      end: (how) => {
        if (isOver) return;
        isOver = true;
        counts.active -= 1;
        counts[how] += 1;
        this.#wake(method, counts);
      },
    };
  }

  counts(): Counts {
    return structuredClone(Object.fromEntries(this.#methods));
  }

  /** Calls still being served keep counting in what was handed out before, not in the new book. */
  reset(): void {
    this.#methods = new Map();
  }

  /** Resolves once the method fulfils the condition, at once if it does already. */
  wait(method: string, isDue: (counts: MethodCounts) => boolean): Promise<MethodCounts> {
    return new Promise((resolve, reject) => {
      const counts = this.#methods.get(method) ?? noCounts();
      if (isDue(counts)) resolve(structuredClone(counts));
      else this.#waiters.add({ method, isDue, resolve, reject });
    });
  }

  /** Whoever still waits learns that it is in vain. */
  close(): void {
    for (const waiter of this.#waiters) {
      waiter.reject(new Error(`the mock was closed while someone waited for ${waiter.method}`));
    }
    this.#waiters.clear();
  }

  #of(method: string): MethodCounts {
    let counts = this.#methods.get(method);
    if (counts === undefined) {
      counts = noCounts();
      this.#methods.set(method, counts);
    }
    return counts;
  }

  #wake(method: string, counts: MethodCounts): void {
    // A call from before the last reset is nobody's business any more.
    if (this.#methods.get(method) !== counts) return;
    for (const waiter of this.#waiters) {
      if (waiter.method !== method || !waiter.isDue(counts)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(structuredClone(counts));
    }
  }
}

function noCounts(): MethodCounts {
  return {
    calls: 0,
    active: 0,
    ok: 0,
    failed: 0,
    cancelled: 0,
    deadline: 0,
    cut: 0,
    messagesReceived: 0,
    messagesSent: 0,
    lastTimeoutMs: null,
    lastMetadata: {},
  };
}
