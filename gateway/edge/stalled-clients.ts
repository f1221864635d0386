// Cuts off clients that take nothing of what was written to them. Source: security reference, class 19, "write stall".
// One timer of a whole server looks at what lies in its sockets, so that no answer pays for it, whoever wrote it.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Security reference, class 19. */
const STALL_MS = 30_000;

/** Looks, not a clock: a process that slept, or was busy for long, has not seen its clients stall. */
const LOOKS = 30;

interface Sighting {
  readonly taken: number;
  readonly queued: number;
  /** Looks in a row that found the same. */
  readonly looks: number;
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
  const sockets = new Map<Socket, Sighting | undefined>();
  server.on('connection', (socket: Socket) => {
    sockets.set(socket, undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  server.once('listening', () => {
    const timer = setInterval(() => look(sockets), stallMs / LOOKS);
    timer.unref();
    server.once('close', () => clearInterval(timer));
  });
}

function look(sockets: Map<Socket, Sighting | undefined>): void {
  for (const [socket, before] of sockets) {
    if (socket.writableLength === 0 || ruledElsewhere.has(socket)) {
      if (before !== undefined) sockets.set(socket, undefined);
      continue;
    }
    // What the kernel has in whole writes, and what it still waits for of the present one.
    const taken = socket.bytesWritten - socket.writableLength;
    const queued = queuedBytes(socket);
    const isSame = before?.taken === taken && before.queued === queued;
    const looks = isSame ? before.looks + 1 : 0;
    sockets.set(socket, { taken, queued, looks });
    // A reset: what lies in the kernel would otherwise lie there for minutes.
    if (looks >= LOOKS) socket.resetAndDestroy();
  }
}

/** Node tells of a write when all of it has gone, which for megabytes may take long; the handle knows of its parts. */
function queuedBytes(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  const isThere = typeof handle === 'object' && handle !== null && 'writeQueueSize' in handle;
  return isThere && typeof handle.writeQueueSize === 'number' ? handle.writeQueueSize : 0;
}
