// Opens sockets to a target, with TLS where the target wants it, and says which HTTP the two agreed on.

import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type TLSSocket } from 'node:tls';
import { type CallSignal, endReason } from '../../core/call-signal.ts';
import type { Target, UpstreamTls } from '../../core/upstream.ts';
import { NoConnection } from './http-transport.ts';

/** Names of ALPN. */
export type HttpVersion = 'h2' | 'http/1.1';

/** Rejects with NoConnection, or the signal's reason. `offered`: what the target may choose from. */
export type Dial = (offered: readonly HttpVersion[], signal: CallSignal) => Promise<Dialled>;

export interface Dialled {
  readonly socket: Socket;
  /** What the target chose; undefined where nobody asks (plaintext), or where it did not say. */
  readonly chosen: string | undefined;
}

/** `connectMs` is for the connection, TLS included. @throws Error for certificates or keys that cannot be read. */
export function createDial(target: Target, tls: UpstreamTls | undefined, connectMs: number): Dial {
  const open = target.scheme === 'https' ? createTlsOpener(target, tls) : createPlainOpener(target);
  return (offered, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const { socket, readyEvent } = open(offered);
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        socket.off('error', onError);
      };
      const fail = (error: Error): void => {
        settle();
        socket.on('error', () => {});
        socket.destroy();
        reject(error);
      };
      const timer = setTimeout(() => {
        fail(new NoConnection(`no connection within ${connectMs} ms`));
      }, connectMs);
      const onAbort = (): void => fail(endReason(signal));
      const onError = (error: Error): void => fail(new NoConnection('no connection', error));
      signal.addEventListener('abort', onAbort);
      socket.once('error', onError);
      socket.once(readyEvent, () => {
        settle();
        const { alpnProtocol = null } = socket as Partial<TLSSocket>;
        resolve({ socket, chosen: typeof alpnProtocol === 'string' ? alpnProtocol : undefined });
      });
    });
}

interface Opened {
  readonly socket: Socket;
  readonly readyEvent: 'connect' | 'secureConnect';
}

type Opener = (offered: readonly HttpVersion[]) => Opened;

function createPlainOpener({ host, port }: Target): Opener {
  return () => ({ socket: connectPlain({ host, port }), readyEvent: 'connect' });
}

function createTlsOpener({ host, port }: Target, tls: UpstreamTls | undefined): Opener {
  const { ca, cert, key, serverName } = tls ?? {};
  // Certificates are parsed once and not per connection.
  const secureContext = createSecureContext({
    minVersion: 'TLSv1.2',
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  });
  // An address cannot be a server name (RFC 6066 §3); the certificate is held to the address all the same.
  const servername = serverName ?? (isIP(host) === 0 ? host : undefined);
  // Of the last handshake: the next one is cheaper.
  let session: Buffer | undefined;
  return (offered) => {
    const socket = connectTls({
      host,
      port,
      secureContext,
      ALPNProtocols: [...offered],
      // Never switched off here: whoever wants to trust a certificate of their own names its authority.
      rejectUnauthorized: true,
      ...(servername !== undefined && { servername }),
      ...(session !== undefined && { session }),
    });
    socket.on('session', (latest) => {
      session = latest;
    });
    return { socket, readyEvent: 'secureConnect' };
  };
}
