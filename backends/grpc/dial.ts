// Opens the socket to a target, and the TLS on it.
import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { Target, UpstreamTls } from '../../core/upstream.ts';

const READ_BUFFER_BYTES = 64 * 1024;

export interface Dialled {
  readonly socket: Socket;
  /** Resolves to nothing, or why it is no connection for HTTP/2. Failures of the socket are its events. */
  onOpen(opened: (fault: string | undefined) => void): void;
}

export type Dial = (onRead: (bytes: Buffer, length: number) => void) => Dialled;

/** @throws Error for certificates or keys that cannot be read. */
export function createDial(target: Target, tls: UpstreamTls | undefined): Dial {
  const { host, port } = target;
  if (target.scheme !== 'grpcs') {
    return (onRead) => {
      const socket = connect({ host, port, noDelay: true, keepAlive: true, onread: reader(onRead) });
      return { socket, onOpen: (opened) => socket.once('connect', () => opened(undefined)) };
    };
  }
  const secureContext = contextOf(tls);
  // An address cannot be a server name (RFC 6066 §3); the certificate is held to the address all the same.
  const servername = tls?.serverName ?? (isIP(host) === 0 ? host : undefined);
  return (onRead) => {
    const options = {
      host,
      port,
      noDelay: true,
      keepAlive: true,
      secureContext,
      ALPNProtocols: ['h2'],
      ...(servername !== undefined && { servername }),
      onread: reader(onRead),
    };
    const socket = tlsConnect(options);
    return {
      socket,
      onOpen: (opened) => socket.once('secureConnect', () => opened(faultOf(socket))),
    };
  };
}

function contextOf(tls: UpstreamTls | undefined): SecureContext {
  return createSecureContext({
    ...(tls?.ca !== undefined && { ca: tls.ca }),
    ...(tls?.cert !== undefined && { cert: tls.cert }),
    ...(tls?.key !== undefined && { key: tls.key }),
  });
}

function faultOf(socket: TLSSocket): string | undefined {
  return socket.alpnProtocol === 'h2' ? undefined : 'the upstream did not agree on HTTP/2';
}

/** One buffer for the whole connection: what is wanted of it is copied once, into what it is for. */
function reader(onRead: (bytes: Buffer, length: number) => void): OnReadOpts {
  return {
    buffer: Buffer.allocUnsafeSlow(READ_BUFFER_BYTES),
    callback: (length, bytes) => {
      onRead(bytes as Buffer, length);
      return true;
    },
  };
}
