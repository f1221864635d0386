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
    // Lines are kept apart, be they empty.
    size += value.length + Math.min(data.length, 1);
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

/** Without their ends: LF, CR LF or CR. Each piece of the body is looked at once, however many make up a line. */
async function* linesOf(body: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const begun = new TextPieces();
  let isAfterReturn = false;
  for await (const chunk of body) {
    let text = decode(decoder, chunk);
    if (text === '') continue;
    // The other half of a CR LF.
    if (isAfterReturn && text.startsWith('\n')) text = text.slice(1);
    isAfterReturn = text.endsWith('\r');
    const [first = '', ...others] = text.split(/\r\n|\n|\r/);
    begun.add(first);
    for (const next of others) {
      yield begun.take();
      begun.add(next);
    }
    if (begun.length > limit) throw tooLarge(limit);
  }
  if (begun.length > 0) yield begun.take();
}

const PIECES_IN_BLOCK = 1024;

/** A text that comes in pieces. They are put together in blocks, since many small texts take far more room than a large one. */
class TextPieces {
  length = 0;
  #pieces: string[] = [];
  #blocks: string[] = [];

  add(piece: string): void {
    if (piece === '') return;
    this.length += piece.length;
    this.#pieces.push(piece);
    if (this.#pieces.length < PIECES_IN_BLOCK) return;
    this.#blocks.push(this.#pieces.join(''));
    this.#pieces = [];
  }

  /** The whole, of which nothing stays. */
  take(): string {
    const text = [...this.#blocks, ...this.#pieces].join('');
    this.length = 0;
    this.#pieces = [];
    this.#blocks = [];
    return text;
  }
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
