// Calls gRPC services by the demo protos with grpc-js: what any client of the mocks would do.
import { join } from 'node:path';
import {
  type CallOptions,
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  credentials,
  Metadata,
  type ServiceDefinition,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

export interface Outcome<T> {
  readonly reply: T | undefined;
  readonly error: ServiceError | undefined;
  readonly headers: Metadata | undefined;
}

export interface StreamOutcome<T> {
  readonly messages: T[];
  readonly status: StatusObject;
  readonly headers: Metadata | undefined;
}

type Headers = Record<string, string>;
// biome-ignore lint/suspicious/noExplicitAny: replies are read as plain data; a wrong field fails the expectation
type Data = any;

/** A client of one service; `close` it when done. */
export class ServiceCalls {
  readonly #client: Client;
  readonly #methods: ServiceDefinition;

  constructor(url: string, protoFile: string, service: string) {
    this.#client = new Client(new URL(url).host, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      // Two clients of one process must not share a connection that one of them has cut.
      'grpc.use_local_subchannel_pool': 1,
    });
    const definition = loadSync(protoFile, {
      includeDirs: [join(import.meta.dirname, '../../protos')],
      keepCase: true,
      longs: String,
      enums: String,
    })[service];
    this.#methods = definition as ServiceDefinition;
  }

  close(): void {
    this.#client.close();
  }

  unary(
    method: string,
    request: object,
    headers: Headers = {},
    options: CallOptions = {},
  ): Promise<Outcome<Data>> {
    return this.startUnary(method, request, headers, options).outcome;
  }

  /** As `unary`, with the call at hand to cancel it. */
  startUnary(
    method: string,
    request: object,
    headers: Headers = {},
    options: CallOptions = {},
  ): { call: ClientUnaryCall; outcome: Promise<Outcome<Data>> } {
    const { path, requestSerialize, responseDeserialize } = this.#method(method);
    let received: Metadata | undefined;
    const { promise, resolve } = Promise.withResolvers<Outcome<Data>>();
    const call = this.#client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadataOf(headers),
      options,
      (error, reply) => resolve({ reply, error: error ?? undefined, headers: received }),
    );
    call.on('metadata', (metadata) => {
      received = metadata;
    });
    return { call, outcome: promise };
  }

  serverStream(method: string, request: object, headers: Headers = {}): ClientReadableStream<Data> {
    const { path, requestSerialize, responseDeserialize } = this.#method(method);
    return this.#client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadataOf(headers),
    );
  }

  async collect(method: string, request: object, headers: Headers = {}): Promise<StreamOutcome<Data>> {
    return collect(this.serverStream(method, request, headers));
  }

  clientStream(
    method: string,
    headers: Headers = {},
  ): { call: ClientWritableStream<Data>; outcome: Promise<Outcome<Data>> } {
    const { path, requestSerialize, responseDeserialize } = this.#method(method);
    const { promise, resolve } = Promise.withResolvers<Outcome<Data>>();
    const call = this.#client.makeClientStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      metadataOf(headers),
      (error, reply) => resolve({ reply, error: error ?? undefined, headers: undefined }),
    );
    return { call, outcome: promise };
  }

  bidiStream(method: string, headers: Headers = {}): ClientDuplexStream<Data, Data> {
    const { path, requestSerialize, responseDeserialize } = this.#method(method);
    return this.#client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      metadataOf(headers),
    );
  }

  #method(name: string): ServiceDefinition[string] {
    const method = this.#methods[name];
    if (method === undefined) throw new Error(`no method ${name}`);
    return method;
  }
}

/** All messages of a stream and its final status; a failure is a status here, not an exception. */
export function collect(
  call: ClientReadableStream<Data> | ClientDuplexStream<Data, Data>,
): Promise<StreamOutcome<Data>> {
  const messages: Data[] = [];
  let headers: Metadata | undefined;
  return new Promise((resolve) => {
    call.on('metadata', (metadata) => {
      headers = metadata;
    });
    call.on('data', (message) => messages.push(message));
    // The status says the same.
    call.on('error', () => undefined);
    call.on('status', (status) => resolve({ messages, status, headers }));
  });
}

function metadataOf(headers: Headers): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return metadata;
}
