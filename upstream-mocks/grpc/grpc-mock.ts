// Starts one gRPC mock: the service itself, health, reflection, the book of calls and its port.
import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { CallBook } from '../call-book.ts';
import { startOwnCounts } from '../counts-server.ts';
import { HOST } from '../listen.ts';
import { countingOf, type MockOptions, type MockServer } from '../mock-server.ts';
import { Connections } from './connections.ts';
import type { HandlerContext } from './handlers.ts';
import { loadService } from './protos.ts';
import { addReflection } from './reflection.ts';

export interface GrpcMock {
  /** What the mock is called, such as `library`. */
  readonly name: string;
  /** Relative to `protos/`. */
  readonly protoFile: string;
  /** Full name of the one service in it. */
  readonly service: string;
  /** One handler per method; called once per start, so that every start has data of its own. */
  readonly handlers: (context: HandlerContext) => UntypedServiceImplementation;
}

export interface GrpcMockServer extends MockServer {
  /** What the health service says of this service from now on. */
  setHealth(status: 'SERVING' | 'NOT_SERVING'): void;
}

/** Messages of tests may be larger than grpc-js's 4 MiB. */
const NO_LIMIT = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };

/** @throws ListenError */
export async function startGrpcMock(mock: GrpcMock, options: MockOptions = {}): Promise<GrpcMockServer> {
  const { name, protoFile, service } = mock;
  const book = new CallBook();
  const server = new Server(NO_LIMIT);
  const connections = new Connections(server, credentialsOf(options.tls));
  const definition = await loadService(protoFile, service);
  server.addService(
    definition,
    mock.handlers({ book, cut: (peer, hasSent) => void connections.cut(peer, hasSent) }),
  );
  const health = new HealthImplementation({ '': 'SERVING', [service]: 'SERVING' });
  health.addToServer(server);
  addReflection(server, protoFile, service);

  const port = await connections.listen(options.port ?? 0, name);
  const counting = countingOf(book);
  const stop = async () => {
    server.forceShutdown();
    await connections.close();
  };
  const countsServer = await startOwnCounts(options.countsPort, counting, stop);
  return {
    name,
    url: options.tls === undefined ? `grpc://${HOST}:${port}` : `grpcs://localhost:${port}`,
    port,
    countsUrl: countsServer?.url,
    ...counting,
    setHealth: (status) => {
      health.setStatus('', status);
      health.setStatus(service, status);
    },
    close: async () => {
      await Promise.all([stop(), countsServer?.close()]);
      book.close();
    },
  };
}

function credentialsOf(tls: MockOptions['tls']): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) };
  return ServerCredentials.createSsl(null, [pair]);
}
