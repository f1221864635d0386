// Opens the ports of the gateway, all of them or none, and says in plain words why one cannot be opened.
import type { FastifyInstance } from 'fastify';
import type { ListenAddress } from './config/gateway-config.ts';
import { StartupError } from './config/startup-error.ts';

export interface Listener {
  readonly server: FastifyInstance;
  readonly address: ListenAddress;
  /** Its name in the configuration, for messages. */
  readonly setting: string;
}

/** URLs in the order of the listeners. If one cannot listen, none stays open. */
export async function listenAll(
  listeners: readonly Listener[],
  closeAll: () => Promise<void>,
): Promise<string[]> {
  const urls: string[] = [];
  try {
    for (const listener of listeners) urls.push(await listen(listener));
    return urls;
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function listen({ server, address, setting }: Listener): Promise<string> {
  const { host, port } = address;
  try {
    await server.listen({ host, port, backlog: 4096 });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      code === 'EADDRINUSE'
        ? `port ${port} is already in use; stop what listens there, or set ${setting} to another port`
        : code === 'EACCES'
          ? `port ${port} may not be opened by this user; set ${setting} to a port above 1023`
          : `${setting} cannot listen on ${host}:${port}: ${message}`;
    throw new StartupError(why, [], { cause });
  }
  const bound = server.server.address();
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port;
  return `http://${reachableHost(host)}:${boundPort}`;
}

/** An address that stands for all of them is no address to connect to. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
