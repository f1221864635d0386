// Where the messages of a request stream begin and end, whatever pieces its bytes come in. Sources: RFC 8259; RFC 3629.
import { describe, expect, test } from '@jest/globals';
import {
  createArraySplitter,
  createLineSplitter,
  type StreamSplitter,
} from '../../translators/json/split-stream.ts';

type Create = (limit: number) => StreamSplitter;
const array: Create = createArraySplitter;
const lines: Create = createLineSplitter;

/** All messages, of bytes that come in pieces of so many. */
function split(create: Create, text: string | Buffer, { limit = 1000, size = 1 } = {}): string[] {
  const splitter = create(limit);
  const bytes = Buffer.from(text);
  const messages: string[] = [];
  for (let start = 0; start < bytes.length; start += size) {
    messages.push(...splitter.push(bytes.subarray(start, start + size)));
  }
  return [...messages, ...splitter.end()];
}

const SIZES = [1, 2, 3, 7, 1000];

describe.each(SIZES)('in pieces of %i bytes', (size) => {
  test.each([
    ['an array', array, '[1,2]', ['1', '2']],
    ['no message', array, ' [ ] ', []],
    ['no byte', array, '', []],
    ['space around', array, '\n[ {"a":1} ,\t2\r\n]\n', ['{"a":1} ', '2\r\n']],
    [
      'what looks like an end inside of texts',
      array,
      '["],}\\"]",{"a":[1,{}]}]',
      ['"],}\\"]"', '{"a":[1,{}]}'],
    ],
    ['characters of several bytes', array, '["é€😀","ü"]', ['"é€😀"', '"ü"']],
    ['lines', lines, '1\n2\n', ['1', '2']],
    ['a last line without its end', lines, '1\n{"a":2}', ['1', '{"a":2}']],
    ['empty lines and lines of space', lines, '\n \t\r\n1\n\r\n\n2\n  ', ['1', '2']],
    ['lines that end in CR LF', lines, '1\r\n2\r\n', ['1\r', '2\r']],
    ['lines with characters of several bytes', lines, '"é€😀"\n"ü"', ['"é€😀"', '"ü"']],
    // It is for the reader of JSON to refuse these.
    ['space that is none to JSON', lines, '\u00a0\n\ufeff1\n', ['\u00a0', '\ufeff1']],
  ])('%s', (_name, create, text, messages) => {
    expect(split(create, text, { size })).toEqual(messages);
  });

  test.each([
    [
      'an element',
      array,
      '[1,"1234567"]',
      '[1,"12345678"]',
      'a message of the stream is larger than 9 bytes',
    ],
    [
      'bytes, not characters',
      array,
      '["äöü1"]',
      '["äöü12"]',
      'a message of the stream is larger than 9 bytes',
    ],
    [
      'an element that never ends',
      array,
      '[123456789]',
      '["1234567890',
      'a message of the stream is larger than 9 bytes',
    ],
    [
      'a line',
      lines,
      '1\n"1234567"\n2',
      '1\n"12345678"\n2',
      'a message of the stream is larger than 9 bytes',
    ],
    ['a last line', lines, '1\n"1234567"', '1\n"12345678"', 'a message of the stream is larger than 9 bytes'],
    [
      'space before the array',
      array,
      `${' '.repeat(9)}[]`,
      `${' '.repeat(10)}[]`,
      'more than 9 bytes of whitespace',
    ],
    [
      'space before an element',
      array,
      `[1,${'\n'.repeat(9)}2]`,
      `[1,${'\n'.repeat(10)}2]`,
      'more than 9 bytes of whitespace',
    ],
    [
      'space behind the array',
      array,
      `[1]${'\t'.repeat(9)}`,
      `[1]${'\t'.repeat(10)}`,
      'more than 9 bytes of whitespace',
    ],
    [
      'empty lines',
      lines,
      `1\n${'\n'.repeat(9)}2`,
      `1\n${'\n'.repeat(10)}2`,
      'more than 9 bytes of whitespace',
    ],
    [
      'lines of space',
      lines,
      `1\n${' \r\n'.repeat(3)}2`,
      `1\n${' \r\n'.repeat(4)}2`,
      'more than 9 bytes of whitespace',
    ],
    ['a line of space', lines, `${' '.repeat(9)}1`, `${' '.repeat(10)}1`, 'more than 9 bytes of whitespace'],
  ])('the limit holds for %s', (_name, create, fitting, over, message) => {
    expect(split(create, fitting, { size, limit: 9 }).length).toBeLessThan(4);
    expect(() => split(create, over, { size, limit: 9 })).toThrow(message);
    expect(() => split(create, over, { size, limit: 9 })).toThrow(
      expect.objectContaining({ code: 'resource_exhausted', type: 'body-too-large' }),
    );
  });

  test.each([
    ['bytes of no character', array, Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d])],
    ['half a character', array, Buffer.from([0x5b, 0x22, 0xc3, 0x22, 0x5d])],
    ['bytes of no character in a line', lines, Buffer.from([0x31, 0x0a, 0xff, 0x0a])],
    ['half a character at the end', lines, Buffer.from([0x22, 0xe2, 0x82])],
  ])('%s are refused', (_name, create, bytes) => {
    expect(() => split(create, bytes, { size })).toThrow('the body is not valid UTF-8');
  });

  test.each([
    ['only space', ' \n', 'line 2: a stream of messages is a JSON array; it must begin with "["'],
    ['an object', ' \n{}', 'line 2: a stream of messages is a JSON array; it must begin with "["'],
    ['a byte order mark', '\ufeff[]', 'line 1: a stream of messages is a JSON array'],
    ['no end', '[1', 'line 1: the array is not closed'],
    ['no end behind a comma', '[1,\n\n', 'line 3: the array is not closed'],
    ['no message before a comma', '[\n,1]', 'line 2: expected a message, found ","'],
    ['no message behind a comma', '[1,]', 'line 1: expected a message, found "]"'],
    ['a bracket too many', '[{}}]', 'line 1: a bracket closes that was not opened'],
    ['more behind the end', '[\n]\n[]', 'line 3: the array ended before this'],
  ])('an array is refused for %s', (_name, text, message) => {
    expect(() => split(array, text, { size })).toThrow(`the stream is malformed at ${message}`);
  });
});

test('a message in a million pieces is held in little more than its size', () => {
  const splitter = createLineSplitter(2_000_000);
  const piece = Buffer.from('x');
  const before = process.memoryUsage();
  for (let count = 0; count < 1_000_000; count += 1) splitter.push(piece);
  const { arrayBuffers } = process.memoryUsage();
  expect(arrayBuffers - before.arrayBuffers).toBeLessThan(8 * 1024 * 1024);
  expect(splitter.end().map((message) => message.length)).toEqual([1_000_000]);
});
