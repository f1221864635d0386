// The messages of a client stream over REST: an NDJSON or JSON array body, sent on one by one as they arrive, or the
// bytes of an upload where the messages hold a google.api.HttpBody.
// Source: transcoding reference, sections 7 and 8.
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
  /** `ndjson`: a message a line. `array`: one JSON array. `raw`: pieces of one upload. */
  readonly form: 'ndjson' | 'array' | 'raw';
  /** Of an upload; the first message names it. */
  readonly contentType: string;
  /** Told why the stream broke, so that the call fails for that reason. */
  readonly onFailure: (error: GatewayError) => void;
}

/** Pull-driven: the client's socket is read as fast as the upstream takes the messages. */
export async function* readMessages(source: StreamSource): AsyncGenerator<Payload> {
  const { operation, plan, further, first } = source;
  const limit = operation.limits.maxRequestBytes;
  let messages = 0;
  const payload = (given: Pick<RequestParts, 'body' | 'raw'>): Payload => {
    const index = messages;
    messages += 1;
    try {
      const wire =
        index === 0
          ? plan.read({ ...first, ...given, ifMatch: undefined })
          : further.read({ variables: [], query: '', ...given, ifMatch: undefined });
      return Payload.fromWire(operation.input.codec, wire);
    } catch (thrown) {
      throw given.body === undefined ? thrown : inMessage(GatewayError.from(thrown), index);
    }
  };
  try {
    // What is wrong with these is no fault of the first message.
    plan.check(first);
    // Nothing in chunks is as much as no body: whoever passes a request on may write it either way.
    const hasBody = announcesBody(source.request);
    if (source.form === 'raw') {
      const pieces = hasBody ? piecesOf(source.request, operation) : [];
      for await (const data of pieces) {
        const contentType = messages === 0 ? source.contentType : '';
        yield payload({ body: undefined, raw: { contentType, data } });
      }
      // A file may be empty.
      const raw = { contentType: source.contentType, data: new Uint8Array() };
      if (messages === 0) yield payload({ body: undefined, raw });
      return;
    }
    const splitter = source.form === 'ndjson' ? createLineSplitter(limit) : createArraySplitter(limit);
    let isEmpty = true;
    for await (const bytes of hasBody ? bytesOf(source.request, operation, () => messages) : []) {
      isEmpty &&= bytes.length === 0;
      for (const body of splitter.push(bytes)) yield payload({ body });
    }
    if (!isEmpty) for (const body of splitter.end()) yield payload({ body });
    else if (standsAlone(source)) yield payload({ body: undefined });
  } catch (thrown) {
    const error = GatewayError.from(thrown);
    source.onFailure(error);
    throw error;
  }
}

/** Path and query alone are a stream of one message; where they say nothing, an empty body is one of none. */
function standsAlone({ plan, first }: StreamSource): boolean {
  return !plan.takesBody || first.variables.length > 0 || first.query !== '';
}

/** Says of which message it speaks: paths count from the root of the stream, as of an array. */
function inMessage(error: GatewayError, index: number): GatewayError {
  if (error.code !== 'invalid_argument') return error;
  const violations = error.violations.map(({ field, description }) => ({
    field: `[${index}]${field === '' || field.startsWith('[') ? field : `.${field}`}`,
    description,
  }));
  const { type, cause } = error;
  return new GatewayError(error.code, `message ${index + 1}: ${error.message}`, { type, cause, violations });
}

/** transcoding reference, section 7. */
const PIECE_BYTES = 64 * 1024;

async function* piecesOf(request: IncomingMessage, operation: Operation): AsyncGenerator<Buffer> {
  for await (const bytes of bytesOf(request, operation)) {
    for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
      yield bytes.subarray(start, start + PIECE_BYTES);
    }
  }
}

/** What a message costs besides its bytes: many small ones are the larger bomb. */
const MESSAGE_BYTES = 64;

/** Uncompressed, as they arrive. A client that is silent for longer than a stream may be is given up. */
async function* bytesOf(
  request: IncomingMessage,
  operation: Operation,
  messages: () => number = () => 0,
): AsyncGenerator<Buffer> {
  const { streamIdleMs, maxRequestBytes } = operation.limits;
  const body = openBody(request);
  // The request itself must outlive its reading: its socket carries the answer.
  const chunks = body.stream.iterator({ destroyOnReturn: false });
  let bytes = 0;
  try {
    for (;;) {
      const next = await within(chunks.next(), streamIdleMs);
      if (next.done === true) break;
      const chunk = next.value as Buffer;
      bytes += chunk.length;
      body.assertGrowth(bytes + MESSAGE_BYTES * messages(), maxRequestBytes);
      yield chunk;
    }
    body.assertWhole();
  } catch (error) {
    throw body.explain(error);
  } finally {
    body.close();
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
