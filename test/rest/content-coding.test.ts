// Which coding an answer gets. Source: RFC 9110 §12.5.3, §12.4.2 and §8.4.1.
import { describe, expect, test } from '@jest/globals';
import { assertCoding, chooseCoding, isCompressible } from '../../translators/rest/content-coding.ts';

describe('Accept-Encoding', () => {
  test.each([
    [undefined, undefined],
    ['', undefined],
    ['identity', undefined],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['br', 'br'],
    ['zstd', 'zstd'],
    ['deflate', undefined],
    ['compress, lzma', undefined],
    // What a browser sends.
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate', 'gzip'],
    ['*', 'zstd'],
    ['*;q=0', undefined],
    ['gzip;q=1.0, br;q=0.9', 'gzip'],
    ['gzip;q=0.5, br;q=0.5', 'br'],
    ['gzip;q=0', undefined],
    ['gzip;q=0.000', undefined],
    ['gzip;q=0.001', 'gzip'],
    ['gzip ; q=0.5 , br;q=0', 'gzip'],
    ['gzip;q=0.5, *;q=0', 'gzip'],
    ['zstd;q=0, *', 'br'],
    ['identity, gzip;q=0.5', undefined],
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['identity;q=0.5, gzip', 'gzip'],
    ['identity;q=0, gzip;q=0.1', 'gzip'],
    // A weight that is none makes the item none.
    ['gzip;q=2', undefined],
    ['gzip;q=-1', undefined],
    ['gzip;q=0.1234', undefined],
    ['gzip;q=x, br', 'br'],
    ['gzip;level=1', undefined],
    [',,gzip,,', 'gzip'],
    ['__proto__, constructor', undefined],
    [`${'x,'.repeat(10_000)}gzip`, undefined],
  ])('%.60s → %s', (header, coding) => {
    // Twice: what is remembered is what was read.
    expect([chooseCoding(header).coding, chooseCoding(header).coding]).toEqual([coding, coding]);
  });

  test.each([['identity;q=0'], ['*;q=0'], ['deflate, identity;q=0'], ['gzip;q=0, br;q=0, zstd;q=0, *;q=0']])(
    '%s leaves nothing to send',
    (header) => {
      expect(() => assertCoding(header)).toThrow('refuses every coding');
    },
  );

  test.each([[undefined], [''], ['gzip;q=0'], ['identity;q=0, gzip'], ['*;q=0, identity'], ['*;q=0, gzip']])(
    '%s leaves something',
    (header) => {
      expect(() => assertCoding(header)).not.toThrow();
    },
  );
});

describe('a media type', () => {
  test.each([
    ['application/json', true],
    ['application/json; charset=utf-8', true],
    ['application/problem+json', true],
    ['application/x-ndjson', true],
    ['text/event-stream', true],
    ['text/html; charset=utf-8', true],
    ['image/svg+xml', true],
    ['image/png', false],
    ['image/jpeg', false],
    ['video/mp4', false],
    ['application/zip', false],
    ['application/gzip', false],
    ['application/pdf', false],
    ['application/octet-stream', false],
    ['application/jsonx', false],
    ['font/woff2', false],
    ['', false],
  ])('%s is worth compressing: %s', (type, worth) => {
    expect(isCompressible(type)).toBe(worth);
  });
});
