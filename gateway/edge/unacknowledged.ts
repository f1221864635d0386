// How much of what was sent on a connection its peer has not acknowledged, as far as the system tells: Linux has it in
// tables of all TCP sockets, by inode. Sources: proc(5), `/proc/pid/fd` and `/proc/net/tcp`; Linux,
// Documentation/networking/proc_net_tcp.rst (the columns), net/ipv4/tcp_ipv4.c (the first of them without what is
// acknowledged). Elsewhere nothing is known of any.
import { createReadStream } from 'node:fs';
import { readlink } from 'node:fs/promises';
import type { Socket } from 'node:net';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
/** Some 200,000 sockets; what lies behind is not known. */
const MAX_TABLE_BYTES = 32 * 1024 * 1024;
/** The system gives a page at a time, whatever it is asked for. */
const PIECE_BYTES = 4 * 1024;

// Number, two addresses, state, sent and not acknowledged : received and not read, timer, retransmissions, user, probes, inode.
const ROW =
  /^ *\d+: [\dA-F]+:[\dA-F]{4} [\dA-F]+:[\dA-F]{4} [\dA-F]{2} ([\dA-F]{8}):[\dA-F]{8} [\dA-F]+:[\dA-F]+ [\dA-F]+ +\d+ +\d+ (\d+)(?: |$)/;

export interface UnacknowledgedRow {
  readonly inode: string;
  readonly bytes: number;
}

/** Undefined for whatever is no row, such as the heading. */
export function parseTcpRow(line: string): UnacknowledgedRow | undefined {
  const [, bytes, inode] = ROW.exec(line) ?? [];
  return bytes === undefined || inode === undefined
    ? undefined
    : { inode, bytes: Number.parseInt(bytes, 16) };
}

/**
 * Bytes by socket, without those of which the system does not tell. What a handle has not given to the system yet is
 * not among them. One read after another, since compression and look-ups of names wait for the same few threads.
 */
export async function readUnacknowledged(
  sockets: Iterable<Socket>,
  tables: readonly string[] = TABLES,
): Promise<ReadonlyMap<Socket, number>> {
  const wanted = new Map<string, Socket>();
  for (const socket of sockets) {
    const inode = await inodeOf(socket);
    if (inode !== undefined) wanted.set(inode, socket);
  }
  const found = new Map<Socket, number>();
  for (const table of tables) {
    if (found.size < wanted.size) await readTable(table, wanted, found);
  }
  return found;
}

async function readTable(
  path: string,
  wanted: ReadonlyMap<string, Socket>,
  found: Map<Socket, number>,
): Promise<void> {
  let rest = '';
  try {
    const options = { encoding: 'latin1', highWaterMark: PIECE_BYTES, end: MAX_TABLE_BYTES - 1 } as const;
    for await (const piece of createReadStream(path, options)) {
      const lines = `${rest}${piece}`.split('\n');
      rest = (lines.pop() ?? '').slice(0, PIECE_BYTES);
      for (const line of lines) {
        const row = parseTcpRow(line);
        if (row === undefined) continue;
        const socket = wanted.get(row.inode);
        if (socket !== undefined) found.set(socket, row.bytes);
      }
      if (found.size === wanted.size) return;
    }
  } catch {
    // No such table, or none for us: then nothing is known.
  }
}

/** A socket keeps its inode for life. */
const inodes = new WeakMap<Socket, string>();

async function inodeOf(socket: Socket): Promise<string | undefined> {
  const known = inodes.get(socket);
  if (known !== undefined) return known;
  const handle: unknown = Reflect.get(socket, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  if (typeof fd !== 'number' || fd < 0) return undefined;
  try {
    const inode = /^socket:\[(\d+)\]$/.exec(await readlink(`/proc/self/fd/${fd}`))?.[1];
    // Closed meanwhile, its number may be that of another by now.
    if (inode === undefined || socket.destroyed) return undefined;
    inodes.set(socket, inode);
    return inode;
  } catch {
    return undefined;
  }
}
