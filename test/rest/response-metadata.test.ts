// Which metadata of an upstream clients see, before and after the content. Sources: transcoding reference, section 10;
// RFC 9110 §6.5.1, §7.6.1 and §10.1.4.
import { describe, expect, test } from '@jest/globals';
import type { Metadata } from '../../core/metadata.ts';
import {
  acceptsTrailers,
  responseHeaders,
  responseTrailers,
} from '../../translators/rest/response-headers.ts';

const one = (name: string, value: string | Uint8Array = 'v'): Metadata => [[name, value]];

describe('without a list', () => {
  test.each([
    ['cache-control'],
    ['etag'],
    ['last-modified'],
    ['content-language'],
    ['retry-after'],
    ['deprecation'],
    ['sunset'],
    ['link'],
  ])('%s passes', (name) => {
    expect(responseHeaders(one(name), [])).toEqual([[name, 'v']]);
  });

  test.each([
    ['x-custom'],
    ['server'],
    ['set-cookie'],
    ['grpc-status'],
    ['content-type'],
    ['x-internal-host'],
  ])('%s does not', (name) => {
    expect(responseHeaders(one(name), [])).toEqual([]);
  });
});

describe('a list', () => {
  test.each([
    ['x-custom', ['x-custom']],
    ['x-custom', ['x-*']],
    ['x-custom', ['*']],
    ['vary', ['vary']],
    ['location', ['location']],
    ['set-cookie', ['set-cookie']],
  ])('lets %s pass by %j', (name, listed) => {
    expect(responseHeaders(one(name), listed)).toEqual([[name, 'v']]);
  });

  test.each([
    ['x-custom', ['x-customer', 'custom', 'y-*']],
    // A prefix lets no sessions through.
    ['set-cookie', ['*']],
  ])('keeps %s back by %j', (name, listed) => {
    expect(responseHeaders(one(name), listed)).toEqual([]);
  });

  test.each([
    ['connection'],
    ['keep-alive'],
    ['proxy-authenticate'],
    ['proxy-connection'],
    ['te'],
    ['trailer'],
    ['transfer-encoding'],
    ['upgrade'],
    ['content-length'],
    ['content-type'],
    ['content-encoding'],
    ['content-range'],
    ['date'],
    ['x-request-id'],
    ['x-content-type-options'],
    ['www-authenticate'],
    ['grpc-status'],
    ['grpc-message'],
    ['grpc-status-details-bin'],
    ['grpc-encoding'],
    ['grpc-anything'],
  ])('never lets %s pass', (name) => {
    expect(responseHeaders(one(name), [name, '*'])).toEqual([]);
  });
});

describe('values', () => {
  test.each([
    ['a line break', 'a\r\nset-cookie: b=c'],
    ['a NUL', 'a\0b'],
    ['what is not ASCII', 'h\u00e9'],
    ['DEL', 'a\u007f'],
  ])('with %s are dropped, and no others', (_name, value) => {
    expect(responseHeaders([...one('x-a', value), ...one('x-a', 'good')], ['x-a'])).toEqual([
      ['x-a', 'good'],
    ]);
  });

  test('of one name keep their order, each in its line', () => {
    const metadata: Metadata = [
      ['link', '<a>'],
      ['x-a', '1'],
      ['link', '<b>'],
      ['x-a', '2'],
      ['x-a', '1'],
    ];
    expect(responseHeaders(metadata, ['x-a'])).toEqual([
      ['link', ['<a>', '<b>']],
      ['x-a', ['1', '2', '1']],
    ]);
  });

  test.each([['etag'], ['last-modified'], ['retry-after']])('of %s: the first', (name) => {
    expect(responseHeaders([...one(name, 'a'), ...one(name, 'b')], [])).toEqual([[name, 'a']]);
  });

  test('that are bytes are base64', () => {
    expect(responseHeaders(one('x-a-bin', Uint8Array.of(251, 255)), ['x-a-bin'])).toEqual([
      ['x-a-bin', '+/8='],
    ]);
  });

  test('of a name that HTTP cannot write are dropped', () => {
    expect(responseHeaders(one('x a'), ['*'])).toEqual([]);
  });
});

describe('trailers', () => {
  test.each([['cache-control'], ['retry-after'], ['vary'], ['set-cookie'], ['location']])(
    'have no %s, which is needed before the content',
    (name) => {
      expect(responseTrailers(one(name), [name])).toEqual([]);
    },
  );

  test('pass by the same list', () => {
    expect(responseTrailers([...one('etag'), ...one('x-a'), ...one('x-b')], ['x-a'])).toEqual([
      ['etag', 'v'],
      ['x-a', 'v'],
    ]);
  });

  test.each([
    ['trailers', true],
    ['Trailers', true],
    ['deflate, trailers', true],
    ['trailers , gzip', true],
    ['deflate', false],
    ['nottrailers', false],
    ['trailersnot', false],
    ['', false],
    [undefined, false],
  ])('TE: %s → %s', (te, accepts) => {
    expect(acceptsTrailers(te)).toBe(accepts);
  });
});
