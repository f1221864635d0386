import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeMultiSegment, type MultiSegmentDecode } from '../../schema/routes/path-variable.ts';
import { MAX_PATH_LENGTH, readRawPath, splitTarget } from '../../schema/routes/raw-path.ts';
import { capture } from './fixtures.ts';

describe('a path that is refused', () => {
  test.each([
    ['empty', '', 'the path does not start with "/"'],
    ['relative', 'v1/books', 'the path does not start with "/"'],
    ['absolute form, settled at the edge', 'http://host/v1', 'the path does not start with "/"'],
    ['asterisk form, settled at the edge', '*', 'the path does not start with "/"'],
    [
      '% at the end',
      '/v1/a%',
      'the path holds a "%" without two hex digits at column 6; a percent sign is %25',
    ],
    [
      '% and one digit',
      '/v1/a%4',
      'the path holds a "%" without two hex digits at column 6; a percent sign is %25',
    ],
    [
      '% and no hex',
      '/v1/%zz',
      'the path holds a "%" without two hex digits at column 5; a percent sign is %25',
    ],
    [
      'IIS unicode escape',
      '/v1/%u0041',
      'the path holds a "%" without two hex digits at column 5; a percent sign is %25',
    ],
    [
      '% and one digit before a slash',
      '/a%4/1',
      'the path holds a "%" without two hex digits at column 3; a percent sign is %25',
    ],
    ['%00', '/v1/a%00b', 'the path holds %00'],
    ['overlong slash', '/v1/%C0%AF', 'the path segment at column 5 is not UTF-8 once decoded'],
    [
      'overlong slash, three bytes',
      '/v1/%E0%80%AF',
      'the path segment at column 5 is not UTF-8 once decoded',
    ],
    ['overlong dot', '/v1/%c0%ae%c0%ae/x', 'the path segment at column 5 is not UTF-8 once decoded'],
    ['a surrogate in UTF-8', '/v1/%ED%A0%80', 'the path segment at column 5 is not UTF-8 once decoded'],
    ['above U+10FFFF', '/v1/%F4%90%80%80', 'the path segment at column 5 is not UTF-8 once decoded'],
    [
      'a character cut in two by a slash',
      '/v1/%C3/%A9',
      'the path segment at column 5 is not UTF-8 once decoded',
    ],
    ['a backslash', '/v1\\books', 'the path holds a backslash at column 4; percent-encode it'],
    ['a raw NUL', '/v1/\u0000', 'the path holds a control character at column 5; percent-encode it'],
    ['a space', '/v1/a b', 'the path holds a space at column 6; percent-encode it'],
    ['a fragment', '/v1/a#b', 'the path holds a "#" at column 6; percent-encode it'],
    ['raw UTF-8', '/v1/é', 'the path holds a character outside ASCII at column 5; percent-encode it'],
    [
      'raw, and equal to "/" in its low byte',
      '/v1/\u012fbooks',
      'the path holds a character outside ASCII at column 5; percent-encode it',
    ],
    ['. in the middle', '/v1/./books', DOT()],
    ['.. in the middle', '/v1/../admin', DOT()],
    ['.. at the end', '/v1/..', DOT()],
    ['.. before a query', '/v1/..?x=1', DOT()],
    ['. alone', '/.', DOT()],
    ['%2e', '/v1/%2e/books', DOT()],
    ['%2E%2E', '/v1/%2E%2E/admin', DOT()],
    ['.%2e', '/v1/.%2e/admin', DOT()],
    ['%2e.', '/v1/%2e.', DOT()],
    ['plain .. beside an encoded segment', '/%41/../admin', DOT()],
    ['too long', `/${'a'.repeat(MAX_PATH_LENGTH)}`, 'the path is longer than 16384 characters'],
  ])('%s', (_why, path, message) => {
    expect(readRawPath(path)).toEqual({ ok: false, message });
  });
});

function DOT(): string {
  return 'the path holds a "." or ".." segment; send the path it stands for';
}

describe('a path that is read', () => {
  test.each([
    ['segments', '/v1/books', ['v1', 'books']],
    ['the root', '/', ['']],
    ['a trailing slash', '/v1/', ['v1', '']],
    ['empty segments', '//v1//a', ['', 'v1', '', 'a']],
    ['dots that are no dot segment', '/.well-known/...//a.b/..;', ['.well-known', '...', '', 'a.b', '..;']],
    ['%2F as data', '/a%2Fb/c', ['a/b', 'c']],
    ['..%2f as data, not as a step up', '/a/..%2fb', ['a', '../b']],
    ['%5C as data', '/a%5Cb', ['a\\b']],
    ['%252e as data', '/%252e%252e/a', ['%2e%2e', 'a']],
    ['%2500 as data', '/a%2500', ['a%00']],
    ['UTF-8', '/caf%C3%A9/%F0%9F%93%9A', ['café', '📚']],
    ['a byte order mark', '/%EF%BB%BFa', ['\ufeffa']],
    ['+ literally', '/a+b%2Bc', ['a+b+c']],
    ['without its query', '/a/b?c=/d/..%zz#e', ['a', 'b']],
    ['up to the longest', `/${'a'.repeat(MAX_PATH_LENGTH - 1)}`, ['a'.repeat(MAX_PATH_LENGTH - 1)]],
  ])('%s', (_what, path, segments) => {
    expect(segmentsOf(path)).toEqual(segments);
  });

  test('has no decoded copy when nothing is encoded', () => {
    const read = readRawPath('/v1/books/1');
    expect(read).toMatchObject({ ok: true, path: { decoded: undefined } });
  });
});

/** What the rest of the gateway reads as segments, whichever way the path was read. */
function segmentsOf(path: string): readonly string[] {
  const read = readRawPath(path);
  if (!read.ok) throw new Error(read.message);
  const { text, slashes, decoded } = read.path;
  return decoded ?? slashes.slice(0, -1).map((slash, index) => text.slice(slash + 1, slashes[index + 1]));
}

test('a target is split at its first question mark', () => {
  expect(splitTarget('/a')).toEqual({ path: '/a', query: undefined });
  expect(splitTarget('/a?')).toEqual({ path: '/a', query: '' });
  expect(splitTarget('/a?b=c?d')).toEqual({ path: '/a', query: 'b=c?d' });
});

// transcoding reference, section 15: grpc-gateway #566, #660, #3263, #308; httpjson-transcoding #44.
describe('every byte, encoded', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);

  test.each(bytes)('%i in a variable of one segment', (byte) => {
    const path = `/v1/a%${hex(byte)}b`;
    const expected = byte === 0 || byte > 0x7f ? '400' : [`a${String.fromCharCode(byte)}b`];
    expect(capture('/v1/{v}', path)).toEqual(expected);
    expect(capture('/v1/{v}', path.toLowerCase())).toEqual(expected);
  });

  test.each(bytes)('%i in a variable of several segments', (byte) => {
    const path = `/v1/x/a%${hex(byte)}b`;
    const character = byte === 0x2f ? '%2F' : String.fromCharCode(byte);
    const expected = byte === 0 || byte > 0x7f ? '400' : [`x/a${character}b`];
    expect(capture('/v1/{v=**}', path)).toEqual(expected);
    expect(capture('/v1/{v=x/*}', path)).toEqual(expected);
  });
});

describe('every byte, plain', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const REFUSED = new Set([...bytes.filter((byte) => byte <= 0x20 || byte >= 0x7f), 0x23, 0x25, 0x5c]);

  test.each(bytes)('%i in a variable of one segment', (byte) => {
    const character = String.fromCharCode(byte);
    const special: Record<string, readonly string[] | string> = { '/': '404', '?': ['a'] };
    const expected = REFUSED.has(byte) ? '400' : (special[character] ?? [`a${character}b`]);
    expect(capture('/v1/{v}', `/v1/a${character}b`)).toEqual(expected);
  });

  test.each(bytes)('%i in a variable of several segments', (byte) => {
    const character = String.fromCharCode(byte);
    const expected = REFUSED.has(byte) ? '400' : character === '?' ? ['x/a'] : [`x/a${character}b`];
    expect(capture('/v1/{v=**}', `/v1/x/a${character}b`)).toEqual(expected);
  });
});

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

// transcoding reference, section 3.3
describe('a capture of several segments', () => {
  test.each<[what: string, raw: string, spec: string | null, keepReserved: string | null, all: string]>([
    ['plain', 'a/b', 'a/b', 'a/b', 'a/b'],
    ['an encoded slash', 'a%2Fb/c', 'a%2Fb/c', 'a%2Fb/c', 'a/b/c'],
    ['an encoded slash in small letters', 'a%2fb', 'a%2fb', 'a%2fb', 'a/b'],
    ['other reserved characters', 'a%3Ab%40%2B', 'a:b@+', 'a%3Ab%40%2B', 'a:b@+'],
    ['unreserved characters', '%61%2Db%7E', 'a-b~', 'a-b~', 'a-b~'],
    ['an encoded space and UTF-8', 'a%20%C3%A9', 'a é', 'a é', 'a é'],
    ['an encoded percent sign', '100%25', '100%', '100%', '100%'],
    ['an encoded percent sign before an encoded slash', '%25%2F', '%%2F', '%%2F', '%/'],
    ['an encoded percent sign before other digits', '%2541', '%41', '%41', '%41'],
    ['a doubly encoded slash', 'a%252Fb', null, null, 'a%2Fb'],
    ['a doubly encoded slash in small letters', 'a%252fb', null, null, 'a%2fb'],
    ['a doubly encoded slash, its digits encoded', '%25%32%46', null, null, '%2F'],
    ['a doubly encoded colon', 'a%253Ab', 'a%3Ab', null, 'a%3Ab'],
  ])('%s', (_what, raw, spec, keepReserved, all) => {
    expect(decoded(raw, 'spec')).toBe(spec);
    expect(decoded(raw, 'keepReserved')).toBe(keepReserved);
    expect(decoded(raw, 'all')).toBe(all);
  });

  test('says what is wrong with a doubly encoded slash', () => {
    expect(decodeMultiSegment('a%252Fb', 'spec')).toEqual({
      ok: false,
      message:
        'the path holds a doubly encoded character, such as %252F, where a value spans several segments',
    });
  });

  test('keeps exactly the reserved characters of RFC 3986 under keepReserved', () => {
    const kept = Array.from({ length: 128 }, (_, byte) => byte)
      .filter((byte) => decoded(`%${hex(byte)}`, 'keepReserved') === `%${hex(byte)}`)
      .map((byte) => String.fromCharCode(byte));
    expect(kept.sort()).toEqual([...":/?#[]@!$&'()*+,;="].sort());
  });
});

function decoded(raw: string, mode: MultiSegmentDecode): string | null {
  const result = decodeMultiSegment(raw, mode);
  return result.ok ? result.value : null;
}

test('reading any target gives a path or a reason, never a throw', () => {
  const piece = fc.constantFrom(
    '/',
    '.',
    '%',
    '%2F',
    '%2e',
    '%00',
    '%C3',
    '%A9',
    '%25',
    'a',
    ':',
    '?',
    '#',
    '\\',
    'é',
    ' ',
  );
  const target = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 30 }).map((pieces) => `/${pieces.join('')}`),
  );
  fc.assert(
    fc.property(target, (input) => {
      const read = readRawPath(input);
      const { path } = splitTarget(input);
      expect(read.ok ? read.path.text : path).toBe(path);
    }),
    { seed: 20_251_120, numRuns: 3000 },
  );
});
