// Cuts the bytes of a request stream into the JSON texts of its messages as they arrive: the elements of an array, or
// the lines of NDJSON. It only finds where each ends; whether it is JSON is for whoever reads it.
// Works on bytes: all that JSON is built of is ASCII, which is never a part of another character in UTF-8.
import { isAscii, isUtf8 } from 'node:buffer';
import { GatewayError } from '../../core/error.ts';
import { PieceStore } from './piece-store.ts';

export interface StreamSplitter {
  /** The messages that are complete with these bytes. @throws GatewayError `invalid-json`, `body-too-large`. */
  push(bytes: Buffer): string[];
  /** The message that the end of the bytes completes, if there is one. @throws GatewayError if something is missing. */
  end(): string[];
}

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const ARRAY_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;

/** `[a, b, …]`. `limit` bounds the bytes of one element, and those between two. */
export function createArraySplitter(limit: number): StreamSplitter {
  let state: 'before' | 'first' | 'element' | 'next' | 'after' = 'before';
  const element = new PieceStore();
  let gap = 0;
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  let line = 1;

  const fail = (what: string): never => {
    throw new GatewayError('invalid_argument', `the stream is malformed at line ${line}: ${what}`, {
      type: 'invalid-json',
    });
  };

  /** One byte of an element; true if it stands after its end. */
  const isEnd = (byte: number): boolean => {
    if (inString) {
      if (isEscaped) isEscaped = false;
      else if (byte === BACKSLASH) isEscaped = true;
      else if (byte === QUOTE) inString = false;
      return false;
    }
    if (byte === QUOTE) inString = true;
    else if (byte === OBJECT || byte === ARRAY) depth += 1;
    else if (byte === OBJECT_END || byte === ARRAY_END) {
      if (depth === 0) return true;
      depth -= 1;
    } else if (byte === COMMA && depth === 0) return true;
    return false;
  };

  /** One byte outside of the elements that is no whitespace; true if an element begins with it. */
  const begins = (byte: number): boolean => {
    if (state === 'before') {
      if (byte !== ARRAY) fail(NO_ARRAY);
      state = 'first';
      return false;
    }
    if (state === 'after') return fail('the array ended before this');
    if (byte === ARRAY_END && state === 'first') {
      state = 'after';
      return false;
    }
    if (byte === ARRAY_END || byte === COMMA || byte === OBJECT_END) {
      fail(`expected a message, found "${String.fromCharCode(byte)}"`);
    }
    state = 'element';
    return true;
  };

  return {
    push(bytes) {
      const messages: string[] = [];
      const cut = createCut(bytes, limit);
      let start = 0;
      for (let index = 0; index < bytes.length; index += 1) {
        if (inString && !isEscaped) index = endOfPlain(bytes, index);
        if (index === bytes.length) break;
        const byte = bytes[index] as number;
        if (byte === NEWLINE) line += 1;
        if (state === 'element') {
          if (!isEnd(byte)) continue;
          messages.push(cut(element, start, index));
          if (byte === OBJECT_END) fail('a bracket closes that was not opened');
          state = byte === COMMA ? 'next' : 'after';
          gap = 0;
        } else if (isSpace(byte)) {
          const end = endOfSpace(bytes, index + 1);
          for (let at = index + 1; at < end; at += 1) if (bytes[at] === NEWLINE) line += 1;
          gap += end - index;
          index = end - 1;
        } else {
          assertGap(gap, limit);
          if (!begins(byte)) continue;
          start = index;
          isEnd(byte);
        }
      }
      if (state !== 'element') {
        assertGap(gap, limit);
      } else if (element.size + bytes.length - start > limit) {
        throw tooLarge(limit);
      } else {
        element.add(bytes.subarray(start));
      }
      return messages;
    },
    end() {
      if (state === 'before' && gap > 0) fail(NO_ARRAY);
      // An empty body is a stream of no messages.
      if (state !== 'after' && state !== 'before') fail('the array is not closed');
      return [];
    },
  };
}

const NO_ARRAY = 'a stream of messages is a JSON array; it must begin with "["';

/** One message a line; empty lines are passed over. `limit` bounds the bytes of one line, and those between two. */
export function createLineSplitter(limit: number): StreamSplitter {
  /** Never blank: what stands in front of a message is not held. */
  const line = new PieceStore();
  let gap = 0;

  return {
    push(bytes) {
      const messages: string[] = [];
      const cut = createCut(bytes, limit);
      let start = 0;
      for (;;) {
        if (line.size === 0) {
          const first = start;
          start = endOfSpace(bytes, start);
          gap += start - first;
          assertGap(gap, limit);
        }
        const end = bytes.indexOf(NEWLINE, start);
        if (end < 0) break;
        messages.push(cut(line, start, end));
        gap = 0;
        start = end + 1;
      }
      if (line.size + bytes.length - start > limit) throw tooLarge(limit);
      line.add(bytes.subarray(start));
      return messages;
    },
    end() {
      return line.size === 0 ? [] : [decode(line.take(EMPTY), limit)];
    },
  };
}

const EMPTY = Buffer.alloc(0);

const SPACES: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  [TAB, NEWLINE, RETURN, SPACE].includes(byte) ? 1 : 0,
);

function isSpace(byte: number): boolean {
  return SPACES[byte] === 1;
}

/** Runs of whitespace may be all that comes, so this is to be quick. */
function endOfSpace(bytes: Buffer, start: number): number {
  const { length } = bytes;
  let end = start;
  while (end < length && SPACES[bytes[end] as number] === 1) end += 1;
  return end;
}

/** Inside of a JSON string, where most bytes are. */
function endOfPlain(bytes: Buffer, start: number): number {
  const { length } = bytes;
  let end = start;
  while (end < length && bytes[end] !== QUOTE && bytes[end] !== BACKSLASH) end += 1;
  return end;
}

type Cut = (held: PieceStore, start: number, end: number) => string;

/** What is held, and of `bytes` those up to `end`, as text. Most bytes that are JSON are ASCII, which is found out once. */
function createCut(bytes: Buffer, limit: number): Cut {
  let isPlain: boolean | undefined;
  return (held, start, end) => {
    if (held.size > 0) return decode(held.take(bytes.subarray(start, end)), limit);
    isPlain ??= isAscii(bytes);
    if (!isPlain) return decode(bytes.subarray(start, end), limit);
    if (end - start > limit) throw tooLarge(limit);
    return bytes.toString('latin1', start, end);
  };
}

function decode(bytes: Buffer, limit: number): string {
  if (bytes.length > limit) throw tooLarge(limit);
  if (isUtf8(bytes)) return bytes.toString();
  throw new GatewayError('invalid_argument', 'the body is not valid UTF-8', { type: 'invalid-json' });
}

function assertGap(gap: number, limit: number): void {
  if (gap <= limit) return;
  throw new GatewayError(
    'resource_exhausted',
    `the stream has more than ${limit} bytes of whitespace between messages`,
    { type: 'body-too-large' },
  );
}

function tooLarge(limit: number): GatewayError {
  return new GatewayError('resource_exhausted', `a message of the stream is larger than ${limit} bytes`, {
    type: 'body-too-large',
  });
}
