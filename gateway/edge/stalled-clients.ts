// Cuts off clients that take nothing of what was written to them. Source: security reference, class 19, "write stall".
// One timer of a whole server looks at what lies in its sockets, so that no answer pays for it, whoever wrote it.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { readUnacknowledged } from './unacknowledged.ts';

/** Security reference, class 19. */
const STALL_MS = 30_000;

/** Looks, not a clock: a process that slept, or was busy for long, has not seen its clients stall. */
const LOOKS = 30;
/** After which the system is asked, and again after as many. */
const LOOKS_BEFORE_ASKING = 5;
/** Between the first answer and a last one that is the same; a system that answers late has not seen a client stall. */
const LOOKS_TO_COMPARE = LOOKS / 2;
/** At least, unless a client is to be cut off: the answer comes from a table of all sockets of the machine. */
const LOOKS_BETWEEN_ASKING = 2;

/** What is the same at one look after another. */
interface Sighting {
  readonly taken: number;
  readonly queued: number;
  /** Looks in a row that found the same. */
  looks: number;
  /** How many of these there were when the system was asked last. */
  askedAt: number;
  /** Its first answer, and how many looks there were when that came. */
  unacknowledged: number | undefined;
  toldAt: number;
}

const ruledElsewhere = new WeakSet<Duplex>();

/** For writers with a limit of their own, until they call what is returned. */
export function ruleStallsElsewhere(socket: Duplex): () => void {
  ruledElsewhere.add(socket);
  return () => {
    ruledElsewhere.delete(socket);
  };
}

/** From its listening to its close. A client that takes anything, however little, begins anew. */
export function cutStalledClients(server: Server, stallMs: number = STALL_MS): void {
  const watch = new StallWatch();
  server.on('connection', (socket: Socket) => watch.add(socket));
  server.once('listening', () => {
    const timer = setInterval(() => watch.look(), stallMs / LOOKS);
    timer.unref();
    server.once('close', () => clearInterval(timer));
  });
}

class StallWatch {
  readonly #sockets = new Map<Socket, Sighting | undefined>();
  #looksSinceAsked = LOOKS_BETWEEN_ASKING;
  #isAsking = false;

  add(socket: Socket): void {
    this.#sockets.set(socket, undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  look(): void {
    const suspects = new Map<Socket, Sighting>();
    let isUrgent = false;
    for (const [socket, before] of this.#sockets) {
      if (socket.writableLength === 0 || ruledElsewhere.has(socket)) {
        if (before !== undefined) this.#sockets.set(socket, undefined);
        continue;
      }
      // What the kernel has in whole writes, and what it still waits for of the present one.
      const taken = socket.bytesWritten - socket.writableLength;
      const queued = queuedBytes(socket);
      if (before?.taken !== taken || before.queued !== queued) {
        this.#sockets.set(socket, {
          taken,
          queued,
          looks: 0,
          askedAt: 0,
          unacknowledged: undefined,
          toldAt: 0,
        });
        continue;
      }
      before.looks++;
      const isLast = before.looks >= LOOKS;
      isUrgent ||= isLast;
      if (isLast || before.looks - before.askedAt >= LOOKS_BEFORE_ASKING) suspects.set(socket, before);
    }
    this.#looksSinceAsked++;
    const mayAsk = isUrgent || this.#looksSinceAsked >= LOOKS_BETWEEN_ASKING;
    if (suspects.size === 0 || this.#isAsking || !mayAsk) return;
    this.#isAsking = true;
    for (const sighting of suspects.values()) sighting.askedAt = sighting.looks;
    void this.#ask(suspects).finally(() => {
      this.#isAsking = false;
      this.#looksSinceAsked = 0;
    });
  }

  /**
   * A system takes more of us only once a good part of its buffer of megabytes is free, which a slow client may need
   * minutes for; how much of it the client has acknowledged, the system knows all the time.
   */
  async #ask(suspects: ReadonlyMap<Socket, Sighting>): Promise<void> {
    const answers = await readUnacknowledged(suspects.keys());
    for (const [socket, sighting] of suspects) {
      // Closed or moved meanwhile.
      if (this.#sockets.get(socket) !== sighting || ruledElsewhere.has(socket)) continue;
      const { unacknowledged, looks, askedAt, toldAt } = sighting;
      const now = answers.get(socket);
      if (now !== undefined && unacknowledged === undefined) {
        sighting.unacknowledged = now;
        sighting.toldAt = looks;
      } else if (now !== undefined && now !== unacknowledged) {
        this.#sockets.set(socket, { ...sighting, looks: 0, askedAt: 0, unacknowledged: now, toldAt: 0 });
      } else if (askedAt >= LOOKS && (now === undefined || askedAt - toldAt >= LOOKS_TO_COMPARE)) {
        // A reset: what lies in the kernel would otherwise lie there for minutes.
        socket.resetAndDestroy();
      }
    }
  }
}

/** Node tells of a write when all of it has gone, which for megabytes may take long; the handle knows of its parts. */
function queuedBytes(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  const isThere = typeof handle === 'object' && handle !== null && 'writeQueueSize' in handle;
  return isThere && typeof handle.writeQueueSize === 'number' ? handle.writeQueueSize : 0;
}
