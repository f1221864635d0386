// The ProtoJSON checklist (transcoding reference, section 6) through the running gateway: a JSON body to bytes at an
// echo upstream and the upstream's bytes back to JSON. Each row says what is sent and what comes back, by hand.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { send } from '../harness/http-client.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { compileKinds } from '../json/kinds.ts';

const PATH = '/kinds.v1.Kinds_Service/Take';
const kinds = await compileKinds();

let echo: EchoServer;
let gateway: TestGateway;

beforeAll(async () => {
  echo = await startEchoServer(kinds.descriptorSet);
  gateway = await startTestGateway([
    {
      name: 'kinds',
      source: { kind: 'descriptorSet', bytes: kinds.descriptorSet },
      upstream: { targets: [{ url: echo.url }] },
    },
  ]);
});

afterAll(async () => {
  await gateway.close();
  await echo.close();
});

async function take(json: string | Buffer) {
  const headers = { 'content-type': 'application/json' };
  return send(gateway.publicUrl, { method: 'POST', path: PATH, headers, body: Buffer.from(json) });
}

/** What is sent, and what comes back. */
const ACCEPTED: readonly (readonly [rule: string, sent: string, back: string])[] = [
  ['names: JSON name', '{"int32Value":1}', '{"int32Value":1}'],
  ['names: proto name', '{"int32_value":1}', '{"int32Value":1}'],
  ['names: json_name', '{"otherName":"a"}', '{"otherName":"a"}'],
  ['names: the proto name of a renamed field', '{"renamed":"a"}', '{"otherName":"a"}'],
  [
    'int32: lowest and highest',
    '{"int32Value":-2147483648,"ints":[2147483647]}',
    '{"int32Value":-2147483648,"ints":[2147483647]}',
  ],
  ['double: the sign of zero', '{"doubleValue":-0.0}', '{"doubleValue":-0}'],
  ['int32: text', '{"int32Value":"12"}', '{"int32Value":12}'],
  ['int32: exponent', '{"int32Value":1e5}', '{"int32Value":100000}'],
  ['int32: integral fraction', '{"int32Value":100000.0}', '{"int32Value":100000}'],
  ['uint32: highest', '{"uint32Value":4294967295}', '{"uint32Value":4294967295}'],
  ['fixed32: highest', '{"fixed32Value":4294967295}', '{"fixed32Value":4294967295}'],
  [
    'sint32 and sfixed32: lowest',
    '{"sint32Value":-2147483648,"sfixed32Value":-2147483648}',
    '{"sint32Value":-2147483648,"sfixed32Value":-2147483648}',
  ],
  ['int64: number beyond 2^53', '{"int64Value":9007199254740993}', '{"int64Value":"9007199254740993"}'],
  ['int64: text', '{"int64Value":"-9223372036854775808"}', '{"int64Value":"-9223372036854775808"}'],
  [
    'int64: integral fraction beyond 2^53',
    '{"int64Value":9007199254740993.0}',
    '{"int64Value":"9007199254740993"}',
  ],
  ['int64: exponent', '{"int64Value":"1e3"}', '{"int64Value":"1000"}'],
  [
    'uint64 and fixed64: highest',
    '{"uint64Value":18446744073709551615,"fixed64Value":"18446744073709551615"}',
    '{"uint64Value":"18446744073709551615","fixed64Value":"18446744073709551615"}',
  ],
  [
    'double: numbers and names',
    '{"doubles":[0.5,"1.5","NaN","Infinity","-Infinity",1e300]}',
    '{"doubles":[0.5,1.5,"NaN","Infinity","-Infinity",1e+300]}',
  ],
  ['float: text', '{"floatValue":"0.25"}', '{"floatValue":0.25}'],
  ['bool', '{"boolValue":true}', '{"boolValue":true}'],
  ['bytes: standard base64', '{"bytesValue":"+/8="}', '{"bytesValue":"+/8="}'],
  ['bytes: standard without padding', '{"bytesValue":"+/8"}', '{"bytesValue":"+/8="}'],
  ['bytes: URL-safe', '{"bytesValue":"-_8="}', '{"bytesValue":"+/8="}'],
  ['bytes: URL-safe without padding', '{"bytesValue":"-_8"}', '{"bytesValue":"+/8="}'],
  [
    'string: escapes and pairs',
    '{"stringValue":"\\u00e9\\ud83d\\udc09\\n\\"\\\\"}',
    '{"stringValue":"é🐉\\n\\"\\\\"}',
  ],
  ['null: unset', '{"int32Value":null,"child":null,"ints":null,"textMap":null}', '{}'],
  ['null: a oneof member that is not set', '{"choiceText":null,"choiceLong":"1"}', '{"choiceLong":"1"}'],
  ['null: a real one in a Value', '{"choiceValue":null}', '{"choiceValue":null}'],
  [
    'map: integer and boolean keys',
    '{"intMap":{"-1":"a"},"boolMap":{"true":false}}',
    '{"intMap":{"-1":"a"},"boolMap":{"true":false}}',
  ],
  ['map: keys with escapes', '{"textMap":{"\\u0061\\"":"b"}}', '{"textMap":{"a\\"":"b"}}'],
  [
    'map: keys that are names of prototypes',
    '{"textMap":{"__proto__":"x","constructor":"y"}}',
    '{"textMap":{"__proto__":"x","constructor":"y"}}',
  ],
  [
    'Timestamp: offset and nine digits',
    '{"timestamp":"2026-01-31T13:00:00.123456789+01:00"}',
    '{"timestamp":"2026-01-31T12:00:00.123456789Z"}',
  ],
  [
    'Timestamp: three digits',
    '{"timestamp":"0001-01-01T00:00:00.100Z"}',
    '{"timestamp":"0001-01-01T00:00:00.100Z"}',
  ],
  ['Duration', '{"duration":"-1.5s"}', '{"duration":"-1.500s"}'],
  [
    'Struct: any JSON',
    '{"struct":{"a":[1,null,{"b":true}],"c":"d"}}',
    '{"struct":{"a":[1,null,{"b":true}],"c":"d"}}',
  ],
  [
    'Value: a large number stays a double',
    '{"choiceValue":9007199254740993}',
    '{"choiceValue":9007199254740992}',
  ],
  [
    'implicit presence: defaults are left out',
    '{"int32Value":0,"stringValue":"","boolValue":false,"ints":[],"child":{}}',
    '{"child":{}}',
  ],
  ['explicit presence: a default is kept', '{"optionalInt":0}', '{"optionalInt":0}'],
  ['order of field numbers', '{"stringValue":"b","int32Value":1}', '{"int32Value":1,"stringValue":"b"}'],
  ['an empty body is the empty message', '', '{}'],
];

/** What is sent, and the field that is named ("" for the whole). */
const REFUSED: readonly (readonly [rule: string, sent: string | Buffer, field: string | undefined])[] = [
  ['names: another case', '{"INT32VALUE":1}', 'INT32VALUE'],
  ['names: one key twice', '{"int32Value":1,"int32Value":2}', undefined],
  ['names: one field by both names', '{"int32Value":1,"int32_value":2}', 'int32_value'],
  ['numbers: leading plus', '{"int32Value":+1}', undefined],
  ['numbers: leading zero', '{"int32Value":01}', undefined],
  ['numbers: space in a text', '{"int32Value":" 1"}', 'int32Value'],
  ['numbers: empty text', '{"int32Value":""}', 'int32Value'],
  ['numbers: partly numeric', '{"int32Value":"1a"}', 'int32Value'],
  ['numbers: boolean', '{"int32Value":true}', 'int32Value'],
  ['numbers: out of range', '{"int32Value":2147483648}', 'int32Value'],
  ['numbers: fraction', '{"int64Value":1.5}', 'int64Value'],
  ['numbers: int64 out of range', '{"int64Value":9223372036854775808}', 'int64Value'],
  ['numbers: negative uint64', '{"uint64Value":-1}', 'uint64Value'],
  ['double: out of range', '{"doubleValue":1e400}', 'doubleValue'],
  ['double: unquoted NaN', '{"doubleValue":NaN}', undefined],
  ['float: out of range', '{"floatValue":1e39}', 'floatValue'],
  ['bool: number', '{"boolValue":1}', 'boolValue'],
  ['bool: text', '{"boolValue":"true"}', 'boolValue'],
  ['enum: unknown name', '{"color":"MAUVE"}', 'color'],
  ['bytes: other characters', '{"bytesValue":"a*b="}', 'bytesValue'],
  ['string: lone surrogate', '{"stringValue":"\\ud800"}', undefined],
  ['string: invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), undefined],
  ['null: element of a list', '{"ints":[null]}', 'ints[0]'],
  ['null: value of a map', '{"textMap":{"a":null}}', 'textMap.a'],
  ['null: the whole message', 'null', ''],
  ['oneof: two members', '{"choiceText":"a","choiceLong":"1"}', 'choiceLong'],
  ['map: duplicate keys', '{"textMap":{"a":"1","a":"2"}}', undefined],
  ['Timestamp: year 0', '{"timestamp":"0000-01-01T00:00:00Z"}', 'timestamp'],
  ['Timestamp: no offset', '{"timestamp":"2026-01-31T12:00:00"}', 'timestamp'],
  ['Duration: out of range', '{"duration":"315576000001s"}', 'duration'],
  ['Any: a type that nobody knows', '{"any":{"@type":"type.googleapis.com/no.Such"}}', 'any.@type'],
  ['Value: an infinity', '{"choiceValue":1e400}', 'choiceValue'],
  ['a list where one value is due', '{"int32Value":[1]}', 'int32Value'],
  ['one value where a list is due', '{"ints":1}', 'ints'],
  ['an array as the message', '[]', ''],
];

describe('accepted', () => {
  test.each(ACCEPTED)('%s: %s', async (_rule, sent, back) => {
    const answer = await take(sent);
    expect([answer.status, answer.text]).toEqual([200, back]);
  });
});

describe('refused', () => {
  test.each(REFUSED)('%s', async (_rule, sent, field) => {
    echo.reset();
    const answer = await take(sent);
    const problem = answer.json() as { code: string; violations: { field: string }[] };
    expect([answer.status, problem.code]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(problem.violations[0]?.field).toBe(field);
    expect(echo.received()).toEqual([]);
  });

  test('every wrong field is named at once', async () => {
    const { violations } = (
      await take('{"int32Value":"a","child":{"boolValue":1},"ints":[1,"x"]}')
    ).json() as {
      violations: { field: string }[];
    };
    expect(violations.map(({ field }) => field).sort()).toEqual(['child.boolValue', 'int32Value', 'ints[1]']);
  });

  test('nesting: 100 levels pass, 101 do not', async () => {
    const nested = (levels: number) => `${'{"child":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
    expect((await take(nested(100))).status).toBe(200);
    expect((await take(nested(101))).status).toBe(400);
  });
});
