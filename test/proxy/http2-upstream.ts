// Upstreams of Node's HTTP/2, with and without TLS, that say what a test tells them.
import { once } from 'node:events';
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '../harness/certificates.ts';

export type StreamListener = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => unknown;

export interface Http2Upstream {
  readonly url: string;
  readonly server: Http2Server | Http2SecureServer;
  answer(listener: StreamListener): void;
  /** Those that are open now. */
  readonly sessions: ReadonlySet<ServerHttp2Session>;
  /** Connections that have been opened so far. */
  connections(): number;
  close(): Promise<void>;
}

export interface Http2UpstreamOptions {
  /** With TLS; the certificate of the server. */
  readonly certificate?: Certificate;
  /** Serves HTTP/1.1, too, to clients that choose it. */
  readonly allowHTTP1?: boolean;
  /** Authority of clients' certificates, which are then asked for and needed. */
  readonly clientAuthority?: string;
  readonly maxConcurrentStreams?: number;
}

export async function startHttp2Upstream(options: Http2UpstreamOptions = {}): Promise<Http2Upstream> {
  const { certificate, allowHTTP1 = false, clientAuthority, maxConcurrentStreams } = options;
  const settings = maxConcurrentStreams === undefined ? {} : { maxConcurrentStreams };
  const server =
    certificate === undefined
      ? createServer({ settings })
      : createSecureServer({
          settings,
          allowHTTP1,
          cert: certificate.cert,
          key: certificate.key,
          ...(clientAuthority !== undefined && {
            ca: clientAuthority,
            requestCert: true,
            rejectUnauthorized: true,
          }),
        });
  let listener: StreamListener = (stream) => stream.respond({ ':status': 200 }, { endStream: true });
  let connections = 0;
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session: ServerHttp2Session) => {
    connections += 1;
    sessions.add(session);
    session.on('error', () => {});
    session.once('close', () => sessions.delete(session));
  });
  server.on('sessionError', () => {});
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => {});
    listener(stream, headers);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    server,
    answer: (next) => {
      listener = next;
    },
    sessions,
    connections: () => connections,
    close: async () => {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
