// The reader of upstream answers: the same whatever pieces they come in, and never anything but its own fault.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ResponseFault } from '../../backends/http/response-head.ts';
import { ResponseParser } from '../../backends/http/response-parser.ts';

interface Reading {
  readonly statuses: number[];
  readonly headers: string[][];
  content: string;
  trailers: string[] | undefined;
  fault: string | undefined;
  isReusable: boolean;
}

/** `cuts`: where one piece ends and the next begins. */
function readAll(text: string, cuts: readonly number[], method = 'GET'): Reading {
  const reading: Reading = {
    statuses: [],
    headers: [],
    content: '',
    trailers: undefined,
    fault: undefined,
    isReusable: false,
  };
  const parser = new ResponseParser(method, {
    information: ({ status }) => reading.statuses.push(status),
    head: ({ status, headers }) => {
      reading.statuses.push(status);
      reading.headers.push([...headers]);
    },
    data: (bytes) => {
      reading.content += bytes.toString('latin1');
    },
    end: (trailers) => {
      reading.trailers = [...trailers];
    },
  });
  const bytes = Buffer.from(text, 'latin1');
  const edges = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  try {
    for (let index = 1; index < edges.length; index++) {
      const piece = bytes.subarray(edges[index - 1], edges[index]);
      if (piece.length > 0) parser.push(piece);
    }
    parser.finish();
    reading.isReusable = parser.isReusable;
  } catch (error) {
    if (!(error instanceof ResponseFault)) throw error;
    reading.fault = error.message;
  }
  return reading;
}

const OK = 'HTTP/1.1 200 OK\r\n';
const ANSWERS: readonly string[] = [
  `${OK}Content-Length: 5\r\n\r\nhello`,
  `${OK}Content-Length: 0\r\n\r\n`,
  `${OK}Content-Length: 5, 5\r\nContent-Length: 5\r\n\r\nhello`,
  `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n`,
  `${OK}Transfer-Encoding: Chunked\r\n\r\n0\r\nX-Sum: 1\r\nX-Two: 2\r\n\r\n`,
  `${OK}Transfer-Encoding: chunked\r\n\r\n00A \r\n0123456789\r\n000\r\n\r\n`,
  `${OK}\r\nuntil the end`,
  'HTTP/1.0 200\r\n\r\nold',
  'HTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 \r\nX-Empty:\r\nX-Tab:\ta\tb\t\r\nX-High: \xe9\r\nContent-Length: 1\r\n\r\nx',
  `${OK}Connection: close\r\nContent-Length: 1\r\n\r\nx`,
  'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx',
];

describe('an answer is read as it is meant', () => {
  test.each([
    [0, [200], 'hello', true],
    [1, [200], '', true],
    [2, [200], 'hello', true],
    [3, [200], 'hello world', true],
    [4, [200], '', true],
    [5, [200], '0123456789', true],
    [6, [200], 'until the end', false],
    [7, [200], 'old', false],
    [8, [204], '', true],
    [9, [304], '', true],
    [10, [100, 103, 200], 'x', true],
    [11, [200], 'x', false],
    [12, [200], 'x', true],
  ])('answer %i', (index, statuses, content, isReusable) => {
    const reading = readAll(ANSWERS[index] ?? '', []);
    expect(reading).toMatchObject({ statuses, content, isReusable, fault: undefined });
  });

  test('trailers, and the white space around values', () => {
    expect(readAll(ANSWERS[4] ?? '', []).trailers).toEqual(['X-Sum', '1', 'X-Two', '2']);
    expect(readAll(ANSWERS[10] ?? '', []).headers).toEqual([
      ['X-Empty', '', 'X-Tab', 'a\tb', 'X-High', '\xe9', 'Content-Length', '1'],
    ]);
  });

  test('of HEAD there is no content, whatever is announced', () => {
    const reading = readAll(`${OK}Content-Length: 5\r\n\r\n`, [], 'HEAD');
    expect(reading).toMatchObject({ content: '', fault: undefined, isReusable: true });
  });

  test.each([
    ['HEAD', `${OK}Content-Length: 5\r\n\r\nhello`],
    ['GET', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello'],
    ['GET', `HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${OK}\r\n`],
  ])('content that %s may not have is left unread, and the connection is used no more', (method, text) => {
    expect(readAll(text, [], method)).toMatchObject({
      statuses: [expect.any(Number)],
      content: '',
      fault: undefined,
      isReusable: false,
    });
  });

  test.each(['Content-Length: 5', 'Transfer-Encoding: chunked'])(
    'behind a 204 that announces content (%s) no other answer is waited for',
    (header) => {
      const reading = readAll(`HTTP/1.1 204 No Content\r\n${header}\r\n\r\n`, []);
      expect(reading).toMatchObject({ statuses: [204], content: '', fault: undefined, isReusable: false });
    },
  );

  test('bytes behind the end are a fault', () => {
    expect(readAll(`${ANSWERS[0]}x`, []).fault).toBe('bytes came behind the answer');
  });
});

test('it is the same in whatever pieces it comes', () => {
  const whole = fc.constantFrom(...ANSWERS);
  const cut = fc.array(fc.nat(400), { maxLength: 12 });
  fc.assert(
    fc.property(whole, cut, (text, cuts) => {
      const within = cuts.map((at) => at % (text.length + 1));
      expect(readAll(text, within)).toEqual(readAll(text, []));
    }),
    { numRuns: 2_000, seed: 11 },
  );
});

test('changed at random it is read, or refused, in whatever pieces it comes', () => {
  const alphabet = [
    '\r',
    '\n',
    '\r\n',
    '\0',
    ' ',
    ':',
    '0',
    'f',
    ';',
    '\xff',
    'Content-Length: 3\r\n',
    'Transfer-Encoding: chunked\r\n',
    '\r\n\r\n',
    'HTTP/1.1 ',
  ];
  const change = fc.record({ at: fc.nat(400), cut: fc.nat(6), put: fc.constantFrom('', ...alphabet) });
  fc.assert(
    fc.property(
      fc.constantFrom(...ANSWERS),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(400), { maxLength: 5 }),
      (text, changes, cuts) => {
        let changed = text;
        for (const { at, cut, put } of changes) {
          const start = at % (changed.length + 1);
          changed = changed.slice(0, start) + put + changed.slice(start + cut);
        }
        const inOne = readAll(changed, []);
        const inPieces = readAll(
          changed,
          cuts.map((at) => at % (changed.length + 1)),
        );
        expect([inPieces.fault === undefined, inPieces.statuses, inPieces.trailers]).toEqual([
          inOne.fault === undefined,
          inOne.statuses,
          inOne.trailers,
        ]);
      },
    ),
    { numRuns: 5_000, seed: 13 },
  );
});
