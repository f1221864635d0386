// Forms whose parts cost much to read for what they hold.
import { expect, test } from '@jest/globals';
import type { ContentType } from '../../translators/http/media-types.ts';
import { splitMultipart } from '../../translators/http/split-multipart.ts';

const TYPE: ContentType = { name: 'multipart/form-data', parameters: new Map([['boundary', 'b']]) };

function form(head: string): Buffer {
  return Buffer.from(`--b\r\n${head}\r\n\r\nx\r\n--b--`);
}

test('blanks around the value of a field are not of it', () => {
  expect(splitMultipart(TYPE, form('Content-Disposition: \t form-data; name="a" \t'))).toEqual([
    { name: 'a', isFile: false, bytes: Buffer.from('x') },
  ]);
});

// A pattern that tries every run of blanks again would be at it for hours.
test.each([
  ['blanks amid a value', `Content-Disposition: form-data; name="a"${' '.repeat(4_000_000)}x`],
  ['blanks behind it', `Content-Disposition: form-data; name="a"${' '.repeat(4_000_000)}`],
  [
    'many fields',
    Array.from({ length: 100_000 }, (_, index) => `x-${index}: ${' '.repeat(20)}y`).join('\r\n'),
  ],
])('the head of a part is no larger than that of a request: %s', (_what, head) => {
  expect(() => splitMultipart(TYPE, form(head))).toThrow('the head of a part is larger than 16384 bytes');
});

test('as many parts as fit are read in one go', () => {
  const part = 'Content-Disposition: form-data; name="a"\r\n\r\nx';
  const body = Buffer.from(`${`--b\r\n${part}\r\n`.repeat(50_000)}--b--`);
  expect(splitMultipart(TYPE, body)).toHaveLength(50_000);
});
