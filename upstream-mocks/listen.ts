// Binding a port, with one clear line when it cannot be had.
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

export const HOST = '127.0.0.1';

/** The port could not be had; the message is fit to be printed alone. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** @returns the port that was bound. @throws ListenError */
export async function listen(server: Server, port: number, name: string): Promise<number> {
  server.listen(port, HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    const code =
      typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
    const reason =
      code === 'EADDRINUSE'
        ? 'is in use by another program; stop that one first'
        : `cannot be used (${code})`;
    throw new ListenError(`${name}: port ${port} ${reason}`, { cause: error });
  }
  return (server.address() as AddressInfo).port;
}
