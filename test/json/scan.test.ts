// Source: RFC 8259; transcoding reference, section 6 ("the number trap", strings, duplicate keys).
import { describe, expect, test } from '@jest/globals';
import { GatewayError } from '../../core/error.ts';
import { JsonNumber, scanJson } from '../../translators/json/scan.ts';

function refusal(text: string): string {
  try {
    scanJson(text);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const { code, type, message } = error;
    expect([code, type]).toEqual(['invalid_argument', 'invalid-json']);
    return message;
  }
  throw new Error(`accepted: ${text.slice(0, 100)}`);
}

describe('what JSON.parse accepts is read to the same value', () => {
  test.each([
    ['null'],
    ['true'],
    [' \t\r\n false \n'],
    ['""'],
    ['"a\\"b\\\\c\\/d\\b\\f\\n\\r\\t"'],
    ['"\\u0041\\u00e9\\ud83d\\ude00"'],
    ['"é 😀 \u2028"'],
    ['[]'],
    ['{}'],
    ['[1,-0,0.5,1e5,1E+5,1.25e-7,-12]'],
    ['{"a":[{"b":{}},[]],"":""}'],
    ['{"a" : 1 , "b" : [ 1 , 2 ] }'],
  ])('%s', (text) => {
    expect(asPlain(scanJson(text))).toEqual(JSON.parse(text));
  });
});

function asPlain(node: ReturnType<typeof scanJson>): unknown {
  if (node instanceof JsonNumber) return Number(node.text);
  if (Array.isArray(node)) return node.map(asPlain);
  if (node instanceof Map) return Object.fromEntries([...node].map(([key, item]) => [key, asPlain(item)]));
  return node;
}

test('the text of a number is kept as it was written', () => {
  const written = ['9007199254740993', '9007199254740993.0', '1e3', '-0', '0.10', '1E+2'];
  const nodes = scanJson(`[${written.join(',')}]`) as JsonNumber[];
  expect(nodes.map((node) => node.text)).toEqual(written);
});

test('keys keep their order and cannot touch a prototype', () => {
  const node = scanJson('{"b":1,"__proto__":{"polluted":true},"constructor":2,"2":3,"1":4}');
  expect([...(node as Map<string, unknown>).keys()]).toEqual(['b', '__proto__', 'constructor', '2', '1']);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

describe('what is no JSON document is refused, as JSON.parse refuses it', () => {
  test.each([
    [''],
    [' '],
    ['{'],
    ['}'],
    ['['],
    ['[1,]'],
    ['[,1]'],
    ['[1 2]'],
    ['{"a":1,}'],
    ['{"a"}'],
    ['{"a":}'],
    ['{a:1}'],
    ["{'a':1}"],
    ['{"a":1}}'],
    ['1 2'],
    ['tru'],
    ['True'],
    ['nul'],
    ['undefined'],
    ['NaN'],
    ['Infinity'],
    ['-Infinity'],
    ['-'],
    ['+1'],
    ['01'],
    ['-01'],
    ['.5'],
    ['5.'],
    ['1e'],
    ['1e+'],
    ['0x10'],
    ['1_000'],
    ['"'],
    ['"\\'],
    ['"\\x"'],
    ['"\\u12"'],
    ['"\\u12g4"'],
    ['"a\nb"'],
    ['"a\tb"'],
    ['"\u0000"'],
    ['// comment\n1'],
    ['/* c */ 1'],
    ['\ufeff{}'],
    ['\u00a0{}'],
    ['{}\u0000'],
  ])('%j', (text) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(refusal(text)).toMatch(/^the JSON is malformed at line \d+, column \d+: /);
  });
});

describe('what JSON.parse accepts and we do not', () => {
  test.each([
    ['a key twice', '{"a":1,"a":2}', 'line 1, column 8: the key "a" is there twice'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":2}', 'line 1, column 8: the key "a" is there twice'],
    ['a key twice, deep inside', '[{"x":{"a":1,"a":1}}]', 'the key "a" is there twice'],
    ['a lone high surrogate', '"\\ud800"', 'half of a surrogate pair'],
    ['a lone low surrogate', '"\\udc00"', 'half of a surrogate pair'],
    ['surrogates in the wrong order', '"\\udc00\\ud800"', 'half of a surrogate pair'],
    ['a high surrogate before a letter', '"\\ud800a"', 'half of a surrogate pair'],
    ['a lone surrogate in a key', '{"\\ud800":1}', 'half of a surrogate pair'],
    ['211 arrays within each other', `${'['.repeat(211)}${']'.repeat(211)}`, 'deeper than 210 levels'],
    ['a million open arrays', '['.repeat(1_000_000), 'deeper than 210 levels'],
  ])('%s', (_name, text, message) => {
    expect(refusal(text)).toContain(message);
  });
});

describe('the place of a fault is told', () => {
  test.each([
    ['{"a":tru}', 'line 1, column 6: expected a value, found "t"'],
    ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3: expected "," or "}", found "\\""'],
    ['{\r\n"a": 1,\r\n}', 'line 3, column 1: expected a quoted key, found "}"'],
    ['[1,\n2,\n3', 'line 3, column 2: expected "," or "]", found the end of the text'],
    ['{"a":1} x', 'line 1, column 9: the document ended before "x"'],
    ['"abc', 'line 1, column 1: the string is not closed'],
    ['{"k" 1}', 'line 1, column 6: expected ":" after the key "k", found "1"'],
    ['"\\q"', 'line 1, column 2: an escape no JSON string has'],
  ])('%j', (text, message) => {
    expect(refusal(text)).toBe(`the JSON is malformed at ${message}`);
  });

  test('a long key is not repeated whole', () => {
    const key = 'k'.repeat(10_000);
    expect(refusal(`{"${key}":1,"${key}":2}`).length).toBeLessThan(200);
  });
});

describe('four mebibytes of anything are read in bounded time', () => {
  const size = 4 * 1024 * 1024;
  test.each<[string, string]>([
    ['letters', `"${'a'.repeat(size)}"`],
    ['escapes', `"${'\\n'.repeat(size / 2)}"`],
    ['short numbers', `[${'1,'.repeat(size / 2)}1]`],
    ['digits', '1'.repeat(size)],
    ['zeros of a fraction', `0.${'0'.repeat(size)}1`],
    ['digits of an exponent', `1e${'0'.repeat(size)}1`],
    ['blanks before a value', `${' '.repeat(size)}1`],
  ])('%s', (_name, text) => {
    const start = process.cpuUsage();
    expect(scanJson(text)).toBeDefined();
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(10);
  });

  test('blanks alone are no value', () => {
    expect(refusal(' '.repeat(size))).toContain('expected a value, found the end of the text');
  });
});
