// Serves every method of every service of a FileDescriptorSet over gRPC, without knowing a single message type:
// it keeps the bytes it got and sends bytes back. Tests see by it what a gateway really sends, for thousands of
// methods at once.
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
} from '@grpc/grpc-js';
import { Connections } from '../grpc/connections.ts';
import { incoming } from '../grpc/incoming.ts';
import { metadataText, timeoutOf } from '../grpc/metadata-text.ts';
import { HOST } from '../listen.ts';
import { type EchoMethod, readMethods } from './echo-methods.ts';

export interface ReceivedCall {
  /** `/package.Service/Method` */
  readonly path: string;
  /** Message bytes as they came: one of a unary call, any number of a client stream. */
  readonly requests: readonly Buffer[];
  /** Values of `-bin` names are base64. */
  readonly metadata: Record<string, string[]>;
  /** Milliseconds left on arrival; null without a deadline. */
  readonly timeoutMs: number | null;
}

export interface EchoServer {
  readonly url: string;
  readonly port: number;
  readonly methods: readonly EchoMethod[];
  /** Calls since the last reset, oldest first; no more than the last 1000. A stream is listed from its beginning. */
  received(): readonly ReceivedCall[];
  /** The last call of a method, or undefined. */
  lastCall(path: string): ReceivedCall | undefined;
  /** What a method answers from now on: one message, or several of a server stream. @throws for an unknown path */
  replyWith(path: string, ...messages: readonly Uint8Array[]): void;
  /** Forgets calls and replies. */
  reset(): void;
  close(): Promise<void>;
}

const MAX_RECEIVED = 1000;
const NO_LIMIT = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };
const EMPTY = Buffer.alloc(0);

/**
 * Unless told otherwise a method answers with the bytes it got, if its output type is its input type, and else
 * with the empty message.
 * @param set bytes of a google.protobuf.FileDescriptorSet. @throws ListenError
 */
export async function startEchoServer(
  set: Uint8Array,
  { port = 0 }: { port?: number } = {},
): Promise<EchoServer> {
  const server = new Server(NO_LIMIT);
  const connections = new Connections(server, ServerCredentials.createInsecure());
  const echo = new Echo();
  const methods = readMethods(set);
  for (const method of methods) register(server, method, echo);
  const bound = await connections.listen(port, 'echo');
  const paths = new Set(methods.map(({ path }) => path));
  return {
    url: `grpc://${HOST}:${bound}`,
    port: bound,
    methods,
    received: () => [...echo.calls],
    lastCall: (path) => echo.calls.findLast((call) => call.path === path),
    replyWith: (path, ...messages) => {
      if (!paths.has(path)) throw new Error(`there is no method ${path}; a path is /package.Service/Method`);
      echo.told.set(
        path,
        messages.map((message) => Buffer.from(message)),
      );
    },
    reset: () => {
      echo.calls.length = 0;
      echo.told.clear();
    },
    close: async () => {
      server.forceShutdown();
      await connections.close();
    },
  };
}

/** What the handlers of all methods share. */
class Echo {
  readonly calls: ReceivedCall[] = [];
  readonly told = new Map<string, readonly Buffer[]>();

  begin(path: string, call: IncomingCall): Buffer[] {
    const requests: Buffer[] = [];
    if (this.calls.length === MAX_RECEIVED) this.calls.shift();
    this.calls.push({ path, requests, metadata: metadataText(call.metadata), timeoutMs: timeoutOf(call) });
    return requests;
  }

  /** Never empty for a method that answers once. */
  replies({ path, inputType, outputType }: EchoMethod, request: Buffer | undefined): readonly Buffer[] {
    return this.told.get(path) ?? [inputType === outputType && request !== undefined ? request : EMPTY];
  }
}

type IncomingCall = Pick<Parameters<handleUnaryCall<Buffer, Buffer>>[0], 'metadata' | 'getDeadline'>;

function register(server: Server, method: EchoMethod, echo: Echo): void {
  const { path, requestStream, responseStream } = method;
  const single: handleUnaryCall<Buffer, Buffer> = (call, reply) => {
    echo.begin(path, call).push(call.request);
    reply(null, echo.replies(method, call.request)[0] ?? EMPTY);
  };
  const serverStream: handleServerStreamingCall<Buffer, Buffer> = (call) => {
    echo.begin(path, call).push(call.request);
    for (const message of echo.replies(method, call.request)) call.write(message);
    call.end();
  };
  const clientStream: handleClientStreamingCall<Buffer, Buffer> = async (call, reply) => {
    const requests = echo.begin(path, call);
    for await (const request of incoming<Buffer>(call)) requests.push(request);
    reply(null, echo.replies(method, requests.at(-1))[0] ?? EMPTY);
  };
  const bidi: handleBidiStreamingCall<Buffer, Buffer> = async (call) => {
    const requests = echo.begin(path, call);
    for await (const request of incoming<Buffer>(call)) {
      requests.push(request);
      for (const message of echo.replies(method, request)) call.write(message);
    }
    call.end();
  };
  const same = (bytes: Buffer) => bytes;
  if (requestStream && responseStream) server.register(path, quiet(bidi), same, same, 'bidi');
  else if (requestStream) server.register(path, quiet(clientStream), same, same, 'clientStream');
  else if (responseStream) server.register(path, serverStream, same, same, 'serverStream');
  else server.register(path, single, same, same, 'unary');
}

/** A client that leaves half-way makes the reading fail; what came before stays in the book. */
function quiet<A extends unknown[]>(handle: (...args: A) => void | Promise<void>): (...args: A) => void {
  return (...args) => {
    Promise.resolve(handle(...args)).catch(() => undefined);
  };
}
