// Calls through a transport, and what became of them in one line.
import { createHttp2Transport } from '../../../backends/grpc/http2-transport.ts';
import {
  type GrpcCallOptions,
  GrpcStatusError,
  type GrpcTransport,
} from '../../../backends/grpc/transport.ts';
import type { Target } from '../../../core/upstream.ts';

const open: GrpcTransport[] = [];

/** Closed by `closeTransports`. */
export function transportTo(target: Target): GrpcTransport {
  const transport = createHttp2Transport(target, undefined);
  open.push(transport);
  return transport;
}

export function closeTransports(): void {
  for (const transport of open.splice(0)) transport.close();
}

export const PATH = '/text.v1.Texts/GetText';

export function options(more: Partial<GrpcCallOptions> = {}): GrpcCallOptions {
  return { metadata: [], timeoutMs: undefined, signal: new AbortController().signal, ...more };
}

/** `ok` and the reply as text, or the status's type (its number, if it has none). Anything else is thrown. */
export async function outcome(call: Promise<{ readonly message: Uint8Array }>): Promise<string> {
  try {
    return `ok ${Buffer.from((await call).message).toString()}`;
  } catch (error) {
    return nameOf(error);
  }
}

/** The same of a stream: its messages, then how it ended. */
export async function streamOutcome(
  transport: GrpcTransport,
  more: Partial<GrpcCallOptions> = {},
): Promise<string[]> {
  const seen: string[] = [];
  try {
    const stream = await transport.stream(PATH, Buffer.from('q'), options(more));
    for await (const message of stream.messages) seen.push(Buffer.from(message).toString());
    return [...seen, 'ok'];
  } catch (error) {
    return [...seen, nameOf(error)];
  }
}

export function nameOf(error: unknown): string {
  if (!(error instanceof GrpcStatusError)) throw error;
  return error.status.type ?? String(error.status.number);
}
