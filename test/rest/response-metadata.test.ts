// Which metadata of an upstream clients see, before and after the content. Sources: transcoding reference, section 10;
// RFC 9110 §6.5.1, §7.6.1 and §10.1.4.
import { describe, expect, test } from '@jest/globals';
import type { Metadata } from '../../core/metadata.ts';
import { readDefinition } from '../../gateway/admin/service-message.ts';
import {
  acceptsTrailers,
  responseHeaders,
  responseTrailers,
} from '../../translators/rest/response-headers.ts';
import { responseFault } from '../../translators/rest/response-rules.ts';

const by = (responseHeaders: readonly string[], grpcMetadataPrefix = false) => ({
  responseHeaders,
  grpcMetadataPrefix,
});

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
    expect(responseHeaders(one(name), by([]))).toEqual([[name, 'v']]);
  });

  test.each([
    ['x-custom'],
    ['server'],
    ['set-cookie'],
    ['grpc-status'],
    ['content-type'],
    ['x-internal-host'],
  ])('%s does not', (name) => {
    expect(responseHeaders(one(name), by([]))).toEqual([]);
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
    expect(responseHeaders(one(name), by(listed))).toEqual([[name, 'v']]);
  });

  test.each([
    ['x-custom', ['x-customer', 'custom', 'y-*']],
    // A prefix lets no sessions through.
    ['set-cookie', ['*']],
  ])('keeps %s back by %j', (name, listed) => {
    expect(responseHeaders(one(name), by(listed))).toEqual([]);
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
    expect(responseHeaders(one(name), by([name, '*']))).toEqual([]);
  });
});

describe('another name', () => {
  test.each([
    [['x-a=x-b'], [['x-b', 'v']]],
    // Under both names if both are wanted.
    [
      ['x-a', 'x-a=x-b'],
      [
        ['x-a', 'v'],
        ['x-b', 'v'],
      ],
    ],
    [
      ['x-*', 'x-a=x-b', 'x-a=x-c'],
      [
        ['x-a', 'v'],
        ['x-b', 'v'],
        ['x-c', 'v'],
      ],
    ],
    [['x-b=x-c'], []],
    // What would not be safe has no effect, however it came here.
    [['x-a=content-length'], []],
    [['x-a=cache-control'], []],
  ])('%j', (rules, headers) => {
    expect(responseHeaders(one('x-a'), by(rules))).toEqual(headers);
  });

  test.each([['x-a=x-b'], ['x_a=x-b'], ['x-cost-bin=x-cost'], ['x-a'], ['x-*'], ['x-a=location']])(
    '%s is fine',
    (rule) => {
      expect(responseFault(rule)).toBeUndefined();
    },
  );

  test.each([
    ['x-a=', 'needs a plain header name on each side'],
    ['=x-a', 'needs a plain header name on each side'],
    ['x-*=y-*', 'needs a plain header name on each side'],
    ['x-a=x b', 'needs a plain header name on each side'],
    ['x-a=x-b\r\nset-cookie', 'needs a plain header name on each side'],
    ['x-a=b=c', 'needs a plain header name on each side'],
    ['x-a=transfer-encoding', 'transfer-encoding is never taken from services'],
    ['x-a=content-type', 'content-type is never taken from services'],
    ['x-a=www-authenticate', 'www-authenticate is never taken from services'],
    ['x-a=x-request-id', 'x-request-id is never taken from services'],
    ['grpc-status=x-a', 'grpc-status is never taken from services'],
    ['x-a=etag', 'etag is passed on by a rule of its own'],
  ])('%s is refused', (rule, words) => {
    expect(responseFault(rule)).toContain(words);
  });

  test('is refused by the admin API with its place', () => {
    const service = {
      name: 'a',
      files: [{ path: 'a.proto', content: '' }],
      upstream: 'grpc://h:1',
      rest: { responseHeaders: ['X-A=X-B', 'x-a=Date'] },
    };
    expect(() => readDefinition(service)).toThrow(
      'rest.responseHeaders[1]: this renaming cannot have effect: date is never taken from services',
    );
    const sound = readDefinition({ ...service, rest: { responseHeaders: ['X-A=X-B'] } });
    expect(sound.rest).toEqual({ responseHeaders: ['x-a=x-b'] });
  });
});

describe('grpcMetadataPrefix', () => {
  const metadata: Metadata = [
    ['x-a', '1'],
    ['x-b', '2'],
    ['etag', '"e"'],
    ['x-secret', 's'],
    ['x-a', '3'],
  ];
  test('names what the service lists as grpc-gateway does; what HTTP knows keeps its name', () => {
    expect(responseHeaders(metadata, by(['x-a', 'x-b=cost'], true))).toEqual([
      ['grpc-metadata-x-a', ['1', '3']],
      ['cost', '2'],
      ['etag', '"e"'],
    ]);
  });
  test('names trailers apart from it', () => {
    expect(responseTrailers(metadata, by(['x-a', 'x-b=cost'], true))).toEqual([
      ['grpc-trailer-x-a', ['1', '3']],
      ['cost', '2'],
      ['grpc-trailer-etag', '"e"'],
    ]);
  });
  test.each([['grpc-status'], ['grpc-message'], ['content-type'], ['connection']])(
    'shows no %s, whatever is listed',
    (name) => {
      expect(responseHeaders(one(name), by([name, '*'], true))).toEqual([]);
    },
  );
});

describe('values', () => {
  test.each([
    ['a line break', 'a\r\nset-cookie: b=c'],
    ['a NUL', 'a\0b'],
    ['what is not ASCII', 'h\u00e9'],
    ['DEL', 'a\u007f'],
  ])('with %s are dropped, and no others', (_name, value) => {
    expect(responseHeaders([...one('x-a', value), ...one('x-a', 'good')], by(['x-a']))).toEqual([
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
    expect(responseHeaders(metadata, by(['x-a']))).toEqual([
      ['link', ['<a>', '<b>']],
      ['x-a', ['1', '2', '1']],
    ]);
  });

  test.each([['etag'], ['last-modified'], ['retry-after']])('of %s: the first', (name) => {
    expect(responseHeaders([...one(name, 'a'), ...one(name, 'b')], by([]))).toEqual([[name, 'a']]);
  });

  test('that are bytes are base64', () => {
    expect(responseHeaders(one('x-a-bin', Uint8Array.of(251, 255)), by(['x-a-bin']))).toEqual([
      ['x-a-bin', '+/8='],
    ]);
  });

  test('of a name that HTTP cannot write are dropped', () => {
    expect(responseHeaders(one('x a'), by(['*']))).toEqual([]);
  });
});

describe('trailers', () => {
  test.each([['cache-control'], ['retry-after'], ['vary'], ['set-cookie'], ['location']])(
    'have no %s, which is needed before the content',
    (name) => {
      expect(responseTrailers(one(name), by([name]))).toEqual([]);
    },
  );

  test('pass by the same list', () => {
    expect(responseTrailers([...one('etag'), ...one('x-a'), ...one('x-b')], by(['x-a']))).toEqual([
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
