// JSON that readers could read differently. An independent reader judges: with what is let through, the first and the
// last of two keys are the same.
import { describe, expect, test } from '@jest/globals';
import { readUnambiguous } from '../../translators/json/unambiguous.ts';

describe('what may be read in two ways is named by its place', () => {
  test.each([
    ['{"a":1,"a":1}', '/a', 'is there twice'],
    ['{"":1,"":2}', '/', 'is there twice'],
    ['{"a":{"b":[{},{"c":1,"d":2,"c":3}]}}', '/a/b/1/c', 'is there twice'],
    ['{"a":{"x":1},"b":{"x":1},"a":2}', '/a', 'is there twice'],
    ['{"\\u0061":1,"a":2}', '/a', 'is there twice'],
    ['{"\\"":1,"\\u0022":2}', '/"', 'is there twice'],
    ['{"a\\\\":1,"a\\\\":2}', '/a\\', 'is there twice'],
    ['[[],[{"~/":1, "~\\/" : 2}]]', '/1/0/~0~1', 'is there twice'],
    ['{"__proto__":{},"__proto__":{}}', '/__proto__', 'is there twice'],
    ['{"constructor":1,"constructor":1}', '/constructor', 'is there twice'],
    ['{"é":1,"\\u00e9":2}', '/é', 'is there twice'],
    ['["\\ud800"]', '/0', 'has half of a surrogate pair'],
    ['{"\\udc00":1}', '/\udc00', 'has half of a surrogate pair'],
    ['{"n":[0,1e999]}', '/n/1', 'is beyond what a number can hold'],
    ['-1E0400', '', 'is beyond what a number can hold'],
    ['{"a" : 1e+999\n\t}', '/a', 'is beyond what a number can hold'],
    ['{"a":-1.5e999,"b":1}', '/a', 'is beyond what a number can hold'],
    [`[1${'0'.repeat(5_000)}]`, '/0', 'is beyond what a number can hold'],
    [`{"a":${'9'.repeat(250)}e99}`, '/a', 'is beyond what a number can hold'],
    ['{"a":1', '', 'is not valid JSON'],
    ['', '', 'is not valid JSON'],
  ])('%.60s', (text, pointer, message) => {
    expect(readUnambiguous(text)).toEqual({ flaw: { pointer, message } });
  });

  test('and a place that is far down in few words', () => {
    const text = `${'{"a":'.repeat(2_000)}{"b":1,"b":2}${'}'.repeat(2_000)}`;
    const reading = readUnambiguous(text);
    expect(reading).toEqual({
      flaw: { pointer: expect.stringMatching(/^(?:\/a){250}…$/), message: 'is there twice' },
    });
  });
});

describe('all else is read as it is', () => {
  test.each([
    '{}',
    '[]',
    '"a"',
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}',
    '{"a:":"b\\":","b":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":"\\ud83d\\ude00","e":"1e999"}',
    '[1e100,1e-999,1.7976931348623157e308]',
    ` { "a" : [ ${'1'.repeat(300)} , null , true ] , "e" : "\\\\" } `,
  ])('%.60s', (text) => {
    expect(readUnambiguous(text)).toEqual({ value: JSON.parse(text) });
  });
});
