// The reference transport: @grpc/grpc-js moving Buffers. It is given no descriptor and builds no code.

import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import {
  type CallOptions,
  Client,
  type ClientOptions,
  type ClientReadableStream,
  type ClientUnaryCall,
  connectivityState,
  credentials,
  Metadata as GrpcMetadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import type { CallSignal } from '../../core/call-signal.ts';
import type { Metadata, MetadataEntry } from '../../core/metadata.ts';
import type { Target, UpstreamTls } from '../../core/upstream.ts';
import { type FailedCall, failureOf } from './grpc-js-failure.ts';
import {
  type GrpcCallOptions,
  GrpcStatusError,
  type GrpcStream,
  type GrpcTransport,
  type GrpcUnaryResult,
} from './transport.ts';

/** No operation may ask for more (transcoding reference, section 10); each checks its own limit beneath this. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

const CHANNEL_OPTIONS: ClientOptions = {
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  // Retrying is a policy of ours, which knows effects and budgets.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  // Channels live as long as their target is registered; two clients never share one behind our back.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_http_proxy': 0,
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 5_000,
  'grpc.enable_channelz': 0,
};

const identity = (bytes: Buffer): Buffer => bytes;
// grpc-js wants Buffers; this is a view of the same memory, not a copy.
const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function createGrpcJsTransport(target: Target, tls: UpstreamTls | undefined): GrpcTransport {
  const client = new Client(authority(target), channelCredentials(target, tls), {
    ...CHANNEL_OPTIONS,
    ...nameOptions(target, tls),
  });
  const failure: Failure = (call) =>
    failureOf({
      ...call,
      isConnected: client.getChannel().getConnectivityState(false) === connectivityState.READY,
    });
  return {
    unary: (path, message, options) => unary(client, failure, path, message, options),
    stream: (path, messages, options) => stream(client, failure, path, messages, options),
    close: () => client.close(),
  };
}

function channelCredentials(target: Target, tls: UpstreamTls | undefined) {
  if (target.scheme !== 'grpcs') return credentials.createInsecure();
  const pem = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));
  return credentials.createSsl(pem(tls?.ca), pem(tls?.key), pem(tls?.cert), {
    // The name asked for may be a stand-in (below); what the certificate must hold is the address itself.
    ...(isAddress(target, tls) && {
      checkServerIdentity: (_name, cert) => checkServerIdentity(target.host, cert),
    }),
  });
}

/** An address cannot be a server name (RFC 6066 §3), yet grpc-js would send it as one and fail. */
const NAMELESS = 'upstream.invalid';

function isAddress({ scheme, host }: Target, tls: UpstreamTls | undefined): boolean {
  return scheme === 'grpcs' && tls?.serverName === undefined && isIP(host) !== 0;
}

function nameOptions(target: Target, tls: UpstreamTls | undefined): ClientOptions {
  if (tls?.serverName !== undefined) {
    return { 'grpc.ssl_target_name_override': tls.serverName, 'grpc.default_authority': tls.serverName };
  }
  if (!isAddress(target, tls)) return {};
  return { 'grpc.ssl_target_name_override': NAMELESS, 'grpc.default_authority': authority(target) };
}

type Failure = (call: Omit<FailedCall, 'isConnected'>) => GrpcStatusError;

function unary(
  client: Client,
  failure: Failure,
  path: string,
  message: Uint8Array,
  options: GrpcCallOptions,
): Promise<GrpcUnaryResult> {
  return new Promise((resolve, reject) => {
    let headers: GrpcMetadata | undefined;
    let reply: Uint8Array | undefined;
    let messages = 0;
    const read = (bytes: Buffer): Buffer => {
      messages += 1;
      // grpc-js would wait for somebody to read a second message, until the deadline, and never see the status.
      call.call?.startRead();
      return bytes;
    };
    const call: ClientUnaryCall = client.makeUnaryRequest(
      path,
      asBuffer,
      read,
      message,
      toGrpcMetadata(options.metadata),
      callOptions(options),
      // Its error is the status below, but for a reply that never came: there it speaks of an unknown method.
      (_error, value) => {
        reply = value;
      },
    );
    const stopListening = cancelOnAbort(options.signal, () => call.cancel());
    call.on('metadata', (metadata) => {
      headers = metadata;
    });
    call.on('status', (ended) => {
      stopListening();
      if (reply !== undefined && isTooLarge(reply, options)) reject(tooLarge(reply));
      else if (reply === undefined) {
        reject(failure({ status: ended, headers, messages, isUnary: true }));
      } else {
        resolve({
          headers: headers === undefined ? [] : fromGrpcMetadata(headers),
          message: reply,
          trailers: fromGrpcMetadata(ended.metadata),
        });
      }
    });
  });
}

async function stream(
  client: Client,
  failure: Failure,
  path: string,
  messages: AsyncIterable<Uint8Array> | Uint8Array,
  options: GrpcCallOptions,
): Promise<GrpcStream> {
  const metadata = toGrpcMetadata(options.metadata);
  let call: ClientReadableStream<Buffer>;
  if (messages instanceof Uint8Array) {
    call = client.makeServerStreamRequest(path, asBuffer, identity, messages, metadata, callOptions(options));
  } else {
    const duplex = client.makeBidiStreamRequest(path, asBuffer, identity, metadata, callOptions(options));
    void sendAll(duplex, messages);
    call = duplex;
  }
  const stopListening = cancelOnAbort(options.signal, () => call.cancel());
  let trailers: Metadata = [];
  let failed: Error | undefined;
  let begun: GrpcMetadata | undefined;
  const headers = await new Promise<Metadata>((resolve, reject) => {
    call.once('metadata', (received) => {
      begun = received;
      resolve(fromGrpcMetadata(received));
    });
    call.on('error', (error) => {
      failed = failure({ status: error as ServiceError, headers: begun, messages: 0, isUnary: false });
      stopListening();
      reject(failed);
    });
    // After `error`, if there is one. A stream without messages has no headers of its own, and no `end` unread.
    call.on('status', ({ metadata: received }) => {
      trailers = fromGrpcMetadata(received);
      stopListening();
      resolve([]);
    });
  });
  return { headers, messages: readAll(call, options, () => failed), trailers: () => trailers };
}

/** Reads as fast as it is asked to; `failed` knows of a failure that came before anybody read. */
async function* readAll(
  call: ClientReadableStream<Buffer>,
  options: GrpcCallOptions,
  failed: () => Error | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    const early = failed();
    if (early !== undefined) throw early;
    for await (const message of call as AsyncIterable<Buffer>) {
      if (isTooLarge(message, options)) throw tooLarge(message);
      yield message;
    }
  } catch (error) {
    // The iterator reports the raw error; the listener above has already translated it.
    throw failed() ?? error;
  } finally {
    call.cancel();
  }
}

/** grpc-js knows one limit per channel; this one is the operation's. */
function isTooLarge(message: Uint8Array, { maxReplyBytes = MAX_MESSAGE_BYTES }: GrpcCallOptions): boolean {
  return message.length > maxReplyBytes;
}

function tooLarge(message: Uint8Array): GrpcStatusError {
  return new GrpcStatusError({
    number: status.INTERNAL,
    message: `a message of ${message.length} bytes`,
    type: 'upstream-reply-too-large',
  });
}

interface MessageSink {
  write(message: Uint8Array): boolean;
  end(): void;
  cancel(): void;
  on(event: 'drain', listener: () => void): unknown;
  once(event: 'close' | 'error', listener: () => void): unknown;
}

/** Sends each message when the upstream has room for it. A source that fails cancels the call. */
async function sendAll(sink: MessageSink, messages: AsyncIterable<Uint8Array>): Promise<void> {
  let isClosed = false;
  let wake = (): void => {};
  const close = (): void => {
    isClosed = true;
    wake();
  };
  sink.once('close', close);
  sink.once('error', close);
  sink.on('drain', () => wake());
  try {
    for await (const message of messages) {
      if (isClosed) return;
      if (!sink.write(message) && !isClosed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    sink.end();
  } catch {
    // The door that feeds the messages reports why; here the upstream only must not wait for more. Node's http2 ends
    // the stream before it resets it, so an upstream may see the end first: a fault that a transport of ours must not have.
    sink.cancel();
  }
}

function callOptions(options: GrpcCallOptions): CallOptions {
  return options.timeoutMs === undefined ? {} : { deadline: Date.now() + options.timeoutMs };
}

/** Returns what stops the listening, so that a long-lived signal does not collect listeners. */
function cancelOnAbort(signal: CallSignal, cancel: () => void): () => void {
  if (signal.aborted) {
    cancel();
    return () => {};
  }
  signal.addEventListener('abort', cancel);
  return () => signal.removeEventListener('abort', cancel);
}

function toGrpcMetadata(metadata: Metadata): GrpcMetadata {
  const result = new GrpcMetadata();
  for (const [name, value] of metadata) {
    result.add(name, typeof value === 'string' ? value : asBuffer(value));
  }
  return result;
}

function fromGrpcMetadata(metadata: GrpcMetadata): Metadata {
  const entries: MetadataEntry[] = [];
  for (const [name, values] of Object.entries(metadata.toJSON())) {
    for (const value of values) entries.push([name, value]);
  }
  return entries;
}

function authority({ host, port }: Target): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
