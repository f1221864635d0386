// The protobuf conformance suite's cases that touch JSON, by their names, through the running gateway: JSON to the bytes
// that an echo upstream got, and bytes of an upstream to JSON. Inputs and expectations are written for the types of
// test/json/kinds.ts. Source: transcoding reference, section 6 ("the checklist is the list of case names").
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { DurationSchema, FieldMaskSchema, TimestampSchema, ValueSchema } from '@bufbuild/protobuf/wkt';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { compileKinds } from '../json/kinds.ts';
import { ACCEPTED, REFUSED } from './conformance-cases.ts';

const PATH = '/kinds.v1.Kinds_Service/Take';
const kinds = await compileKinds();
const KINDS = kinds.message('kinds.v1.Kinds');

let echo: EchoServer;
let gateway: TestGateway;

beforeAll(async () => {
  echo = await startEchoServer(kinds.descriptorSet);
  const service = {
    source: { kind: 'descriptorSet', bytes: kinds.descriptorSet },
    upstream: { targets: [{ url: echo.url }] },
  } as const;
  gateway = await startTestGateway([{ name: 'kinds', ...service, rest: { protobuf: true } }]);
});
afterAll(async () => {
  await gateway.close();
  await echo.close();
});

async function take(body: string | Uint8Array) {
  const type = typeof body === 'string' ? 'application/json' : 'application/x-protobuf';
  const headers = { 'content-type': type, accept: 'application/json' };
  return send(gateway.publicUrl, { method: 'POST', path: PATH, headers, body: Buffer.from(body) });
}

describe('JSON that is valid', () => {
  test.each(ACCEPTED)('%s', async (_name, input, output = input) => {
    const answer = await take(input);
    expect([answer.status, answer.text]).toEqual([200, output]);
    // What arrived means what was written: the library reads both as one message.
    const arrived = echo.lastCall(PATH)?.requests[0] ?? new Uint8Array([255]);
    const again = await take(arrived);
    expect([again.status, again.text]).toEqual([200, output]);
    expect(Buffer.from(toBinary(KINDS, fromBinary(KINDS, arrived)))).toEqual(
      Buffer.from(kinds.codec('kinds.v1.Kinds').jsonToWire(output)),
    );
  });
});

describe('JSON that is not', () => {
  test.each(REFUSED)('%s', async (_name, input) => {
    echo.reset();
    expect(problemOf(await take(input))).toEqual(
      expect.objectContaining({ status: 400, code: 'INVALID_ARGUMENT', source: 'gateway' }),
    );
    expect(echo.received()).toEqual([]);
  });
});

/** A field of Kinds that holds these bytes. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  const tag = (number << 3) | 2;
  return Uint8Array.from([(tag & 127) | 128, tag >> 7, bytes.length, ...bytes]);
}

const second = (seconds: bigint, nanos = 0) => ({ seconds, nanos });
const timestamp = (seconds: bigint, nanos = 0) =>
  field(50, toBinary(TimestampSchema, create(TimestampSchema, second(seconds, nanos))));
const duration = (seconds: bigint, nanos = 0) =>
  field(51, toBinary(DurationSchema, create(DurationSchema, second(seconds, nanos))));
const mask = (...paths: string[]) => field(52, toBinary(FieldMaskSchema, create(FieldMaskSchema, { paths })));
const number = (value: number) =>
  field(54, toBinary(ValueSchema, create(ValueSchema, { kind: { case: 'numberValue', value } })));

describe('bytes of an upstream that JSON can say', () => {
  test.each([
    ['TimestampProtoMin', timestamp(-62_135_596_800n), '{"timestamp":"0001-01-01T00:00:00Z"}'],
    [
      'TimestampProtoMax',
      timestamp(253_402_300_799n, 999_999_999),
      '{"timestamp":"9999-12-31T23:59:59.999999999Z"}',
    ],
    ['DurationProtoMin', duration(-315_576_000_000n), '{"duration":"-315576000000s"}'],
    ['DurationProtoMax', duration(315_576_000_000n), '{"duration":"315576000000s"}'],
    ['FieldMask', mask('foo', 'bar_baz'), '{"mask":"foo,barBaz"}'],
    ['Value', number(1), '{"value":1}'],
    ['UnknownVarint', Uint8Array.from([0xd0, 0x29, 0x7b]), '{}'],
    ['EnumFieldUnknownValue', Uint8Array.from([0x80, 0x01, 0x7b]), '{"color":123}'],
    ['RepeatedFieldPackedAsExpanded', Uint8Array.from([0xa0, 1, 1, 0xa0, 1, 2]), '{"ints":[1,2]}'],
    ['RepeatedFieldPacked', Uint8Array.from([0xa2, 1, 2, 1, 2]), '{"ints":[1,2]}'],
    ['RepeatedScalarSelectsLast', Uint8Array.from([0x08, 1, 0x08, 2]), '{"int32Value":2}'],
    ['Int32VarintOfTenBytes', Uint8Array.from([0x08, ...Array(9).fill(0xff), 0x01]), '{"int32Value":-1}'],
    ['BoolOverlong', Uint8Array.from([0x68, 0x82, 0x00]), '{"boolValue":true}'],
    ['OneofSelectsLast', Uint8Array.from([0xc2, 2, 1, 0x61, 0xc8, 2, 5]), '{"choiceLong":"5"}'],
    ['MapEntryWithoutKey', Uint8Array.from([0xf2, 1, 3, 0x12, 1, 0x61]), '{"textMap":{"":"a"}}'],
    ['MapEntryWithoutValue', Uint8Array.from([0xf2, 1, 3, 0x0a, 1, 0x61]), '{"textMap":{"a":""}}'],
    [
      'MapEntryReversed',
      Uint8Array.from([0xf2, 1, 6, 0x12, 1, 0x62, 0x0a, 1, 0x61]),
      '{"textMap":{"a":"b"}}',
    ],
  ])('%s', async (_name, bytes, json) => {
    const answer = await take(bytes);
    expect([answer.status, answer.text]).toEqual([200, json]);
  });
});

describe('bytes of an upstream that JSON cannot say, though they are a message', () => {
  test.each([
    ['TimestampProtoInputTooSmall', timestamp(-62_135_596_801n)],
    ['TimestampProtoInputTooLarge', timestamp(253_402_300_800n)],
    ['TimestampProtoNegativeNanos', timestamp(0n, -1)],
    ['DurationProtoInputTooSmall', duration(-315_576_000_001n)],
    ['DurationProtoInputTooLarge', duration(315_576_000_001n)],
    ['DurationProtoNanosWrongSign', duration(1n, -1)],
    ['DurationProtoNanosTooLarge', duration(0n, 1_000_000_000)],
    ['FieldMaskPathsDontRoundTrip', mask('fooBar')],
    ['FieldMaskNumbersDontRoundTrip', mask('foo_3_bar')],
    ['FieldMaskTooManyUnderscore', mask('foo__bar')],
    ['ValueRejectNanNumberValue', number(Number.NaN)],
    ['ValueRejectInfNumberValue', number(Number.POSITIVE_INFINITY)],
  ])('%s', async (_name, bytes) => {
    expect(problemOf(await take(bytes))).toEqual(
      expect.objectContaining({
        status: 502,
        code: 'INTERNAL',
        type: 'urn:dragoman:problem:upstream-protocol',
      }),
    );
  });
});
