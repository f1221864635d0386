// A gRPC server as most on Node are: its reader of messages keeps the last of several records of one singular message
// instead of merging them. Keeps what it read, and the bytes it read it from; answers with the empty message.
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import { Connections } from '../../upstream-mocks/grpc/connections.ts';

export interface ReplacingServer {
  readonly url: string;
  /** The last message of the last call, as the handler has it and as it came. */
  last(): { readonly message: unknown; readonly bytes: Buffer };
  /** What the handler has of these bytes. */
  read(method: string, bytes: Buffer): unknown;
  close(): Promise<void>;
}

/** @param service full name; methods are unary or take a stream */
export async function startReplacingServer(set: Uint8Array, service: string): Promise<ReplacingServer> {
  const loaded = loadFileDescriptorSetFromBuffer(Buffer.from(set), {
    keepCase: true,
    longs: String,
    enums: String,
  })[service] as ServiceDefinition;
  let last: { message: unknown; bytes: Buffer } | undefined;
  const methods = Object.entries(loaded).map(([name, method]) => {
    const requestDeserialize = (bytes: Buffer): object => {
      const message = method.requestDeserialize(bytes);
      last = { message, bytes };
      return message;
    };
    return [name, { ...method, requestDeserialize }] as const;
  });
  const server = new Server();
  server.addService(
    Object.fromEntries(methods),
    Object.fromEntries(
      methods.map(([name, { requestStream }]) => [
        name,
        requestStream
          ? (call: NodeJS.ReadableStream, reply: Reply) => call.on('end', () => reply(null, {})).resume()
          : (_call: unknown, reply: Reply) => reply(null, {}),
      ]),
    ),
  );
  const connections = new Connections(server, ServerCredentials.createInsecure());
  const port = await connections.listen(0, 'replacing');
  return {
    url: `grpc://127.0.0.1:${port}`,
    last: () => {
      if (last === undefined) throw new Error('nothing arrived');
      return last;
    },
    read: (method, bytes) => loaded[method]?.requestDeserialize(bytes),
    close: () => connections.close(),
  };
}

type Reply = (error: null, message: object) => void;
