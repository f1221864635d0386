// Sequences in answers of HTTP services as values, one by one as they arrive: server-sent events by their data, lines of
// JSON. Sources: HTML Living Standard, "Server-sent events"; RFC 7464; NDJSON.
import { GatewayError } from '../../core/error.ts';
import type { JsonValue } from '../../core/json.ts';
import { protocolError } from './read-reply.ts';

/** `limit`: most bytes of one item. Ends with the body; an item that is not whole by then is none. */
export async function* readEvents(
  contentType: string,
  body: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<JsonValue> {
  if (/^text\/event-stream(?:;|$)/.test(contentType)) yield* eventData(linesOf(body, limit), limit);
  else yield* jsonLines(linesOf(body, limit));
}

async function* eventData(lines: AsyncIterable<string>, limit: number): AsyncGenerator<JsonValue> {
  let data: string[] = [];
  let size = 0;
  for await (const line of lines) {
    if (line === '') {
      if (data.length > 0) yield valueOfText(data.join('\n'));
      data = [];
      size = 0;
      continue;
    }
    // Comments, names, identifiers and pauses say nothing of the value.
    const [, field, value = ''] = /^([^:]*)(?:: ?([\s\S]*))?$/.exec(line) ?? [];
    if (field !== 'data') continue;
    size += value.length;
    if (size > limit) throw tooLarge(limit);
    data.push(value);
  }
}

async function* jsonLines(lines: AsyncIterable<string>): AsyncGenerator<JsonValue> {
  for await (const line of lines) {
    // RFC 7464 §2.2: each text of a sequence has a record separator in front.
    const text = line.replace(/^\u001e/, '');
    if (text.trim() === '') continue;
    try {
      yield JSON.parse(text);
    } catch (cause) {
      throw protocolError('a line of the sequence is no JSON', cause);
    }
  }
}

/** Events hold any text; most hold JSON. */
function valueOfText(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Without their ends: LF, CR LF or CR. */
async function* linesOf(body: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const chunk of body) {
    rest += decode(decoder, chunk);
    // A CR at the end may be the first half of a CR LF.
    const isOpen = rest.endsWith('\r');
    const lines = (isOpen ? rest.slice(0, -1) : rest).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '') + (isOpen ? '\r' : '');
    yield* lines;
    if (rest.length > limit) throw tooLarge(limit);
  }
  if (rest !== '') yield rest.replace(/\r$/, '');
}

function decode(decoder: TextDecoder, chunk: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch (cause) {
    throw protocolError('the sequence is not UTF-8', cause);
  }
}

function tooLarge(limit: number): GatewayError {
  return new GatewayError('internal', `an item of the upstream's answer is larger than ${limit} bytes`, {
    type: 'upstream-reply-too-large',
    source: 'upstream',
  });
}
