// The messages of a client stream over REST: an NDJSON or JSON array body, sent on one by one as they arrive.
// Source: transcoding reference, section 8, "Request streams".
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../core/error.ts';
import type { Operation } from '../../core/operation.ts';
import { Payload } from '../../core/payload.ts';
import { createArraySplitter, createLineSplitter } from '../../translators/json/split-stream.ts';
import type { RequestParts } from '../../translators/rest/request-parts.ts';
import type { RequestPlan } from '../../translators/rest/request-plan.ts';
import { announcesBody, openBody } from '../edge/read-body.ts';

export interface StreamSource {
  readonly request: IncomingMessage;
  readonly operation: Operation;
  /** For the first message, and for all after it. */
  readonly plan: RequestPlan;
  readonly further: RequestPlan;
  /** Path and query fill the first message only. */
  readonly first: Pick<RequestParts, 'variables' | 'query'>;
  /** `ndjson`: a message a line. `array`: one JSON array. */
  readonly form: 'ndjson' | 'array';
  /** Told why the stream broke, so that the call fails for that reason. */
  readonly onFailure: (error: GatewayError) => void;
}

/** Pull-driven: the client's socket is read as fast as the upstream takes the messages. */
export async function* readMessages(source: StreamSource): AsyncGenerator<Payload> {
  const { operation, plan, further, first } = source;
  const limit = operation.limits.maxRequestBytes;
  let isFirst = true;
  const payload = (body: string | undefined): Payload => {
    const wire = isFirst
      ? plan.read({ ...first, body, ifMatch: undefined })
      : further.read({ variables: [], query: '', body, ifMatch: undefined });
    isFirst = false;
    return Payload.fromWire(operation.input.codec, wire);
  };
  try {
    if (!announcesBody(source.request)) {
      // Path and query alone are a stream of one message.
      yield payload(undefined);
      return;
    }
    const splitter = source.form === 'ndjson' ? createLineSplitter(limit) : createArraySplitter(limit);
    for await (const text of textOf(source.request, operation)) {
      for (const message of splitter.push(text)) yield payload(message);
    }
    for (const message of splitter.end()) yield payload(message);
  } catch (thrown) {
    const error = GatewayError.from(thrown);
    source.onFailure(error);
    throw error;
  }
}

/** Decoded text as it arrives. A client that is silent for longer than a stream may be is given up. */
async function* textOf(request: IncomingMessage, operation: Operation): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const { streamIdleMs } = operation.limits;
  const body = openBody(request);
  // The request itself must outlive its reading: its socket carries the answer.
  const chunks = body.stream.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const next = await within(chunks.next(), streamIdleMs);
      if (next.done === true) break;
      yield decode(() => decoder.decode(next.value as Buffer, { stream: true }));
    }
    yield decode(() => decoder.decode());
  } catch (error) {
    throw body.explain(error);
  } finally {
    body.close();
  }
}

function decode(read: () => string): string {
  try {
    return read();
  } catch (cause) {
    throw new GatewayError('invalid_argument', 'the body is not valid UTF-8', {
      type: 'invalid-json',
      cause,
    });
  }
}

function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new GatewayError('deadline_exceeded', `the client was silent for ${milliseconds / 1000} seconds`, {
            type: 'request-timeout',
          }),
        ),
      milliseconds,
    );
  });
  return Promise.race([promise, silence]).finally(() => clearTimeout(timer));
}
