// Which request bodies are JSON, and in which form a client wants a stream.
// Sources: RFC 9110 §8.3 and §12.5.1; transcoding reference, sections 3.2 and 8.
import { GatewayError } from '../../core/error.ts';

// `application/json` and any `application/*+json`, with no parameter but charset=utf-8. Linear: no nested repeats.
const JSON_TYPE =
  /^application\/(?:json|[a-z0-9][a-z0-9!#$&^_.-]{0,100}\+json)(?:[ \t]*;[ \t]*charset="?utf-8"?)?[ \t]*$/i;

/**
 * Passes if the one Content-Type is JSON in UTF-8.
 * @throws GatewayError `unsupported-media-type`
 */
export function assertJson(rawHeaders: readonly string[]): void {
  const types = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'content-type',
  );
  const [type] = types;
  if (types.length === 1 && type !== undefined && JSON_TYPE.test(type)) return;
  const found =
    types.length === 0
      ? 'there is no Content-Type'
      : types.length > 1
        ? 'there is more than one Content-Type'
        : `the Content-Type is ${JSON.stringify(type?.slice(0, 100))}`;
  throw new GatewayError('invalid_argument', `${found}; a body must be sent as application/json in UTF-8`, {
    type: 'unsupported-media-type',
  });
}

export const STREAM_FORMS = ['array', 'ndjson', 'sse'] as const;
export type StreamForm = (typeof STREAM_FORMS)[number];

/** How a server stream is written: the first form that the client names, else a JSON array. */
export function streamFormOf(accept: string | undefined): StreamForm {
  for (const range of (accept ?? '').toLowerCase().split(',')) {
    switch (range.split(';')[0]?.trim()) {
      case 'application/x-ndjson':
      case 'application/jsonl':
        return 'ndjson';
      case 'text/event-stream':
        return 'sse';
      case 'application/json':
        return 'array';
    }
  }
  return 'array';
}
