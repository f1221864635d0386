// Signs of life of a stream of events: a comment keeps proxies from closing it while nothing happens.
// Source: transcoding reference, section 8; HTML, "Server-sent events", authoring notes.
import type { Outlet } from './stream-outlet.ts';

const SILENCE_MS = 15_000;

export interface Heartbeat {
  /** Something was said: silence begins anew. */
  refresh(): void;
  stop(): void;
}

/** Beats after each 15 s of silence, until it is stopped. */
export function startHeartbeat(outlet: Pick<Outlet, 'beat'>): Heartbeat {
  const timer = setInterval(() => outlet.beat(': \n\n'), SILENCE_MS);
  return {
    refresh: () => {
      timer.refresh();
    },
    stop: () => clearInterval(timer),
  };
}
