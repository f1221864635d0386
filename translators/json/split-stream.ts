// Cuts the text of a request stream into the JSON texts of its messages as it arrives: the elements of an array, or
// the lines of NDJSON. It only finds where each ends; whether it is JSON is for whoever reads it.
import { GatewayError } from '../../core/error.ts';

export interface StreamSplitter {
  /** The messages that are complete with this piece of text. @throws GatewayError `invalid-json`, `body-too-large`. */
  push(text: string): string[];
  /** The message that the end of the text completes, if there is one. @throws GatewayError if something is missing. */
  end(): string[];
}

/** `[a, b, …]`. `limit` bounds one element, in characters. */
export function createArraySplitter(limit: number): StreamSplitter {
  let state: 'before' | 'first' | 'element' | 'next' | 'after' = 'before';
  let element = '';
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  let line = 1;

  const fail = (what: string): never => {
    throw new GatewayError('invalid_argument', `the stream is malformed at line ${line}: ${what}`, {
      type: 'invalid-json',
    });
  };

  /** One character of an element; true if it stands after its end. */
  const isEnd = (character: string): boolean => {
    if (inString) {
      if (isEscaped) isEscaped = false;
      else if (character === '\\') isEscaped = true;
      else if (character === '"') inString = false;
      return false;
    }
    if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      if (depth === 0) return true;
      depth -= 1;
    } else if (character === ',' && depth === 0) return true;
    return false;
  };

  return {
    push(text) {
      const messages: string[] = [];
      let start = 0;
      for (let index = 0; index < text.length; index += 1) {
        const character = text[index] as string;
        if (character === '\n') line += 1;
        if (state === 'element') {
          if (!isEnd(character)) continue;
          element += text.slice(start, index);
          if (element.length > limit) throw tooLarge(limit);
          if (element.trim() === '') fail(`expected a message before ${JSON.stringify(character)}`);
          messages.push(element);
          element = '';
          if (character === '}') fail('a bracket closes that was not opened');
          state = character === ',' ? 'next' : 'after';
        } else if (!isSpace(character)) {
          if (state === 'before') {
            if (character !== '[') fail('a stream of messages is a JSON array; it must begin with "["');
            state = 'first';
          } else if (state === 'after') {
            fail('the array ended before this');
          } else if (character === ']' && state === 'first') {
            state = 'after';
          } else if (character === ']' || character === ',' || character === '}') {
            fail(`expected a message, found ${JSON.stringify(character)}`);
          } else {
            state = 'element';
            start = index;
            isEnd(character);
          }
        }
      }
      if (state === 'element') {
        element += text.slice(start);
        if (element.length > limit) throw tooLarge(limit);
      }
      return messages;
    },
    end() {
      // An empty body is a stream of no messages.
      if (state !== 'after' && state !== 'before') fail('the array is not closed');
      return [];
    },
  };
}

/** One message a line; empty lines are passed over. `limit` bounds one line, in characters. */
export function createLineSplitter(limit: number): StreamSplitter {
  let pending = '';
  return {
    push(text) {
      const lines = (pending + text).split('\n');
      pending = lines.pop() ?? '';
      if (pending.length > limit || lines.some((line) => line.length > limit)) throw tooLarge(limit);
      return lines.filter((line) => line.trim() !== '');
    },
    end() {
      const last = pending;
      pending = '';
      return last.trim() === '' ? [] : [last];
    },
  };
}

function isSpace(character: string): boolean {
  return character === ' ' || character === '\n' || character === '\r' || character === '\t';
}

function tooLarge(limit: number): GatewayError {
  return new GatewayError('resource_exhausted', `a message of the stream is larger than ${limit} bytes`, {
    type: 'body-too-large',
  });
}
