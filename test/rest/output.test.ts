// How a service may have its answers written. Source: transcoding reference, section 6, "Writing".
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { OutputOptions } from '../../core/rest-options.ts';
import { type OddWorld, startOddWorld } from './odd-rules.ts';

interface Case {
  readonly name: string;
  readonly output: Partial<OutputOptions>;
  /** Request → body of the answer, as text: its bytes are the matter. */
  readonly rows: readonly (readonly [request: string, text: string])[];
}

const CASES: readonly Case[] = [
  {
    name: 'nothing chosen',
    output: {},
    rows: [
      [
        'GET /v1/plain?page_token=x&big=9007199254740993&kind=2',
        '{"big":"9007199254740993","kind":"KIND_LARGE","pageToken":"x"}',
      ],
      ['GET /v1/response/long?big=9007199254740993', '"9007199254740993"'],
      ['GET /v1/response/long', '"0"'],
      ['GET /v1/response/enum?kind=2', '"KIND_LARGE"'],
      ['GET /v1/response/enum', '"KIND_UNSPECIFIED"'],
      ['GET /v1/response/list', '[]'],
      ['GET /v1/response/map?labels[1]=b&labels[a]=c', '{"1":"b","a":"c"}'],
      ['GET /v1/response/message', 'null'],
      ['GET /v1/response/message?nested.size=9007199254740993', '{"size":"9007199254740993"}'],
      ['GET /v1/response/bytes?data=-_8', '"+/8="'],
    ],
  },
  {
    name: 'protoNames',
    output: { protoNames: true },
    rows: [
      [
        'GET /v1/plain?pageToken=x&wrappedInt64=5&choiceText=t',
        '{"choice_text":"t","wrapped_int64":"5","page_token":"x"}',
      ],
      ['GET /v1/plain?mask=pageToken,nested.title', '{"mask":"pageToken,nested.title"}'],
      ['GET /v1/response/message?nested.title=x', '{"title":"x"}'],
    ],
  },
  {
    name: 'enumsAsNumbers',
    output: { enumsAsNumbers: true },
    rows: [
      ['GET /v1/plain?kind=KIND_LARGE&kinds=KIND_SMALL&kinds=77', '{"kind":2,"kinds":[1,77]}'],
      ['GET /v1/response/enum?kind=KIND_LARGE', '2'],
      ['GET /v1/response/enum', '0'],
    ],
  },
  {
    name: 'int64AsNumbers',
    output: { int64AsNumbers: true },
    rows: [
      [
        'GET /v1/plain?big=9007199254740993&huge=18446744073709551615',
        '{"big":9007199254740993,"huge":18446744073709551615}',
      ],
      [
        'GET /v1/plain?bigs=-9223372036854775808&counts[5]=-1',
        '{"bigs":[-9223372036854775808],"counts":{"5":-1}}',
      ],
      [
        'GET /v1/plain?wrapped_int64=9007199254740993&wrapped_uint64=0',
        '{"wrappedInt64":9007199254740993,"wrappedUint64":0}',
      ],
      ['GET /v1/plain?nested.size=-9007199254740993', '{"nested":{"size":-9007199254740993}}'],
      ['GET /v1/response/long?big=9007199254740993', '9007199254740993'],
      ['GET /v1/response/long', '0'],
    ],
  },
  {
    name: 'defaults',
    output: { defaults: true },
    rows: [
      ['GET /v1/tags/a', '{"name":"a","etag":""}'],
      ['GET /v1/response/message?nested.title=x', '{"title":"x","tags":[],"size":"0"}'],
      ['GET /v1/response/message', 'null'],
      ['DELETE /v1/things/a', '{}'],
      [
        'GET /v1/plain?choiceText=',
        '{"name":"","texts":[],"number":0,"big":"0","ratio":0,"flag":false,"data":"","kind":"KIND_UNSPECIFIED",' +
          '"kinds":[],"bigs":[],"labels":{},"counts":{},"shelves":{},"sorts":{},"choiceText":"","many":[],' +
          '"wrappedMany":[],"pageToken":"","huge":"0","small":0}',
      ],
    ],
  },
  {
    name: 'all of them',
    output: { defaults: true, protoNames: true, enumsAsNumbers: true, int64AsNumbers: true },
    rows: [
      [
        'GET /v1/plain?big=9007199254740993&kind=2',
        '{"name":"","texts":[],"number":0,"big":9007199254740993,"ratio":0,"flag":false,"data":"","kind":2,' +
          '"kinds":[],"bigs":[],"labels":{},"counts":{},"shelves":{},"sorts":{},"many":[],' +
          '"wrapped_many":[],"page_token":"","huge":0,"small":0}',
      ],
    ],
  },
];

describe.each(CASES)('output: $name', ({ output, rows }) => {
  let world: OddWorld;
  beforeAll(async () => {
    world = await startOddWorld({ rest: { output } });
  });
  afterAll(() => world.close());
  beforeEach(() => world.echo.reset());

  test.each(rows)('%s → %s', async (request, text) => {
    const [method = '', path = ''] = request.split(' ');
    const answer = await world.send(method, path);
    expect([answer.status, answer.text]).toEqual([200, text]);
  });
});

describe('output of a stream and of an Any', () => {
  let world: OddWorld;
  beforeAll(async () => {
    world = await startOddWorld({ rest: { output: { protoNames: true, int64AsNumbers: true } } });
  });
  afterAll(() => world.close());

  test('each message of a stream is written the same way', async () => {
    const answer = await world.send('GET', '/v1/watch/a?page_token=x&big=5', {
      headers: { accept: 'application/x-ndjson' },
    });
    expect(answer.text).toBe('{"name":"a","big":5,"page_token":"x"}\n');
  });

  test('inside of an Any too', async () => {
    const answer = await world.send('POST', '/odd.v1.Odd/Get', {
      body: { any: { '@type': 'type.googleapis.com/odd.v1.Thing', big: '9007199254740993', pageToken: 'x' } },
    });
    expect(answer.text).toBe(
      '{"any":{"big":9007199254740993,"page_token":"x","@type":"type.googleapis.com/odd.v1.Thing"}}',
    );
  });
});
