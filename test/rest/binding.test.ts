// Path, query and body become the message that the http rule says.
// Sources: google/api/http.proto; transcoding reference, sections 3.2, 3.3, 3.4, 3.6, 4 and 5.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { problemOf } from '../harness/problem.ts';
import { type OddWorld, startOddWorld } from './odd-rules.ts';

let world: OddWorld;
beforeAll(async () => {
  world = await startOddWorld();
});
afterAll(() => world.close());
beforeEach(() => world.echo.reset());

type Row = readonly [request: string, method: string, message: unknown, body?: unknown];

/** `GET /path` arrives at the method as this message, once, and comes back as the same message. */
function arrives(rows: readonly Row[]): void {
  test.each(rows)('%s → %s', async (...row) => {
    // As one: jest takes a last parameter that the row does not fill for a callback.
    const [request, method, message, body] = row;
    const [verb = '', path = ''] = request.split(/ (.*)/s);
    const answer = await world.send(verb, path, { body });
    expect({ status: answer.status, text: answer.text }).toEqual({
      status: 200,
      text: expect.any(String),
    });
    expect(world.echo.received()).toHaveLength(1);
    expect(world.arrived(method)).toEqual(message);
    expect(answer.json()).toEqual(message);
  });
}

type Refusal = readonly [request: string, fields: readonly string[], words: string, body?: unknown];

/** 400, these violations, and nothing reaches the upstream. */
function isRefused(rows: readonly Refusal[]): void {
  test.each(rows)('%s', async (...row) => {
    const [request, fields, words, body] = row;
    const [verb = '', path = ''] = request.split(/ (.*)/s);
    const answer = await world.send(verb, path, { body });
    expect(answer.status).toBe(400);
    const problem = problemOf(answer);
    expect(problem.code).toBe('INVALID_ARGUMENT');
    expect(problem.violations.map(({ field }) => field)).toEqual(fields);
    expect(problem.detail).toContain(words);
    expect(world.echo.received()).toEqual([]);
  });
}

describe('path variables', () => {
  arrives([
    ['GET /v1/things/a', 'Get', { name: 'a' }],
    ['GET /v1/shelves/1/things/2', 'Get', { name: 'shelves/1/things/2' }],
    ['GET /v1/deep/x', 'Get', { nested: { inner: { title: 'x' } } }],
    ['GET /v1/plain', 'Get', {}],
    // One segment: everything is decoded, and %2F is data.
    ['GET /v1/things/a%2Fb', 'Get', { name: 'a/b' }],
    ['GET /v1/things/a%20b%25c', 'Get', { name: 'a b%c' }],
    ['GET /v1/things/a+b', 'Get', { name: 'a+b' }],
    ['GET /v1/things/%E2%82%AC', 'Get', { name: '€' }],
    ['GET /v1/things/a:b', 'Get', { name: 'a:b' }],
    ['GET /v1/things/a%3Ashow', 'Get', { name: 'a:show' }],
    ['GET /v1/things/%2E%2E%2Fx', 'Get', { name: '../x' }],
    // Several segments: %2F stays as it is, the rest is decoded.
    ['GET /v1/shelves/a%2Fb/things/c%20d', 'Get', { name: 'shelves/a%2Fb/things/c d' }],
    ['GET /v1/files/a/b%2fc/%41', 'Files', { name: 'a/b%2fc/A' }],
    ['GET /v1/tree/a/x/y/leaf', 'Files', { name: 'a/x/y', nested: { title: 'leaf' } }],
    // Types other than text, by the lexical rules of ProtoJSON.
    ['GET /v1/types/big/9007199254740993', 'Types', { big: '9007199254740993' }],
    ['GET /v1/types/big/-9223372036854775808', 'Types', { big: '-9223372036854775808' }],
    ['GET /v1/types/number/1e3', 'Types', { number: 1000 }],
    ['GET /v1/types/flag/true', 'Types', { flag: true }],
    ['GET /v1/types/flag/false', 'Types', {}],
    ['GET /v1/types/kind/KIND_LARGE', 'Types', { kind: 'KIND_LARGE' }],
    ['GET /v1/types/kind/2', 'Types', { kind: 'KIND_LARGE' }],
    ['GET /v1/types/kind/77', 'Types', { kind: 77 }],
    ['GET /v1/types/data/-_8', 'Types', { data: '+/8=' }],
    ['GET /v1/types/data/%2B%2F8=', 'Types', { data: '+/8=' }],
    ['GET /v1/types/ratio/-1.5e-3', 'Types', { ratio: -0.0015 }],
    ['GET /v1/types/ratio/NaN', 'Types', { ratio: 'NaN' }],
    ['GET /v1/types/at/2024-01-01T00:00:00Z', 'Types', { at: '2024-01-01T00:00:00Z' }],
    ['GET /v1/types/wrapped/9007199254740993', 'Types', { wrappedInt64: '9007199254740993' }],
  ]);

  isRefused([
    ['GET /v1/types/big/abc', ['big'], 'an integer from -2^63'],
    ['GET /v1/types/big/9223372036854775808', ['big'], 'an integer'],
    ['GET /v1/types/big/+1', ['big'], 'an integer'],
    ['GET /v1/types/big/1.5', ['big'], 'an integer'],
    ['GET /v1/types/number/0x10', ['number'], 'an integer'],
    ['GET /v1/types/number/2147483648', ['number'], 'an integer'],
    ['GET /v1/types/number/007', ['number'], 'an integer'],
    ['GET /v1/types/number/%201', ['number'], 'an integer'],
    ['GET /v1/types/flag/1', ['flag'], 'true or false'],
    ['GET /v1/types/flag/True', ['flag'], 'true or false'],
    ['GET /v1/types/kind/kind_large', ['kind'], 'one of'],
    ['GET /v1/types/kind/007', ['kind'], 'one of'],
    ['GET /v1/types/kind/2147483648', ['kind'], 'one of'],
    ['GET /v1/types/data/*', ['data'], 'base64'],
    ['GET /v1/types/ratio/1e400', ['ratio'], 'a number'],
    ['GET /v1/types/ratio/nan', ['ratio'], 'a number'],
    ['GET /v1/types/at/2024-02-30T00:00:00Z', ['at'], 'RFC 3339'],
  ]);
});

describe('query parameters', () => {
  arrives([
    ['GET /v1/plain?name=a&number=5', 'Get', { name: 'a', number: 5 }],
    ['GET /v1/plain?page_token=x', 'Get', { pageToken: 'x' }],
    ['GET /v1/plain?pageToken=x', 'Get', { pageToken: 'x' }],
    ['GET /v1/plain?page%5Ftoken=x', 'Get', { pageToken: 'x' }],
    ['GET /v1/plain?name=a+b', 'Get', { name: 'a b' }],
    ['GET /v1/plain?name=a%2Bb', 'Get', { name: 'a+b' }],
    ['GET /v1/plain?name=a%26b%3Dc', 'Get', { name: 'a&b=c' }],
    ['GET /v1/plain?name=a=b', 'Get', { name: 'a=b' }],
    ['GET /v1/plain?name=%E2%82%AC', 'Get', { name: '€' }],
    ['GET /v1/plain?name=', 'Get', {}],
    ['GET /v1/plain?name', 'Get', {}],
    ['GET /v1/plain?', 'Get', {}],
    ['GET /v1/plain?&&name=a&', 'Get', { name: 'a' }],
    ['GET /v1/plain?name=a;b', 'Get', { name: 'a;b' }],
    ['GET /v1/plain?name=a?b', 'Get', { name: 'a?b' }],
    ['GET /v1/plain?data=', 'Get', {}],
    ['GET /v1/plain?nested.title=a', 'Get', { nested: { title: 'a' } }],
    ['GET /v1/plain?nested.inner.inner.size=7', 'Get', { nested: { inner: { inner: { size: '7' } } } }],
    [
      'GET /v1/plain?nested.title=a&nested.tags=x&nested.tags=y',
      'Get',
      { nested: { title: 'a', tags: ['x', 'y'] } },
    ],
    ['GET /v1/plain?texts=a&texts=b,c&texts=', 'Get', { texts: ['a', 'b,c', ''] }],
    ['GET /v1/plain?bigs=9007199254740993&bigs=-1', 'Get', { bigs: ['9007199254740993', '-1'] }],
    ['GET /v1/plain?kinds=1&kinds=KIND_LARGE', 'Get', { kinds: ['KIND_SMALL', 'KIND_LARGE'] }],
    ['GET /v1/plain?labels[a]=x&labels[b%20c]=y', 'Get', { labels: { a: 'x', 'b c': 'y' } }],
    ['GET /v1/plain?labels%5Ba%5D=x', 'Get', { labels: { a: 'x' } }],
    [
      'GET /v1/plain?labels[a.b]=x&labels[]=y&labels[c%5Dd]=z',
      'Get',
      { labels: { 'a.b': 'x', '': 'y', 'c]d': 'z' } },
    ],
    ['GET /v1/plain?counts[-1]=9007199254740993', 'Get', { counts: { '-1': '9007199254740993' } }],
    ['GET /v1/plain?kind=KIND_SMALL', 'Get', { kind: 'KIND_SMALL' }],
    ['GET /v1/plain?kind=77', 'Get', { kind: 77 }],
    ['GET /v1/plain?data=%2B%2F8%3D', 'Get', { data: '+/8=' }],
    ['GET /v1/plain?data=%2B%2F8', 'Get', { data: '+/8=' }],
    ['GET /v1/plain?data=-_8%3D', 'Get', { data: '+/8=' }],
    ['GET /v1/plain?data=-_8', 'Get', { data: '+/8=' }],
    ['GET /v1/plain?big=9007199254740993', 'Get', { big: '9007199254740993' }],
    ['GET /v1/plain?huge=18446744073709551615', 'Get', { huge: '18446744073709551615' }],
    ['GET /v1/plain?ratio=-1.5e-3&small=1.5', 'Get', { ratio: -0.0015, small: 1.5 }],
    ['GET /v1/plain?at=2024-01-01T00:00:00%2B01:00', 'Get', { at: '2023-12-31T23:00:00Z' }],
    ['GET /v1/plain?span=1.5s', 'Get', { span: '1.500s' }],
    ['GET /v1/plain?mask=pageToken,nested.title', 'Get', { mask: 'pageToken,nested.title' }],
    ['GET /v1/plain?wrapped_double=1.5&wrapped_float=0.5', 'Get', { wrappedDouble: 1.5, wrappedFloat: 0.5 }],
    [
      'GET /v1/plain?wrappedInt64=-1&wrappedUint64=18446744073709551615',
      'Get',
      { wrappedInt64: '-1', wrappedUint64: '18446744073709551615' },
    ],
    [
      'GET /v1/plain?wrappedInt32=0&wrappedUint32=4294967295',
      'Get',
      { wrappedInt32: 0, wrappedUint32: 4294967295 },
    ],
    [
      'GET /v1/plain?wrappedBool=false&wrappedString=&wrappedBytes=AA',
      'Get',
      { wrappedBool: false, wrappedString: '', wrappedBytes: 'AA==' },
    ],
    ['GET /v1/plain?wrappedMany=1&wrappedMany=2', 'Get', { wrappedMany: ['1', '2'] }],
    ['GET /v1/plain?choiceText=x', 'Get', { choiceText: 'x' }],
    ['GET /v1/plain?choiceNested.title=x', 'Get', { choiceNested: { title: 'x' } }],
    ['GET /v1/things/a?number=5&nested.title=b', 'Get', { name: 'a', number: 5, nested: { title: 'b' } }],
    ['GET /v1/deep/x?nested.title=y', 'Get', { nested: { title: 'y', inner: { title: 'x' } } }],
    ['GET /v1/deep/x?nested.inner.size=7', 'Get', { nested: { inner: { title: 'x', size: '7' } } }],
    ['GET /v1/one/x?number=1', 'Choose', { choiceText: 'x', number: 1 }],
  ]);

  test.each([['__proto__'], ['constructor'], ['prototype'], ['toString']])(
    'the map key %s is data',
    async (key) => {
      const answer = await world.send('GET', `/v1/plain?labels[${key}]=polluted`);
      expect(answer.text).toBe(`{"labels":{"${key}":"polluted"}}`);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
  );

  isRefused([
    ['GET /v1/plain?nope=1', ['nope'], 'there is no such parameter'],
    ['GET /v1/plain?Name=1', ['Name'], 'there is no such parameter'],
    ['GET /v1/plain?=1', [''], 'there is no such parameter'],
    ['GET /v1/plain?name.x=1', ['name.x'], 'there is no such parameter'],
    ['GET /v1/plain?nested.nope=1', ['nested.nope'], 'there is no such parameter'],
    ['GET /v1/plain?nested..title=1', ['nested..title'], 'there is no such parameter'],
    ['GET /v1/plain?.name=1', ['.name'], 'there is no such parameter'],
    ['GET /v1/plain?__proto__=1', ['__proto__'], 'there is no such parameter'],
    ['GET /v1/plain?__proto__.polluted=1', ['__proto__.polluted'], 'there is no such parameter'],
    ['GET /v1/plain?a[__proto__]=1', ['a[__proto__]'], 'there is no such parameter'],
    ['GET /v1/plain?utm_source=x', ['utm_source'], 'there is no such parameter'],
    ['GET /v1/plain?nope=1&worse=2&number=x', ['nope', 'worse', 'number'], '(and 2 more)'],
    ['GET /v1/plain?nested=x', ['nested'], 'a message cannot be a parameter'],
    ['GET /v1/plain?many=x', ['many'], 'a message cannot be a parameter'],
    ['GET /v1/plain?many.title=x', ['many.title'], 'there is no such parameter'],
    ['GET /v1/plain?struct=%7B%7D', ['struct'], 'a message cannot be a parameter'],
    ['GET /v1/plain?struct.fields=x', ['struct.fields'], 'there is no such parameter'],
    ['GET /v1/plain?struct.a=x', ['struct.a'], 'there is no such parameter'],
    ['GET /v1/plain?value=5', ['value'], 'a message cannot be a parameter'],
    ['GET /v1/plain?value.string_value=x', ['value.string_value'], 'there is no such parameter'],
    ['GET /v1/plain?value.number_value=5', ['value.number_value'], 'there is no such parameter'],
    ['GET /v1/plain?list.values=5', ['list.values'], 'there is no such parameter'],
    ['GET /v1/plain?any.type_url=x', ['any.type_url'], 'there is no such parameter'],
    ['GET /v1/plain?at.seconds=5', ['at.seconds'], 'there is no such parameter'],
    ['GET /v1/plain?wrappedInt64.value=5', ['wrappedInt64.value'], 'there is no such parameter'],
    ['GET /v1/plain?labels=x', ['labels'], 'a map is written as labels[key]=value'],
    ['GET /v1/plain?labels.a=x', ['labels.a'], 'there is no such parameter'],
    ['GET /v1/plain?labels[a=x', ['labels[a'], 'there is no such parameter'],
    ['GET /v1/plain?labels[a]x=y', ['labels[a]x'], 'there is no such parameter'],
    ['GET /v1/plain?labels[a]=1&labels[a]=2', ['labels[a]'], 'the key is there twice'],
    ['GET /v1/plain?counts[x]=1', ['counts.x'], 'the key must be'],
    ['GET /v1/plain?shelves[a]=x', ['shelves[a]'], 'a map of messages'],
    ['GET /v1/plain?shelves[a].title=x', ['shelves[a].title'], 'there is no such parameter'],
    ['GET /v1/plain?name[a]=x', ['name[a]'], 'only a map takes a key'],
    ['GET /v1/plain?texts[]=x', ['texts[]'], 'only a map takes a key'],
    ['GET /v1/plain?texts[0]=x', ['texts[0]'], 'only a map takes a key'],
    ['GET /v1/plain?name=a&name=b', ['name'], 'the parameter is there twice'],
    ['GET /v1/plain?page_token=a&pageToken=b', ['pageToken'], 'the parameter is there twice'],
    ['GET /v1/plain?nested.title=a&nested.title=b', ['nested.title'], 'the parameter is there twice'],
    ['GET /v1/plain?at=2024-01-01T00:00:00Z&at=2024-01-01T00:00:00Z', ['at'], 'twice'],
    ['GET /v1/plain?at=2024-01-01T00:00:00+01:00', ['at'], 'RFC 3339'],
    ['GET /v1/plain?number=', ['number'], 'an integer'],
    ['GET /v1/plain?number=+5', ['number'], 'an integer'],
    ['GET /v1/plain?number=%2B5', ['number'], 'an integer'],
    ['GET /v1/plain?number=1.5', ['number'], 'an integer'],
    ['GET /v1/plain?number="5"', ['number'], 'an integer'],
    ['GET /v1/plain?bigs=1,2', ['bigs[0]'], 'an integer'],
    ['GET /v1/plain?bigs=1&bigs=x', ['bigs[1]'], 'an integer'],
    ['GET /v1/plain?flag=TRUE', ['flag'], 'true or false'],
    ['GET /v1/plain?flag=1', ['flag'], 'true or false'],
    ['GET /v1/plain?flag=', ['flag'], 'true or false'],
    ['GET /v1/plain?kind=small', ['kind'], 'one of'],
    ['GET /v1/plain?kind=', ['kind'], 'one of'],
    ['GET /v1/plain?data=a', ['data'], 'base64'],
    ['GET /v1/plain?span=5', ['span'], 'a duration'],
    ['GET /v1/plain?mask=page_token', ['mask'], 'field paths'],
    ['GET /v1/plain?choiceText=a&choiceNumber=1', ['choiceNumber'], 'only one of'],
    // What the path has bound is not touched.
    ['GET /v1/things/a?name=b', ['name'], 'this field comes from the path'],
    ['GET /v1/things/a?name=a', ['name'], 'this field comes from the path'],
    ['GET /v1/deep/x?nested.inner.title=y', ['nested.inner.title'], 'this field comes from the path'],
    ['GET /v1/one/x?choice_text=y', ['choice_text'], 'this field comes from the path'],
    ['GET /v1/one/x?choiceNumber=1', ['choiceNumber'], 'it excludes choiceText, which comes from the path'],
    ['GET /v1/one/x?choice_nested.title=1', ['choice_nested.title'], 'it excludes choiceText'],
    ['GET /v1/onedeep/x?choice_text=y', ['choice_text'], 'it excludes choiceNested'],
    // What the body fills is not touched.
    ['POST /v1/whole/a?number=1', ['number'], 'this route takes no query parameters', {}],
    ['POST /v1/whole/a?nope=1', ['nope'], 'this route takes no query parameters', {}],
    ['POST /v1/part/a?nested.title=b', ['nested.title'], 'this field comes from the body', {}],
    ['POST /v1/list/a?texts=b', ['texts'], 'this field comes from the body', ['x']],
    ['POST /odd.v1.Odd/Get?name=a', ['name'], 'this route takes no query parameters', {}],
    // Beside a member of a oneof in the body.
    ['POST /v1/oneof/a?choice_text=b', ['choiceText'], 'only one of', { title: 'x' }],
  ]);

  test.each([['%'], ['%2'], ['%zz'], ['a%ff'], ['%c0%af'], ['%ed%a0%80']])(
    'a malformed percent-encoding is refused: %s',
    async (value) => {
      for (const path of [`/v1/plain?name=${value}`, `/v1/plain?${value}=a`]) {
        const problem = problemOf(await world.send('GET', path));
        expect(problem.type).toBe('urn:dragoman:problem:bad-request-target');
      }
      expect(world.echo.received()).toEqual([]);
    },
  );
});

describe('bodies', () => {
  arrives([
    ['POST /v1/whole/a', 'Whole', { name: 'a', number: 5 }, { number: 5 }],
    ['POST /v1/whole/a', 'Whole', { name: 'a' }, {}],
    // The path wins over the body, also by the field's other name, and beside what else stands there.
    ['POST /v1/whole/a', 'Whole', { name: 'a', number: 5 }, { name: 'b', number: 5 }],
    [
      'PUT /v1/whole/a',
      'Whole',
      { nested: { title: 'a' }, number: 5 },
      { nested: { title: 'b' }, number: 5 },
    ],
    ['PUT /v1/whole/a', 'Whole', { nested: { title: 'a', size: '1' } }, { nested: { size: 1 } }],
    ['PUT /v1/whole/a', 'Whole', { nested: { title: 'a' } }, { nested: null }],
    ['PUT /v1/whole/a', 'Whole', { nested: { title: 'a' } }, {}],
    // A PATCH says in the one FieldMask of its request what its body has (patch.test.ts).
    ['PATCH /v1/part/a', 'Part', { nested: { title: 'a', size: '7' }, mask: 'size' }, { size: 7 }],
    [
      'PATCH /v1/part/a',
      'Part',
      { nested: { title: 'a', size: '7' }, mask: 'size,title' },
      { title: 'b', size: '7' },
    ],
    ['PATCH /v1/part/a?number=5', 'Part', { nested: { title: 'a' }, number: 5 }, {}],
    ['POST /v1/part/a', 'PartBeside', { name: 'a', nested: { title: 'b' } }, { title: 'b' }],
    [
      'POST /v1/part/a?number=5&texts=x',
      'PartBeside',
      { name: 'a', nested: {}, number: 5, texts: ['x'] },
      {},
    ],
    ['POST /v1/list/a', 'PartList', { name: 'a', texts: ['x', 'y'] }, ['x', 'y']],
    ['POST /v1/things/a:run', 'Run', { name: 'a', number: 1 }, { number: 1 }],
    ['POST /v1/things/a:b:run', 'Run', { name: 'a:b' }, {}],
    ['GET /v1/things/a:show', 'Run', { name: 'a' }],
    ['POST /v1/things:batch', 'Run', { number: 1 }, { number: 1 }],
    // Every method also answers its gRPC path.
    ['POST /odd.v1.Odd/Get', 'Get', { name: 'x' }, { name: 'x' }],
    ['POST /odd.v1.Odd/Part', 'Part', { nested: { title: 'x' } }, { nested: { title: 'x' } }],
  ]);

  const json = { 'content-type': 'application/json' };
  test.each([
    ['a scalar', '/v1/scalar/a', '7', 'PartScalar', { name: 'a', number: 7 }],
    ['null, which is unset', '/v1/part/a', 'null', 'PartBeside', { name: 'a' }],
    ['an empty body, which is the empty message', '/v1/whole/a', '', 'Whole', { name: 'a' }],
    [
      'an unquoted 64-bit integer',
      '/v1/whole/a',
      '{"big":9007199254740993}',
      'Whole',
      { name: 'a', big: '9007199254740993' },
    ],
    [
      'a 64-bit integer with a fraction of zero',
      '/v1/whole/a',
      '{"big":9007199254740993.0}',
      'Whole',
      { name: 'a', big: '9007199254740993' },
    ],
  ])('%s', async (_name, path, body, method, message) => {
    const answer = await world.send('POST', path, { headers: json, body });
    expect(answer.status).toBe(200);
    expect(world.arrived(method)).toEqual(message);
  });

  // grpc-gateway and Vanguard fill the field as well; of what is no object in JSON they fill it with zeros, we do not.
  test.each<[string, string, unknown]>([
    ['/v1/whole/a', 'Whole', { name: 'a' }],
    ['/v1/part/a', 'PartBeside', { name: 'a', nested: {} }],
    ['/v1/part/a?number=5', 'PartBeside', { name: 'a', nested: {}, number: 5 }],
    ['/v1/oneof/a', 'PartOneof', { name: 'a', choiceNested: {} }],
    ['/v1/list/a', 'PartList', { name: 'a' }],
    ['/v1/scalar/a', 'PartScalar', { name: 'a' }],
    ['/v1/empty/struct', 'Empties', { struct: {} }],
    ['/v1/empty/list', 'Empties', { list: [] }],
    ['/v1/empty/any', 'Empties', { any: {} }],
    ['/v1/empty/value', 'Empties', {}],
    ['/v1/empty/at', 'Empties', {}],
    ['/v1/empty/wrapped', 'Empties', {}],
  ])('no body at all is the empty message: %s', async (path, method, message) => {
    for (const body of [undefined, '']) {
      const headers = body === undefined ? {} : json;
      expect((await world.send('POST', path, { headers, body })).status).toBe(200);
      expect(world.arrived(method)).toEqual(message);
    }
  });

  test('no body for a PATCH changes nothing: there is no mask', async () => {
    expect((await world.send('PATCH', '/v1/part/a')).status).toBe(200);
    expect(world.arrived('Part')).toEqual({ nested: { title: 'a' } });
  });

  test('lists of maps of lists come back as they went', async () => {
    const body = {
      shelves: { a: { tags: ['x', ''], inner: { tags: [] } }, b: {} },
      many: [{ tags: ['y'] }, {}],
    };
    const answer = await world.send('POST', '/odd.v1.Odd/Get', { body });
    expect(answer.json()).toEqual({
      shelves: { a: { tags: ['x', ''], inner: {} }, b: {} },
      many: [{ tags: ['y'] }, {}],
    });
  });

  isRefused([
    ['POST /v1/whole/a', ['nope'], 'there is no such field', { nope: 1 }],
    ['POST /v1/whole/a', ['nested.nope'], 'there is no such field', { nested: { nope: 1 } }],
    ['POST /v1/whole/a', [''], 'object', [1]],
    // Paths count from the body's root, not from the request message's.
    ['POST /v1/part/a', ['size'], 'an integer', { size: 'x' }],
    ['POST /v1/part/a', ['inner.nope'], 'there is no such field', { inner: { nope: 1 } }],
    ['POST /v1/part/a', [''], 'expected an object, found a list', [1]],
    ['POST /v1/list/a', ['[1]'], 'a string', ['x', 5]],
    ['POST /v1/list/a', [''], 'expected a list', {}],
    ['PATCH /v1/part/a', [''], 'expected an object', [1]],
    ['PUT /v1/whole/a', ['nested'], 'expected an object', { nested: 5 }],
    ['PUT /v1/whole/a', ['nested'], 'expected an object', { nested: ['x'] }],
    // A rule without `body` takes none.
    ['GET /v1/things/a', [], 'takes no body', { number: 1 }],
    ['DELETE /v1/things/a', [], 'takes no body', {}],
  ]);
});

describe('response_body', () => {
  test.each([
    ['a message', '/v1/response/message?nested.title=a', '{"title":"a"}'],
    ['an absent message', '/v1/response/message', 'null'],
    ['a list', '/v1/response/list?texts=a&texts=b', '["a","b"]'],
    ['an empty list', '/v1/response/list', '[]'],
    ['a map', '/v1/response/map?labels[a]=b', '{"a":"b"}'],
    ['an empty map', '/v1/response/map', '{}'],
    ['a 64-bit integer', '/v1/response/long?big=9007199254740993', '"9007199254740993"'],
    ['a 64-bit integer at its default', '/v1/response/long', '"0"'],
    ['an enum', '/v1/response/enum?kind=1', '"KIND_SMALL"'],
    ['an enum at its default', '/v1/response/enum', '"KIND_UNSPECIFIED"'],
    ['bytes', '/v1/response/bytes?data=AA', '"AA=="'],
    ['bytes at their default', '/v1/response/bytes', '""'],
  ])('%s is the whole answer', async (_name, path, body) => {
    const answer = await world.send('GET', path);
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([
      200,
      'application/json',
      body,
    ]);
  });

  test('of a stream is each element', async () => {
    const answer = await world.send('GET', '/v1/watchtexts/a?texts=x');
    expect(answer.text).toBe('[["x"]]');
  });
});

test('google.protobuf.Empty is {} both ways', async () => {
  const answer = await world.send('POST', '/v1/nothing', { body: {} });
  expect([answer.status, answer.text]).toEqual([200, '{}']);
  expect(world.echo.lastCall('/odd.v1.Odd/Nothing')?.requests).toEqual([Buffer.alloc(0)]);
  expect((await world.send('POST', '/v1/nothing', { body: { a: 1 } })).status).toBe(400);
});

describe('If-Match fills a request field etag', () => {
  test.each([
    ['PUT', { body: {} }, '"abc"', 'abc'],
    ['DELETE', {}, 'W/"abc"', 'abc'],
    ['DELETE', {}, '*', '*'],
    ['DELETE', {}, 'abc', 'abc'],
    // A comma may be part of a tag.
    ['DELETE', {}, '"a,b"', 'a,b'],
    ['PUT', { body: { etag: 'own' } }, '"abc"', 'own'],
    // A read takes it for a condition on the answer.
    ['GET', {}, '"abc"', undefined],
  ])('%s %j with %s', async (method, options, ifMatch, etag) => {
    await world.send(method, '/v1/tags/t', { ...options, headers: { 'if-match': ifMatch } });
    expect(world.arrived('Tagged', 'odd.v1.Tag')).toEqual({ name: 't', ...(etag !== undefined && { etag }) });
  });

  test.each([['"a", "b"'], ['"a","b"'], ['a, b'], ['"a" b'], ['"a'], ['""'], ['w/"a"'], ['*, "a"']])(
    'which holds one tag, so that %s is refused',
    async (ifMatch) => {
      const problem = problemOf(
        await world.send('PUT', '/v1/tags/t', { body: {}, headers: { 'if-match': ifMatch } }),
      );
      expect([problem.status, problem.violations.map(({ field }) => field)]).toEqual([400, ['if-match']]);
    },
  );

  test('and is not looked at where the body has its own', async () => {
    const headers = { 'if-match': '"a", "b"' };
    expect((await world.send('PUT', '/v1/tags/t', { body: { etag: 'own' }, headers })).status).toBe(200);
  });
});
