// Counts the timers of exchanges with HTTP services in this process: each holds what it is about until it is cleared.
import { createHook } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';

export interface ExchangeTimers {
  enable(): void;
  disable(): void;
  /** Since it was enabled. */
  made(): number;
  /** Those that still run once there are none, or after two seconds. */
  left(): Promise<number>;
}

const OF_EXCHANGES = /gateway\/proxy\/|backends\/http\/(?:connection|exchange|http2\/stream-exchange)\.ts/;

export function watchExchangeTimers(): ExchangeTimers {
  const running = new Set<number>();
  let made = 0;
  const hook = createHook({
    init(id, type) {
      if (type !== 'Timeout' || !OF_EXCHANGES.test(new Error('made here').stack ?? '')) return;
      running.add(id);
      made += 1;
    },
    destroy: (id) => void running.delete(id),
  });
  return {
    enable: () => void hook.enable(),
    disable: () => void hook.disable(),
    made: () => made,
    left: async () => {
      for (let tries = 0; tries < 40 && running.size > 0; tries++) await pause(50);
      return running.size;
    },
  };
}
