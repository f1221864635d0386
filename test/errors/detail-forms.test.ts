// Details of an upstream's status that are not the usual ones: types with a JSON form of their own, details inside of
// details, field paths with keys in them. Sources: transcoding reference, section 9.4; ProtoJSON, "Any".
import { create, fromJson, toBinary } from '@bufbuild/protobuf';
import {
  type Any,
  AnySchema,
  anyPack,
  EmptySchema,
  StructSchema,
  TimestampSchema,
} from '@bufbuild/protobuf/wkt';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { GatewayError } from '../../core/error.ts';
import { errorOfStatus } from '../../translators/grpc/status.ts';
import { type CompiledTypes, compileTypes } from '../harness/compile-types.ts';

const URL = 'type.googleapis.com';
const CANARY = 'at /srv/secret.ts:7';

let types: CompiledTypes;
beforeAll(async () => {
  const content = `syntax = "proto3";
    import "google/rpc/status.proto";
    import "google/rpc/error_details.proto";
    import "google/protobuf/empty.proto";
    import "google/protobuf/struct.proto";
    import "google/protobuf/timestamp.proto";
    message Uses {
      google.rpc.Status status = 1;
      google.rpc.DebugInfo debug = 2;
      google.protobuf.Struct struct = 3;
      google.protobuf.Timestamp timestamp = 4;
    }
    service S { rpc Call(Uses) returns (google.protobuf.Empty); }`;
  types = await compileTypes([{ path: 'uses.proto', content }]);
});

const struct = (fields: Record<string, string>): Any => anyPack(StructSchema, fromJson(StructSchema, fields));
const rpc = (name: string, value: Record<string, unknown>): Any => {
  const schema = types.message(`google.rpc.${name}`);
  return create(AnySchema, {
    typeUrl: `${URL}/google.rpc.${name}`,
    value: toBinary(schema, create(schema, value)),
  });
};
const debugInfo = (): Any => rpc('DebugInfo', { detail: CANARY });

/** What becomes of a status with these details. */
function errorOf(details: readonly Any[], showsAll = false): GatewayError {
  const schema = types.message('google.rpc.Status');
  const bytes = toBinary(
    schema,
    create(schema, { code: 3, message: 'no', details } as Record<string, unknown>),
  );
  return errorOfStatus({ number: 3, message: 'no', details: bytes }, types.registry, showsAll);
}

describe('a detail with a JSON form of its own has it under `value`', () => {
  test.each<[string, () => Any, unknown]>([
    ['Struct', () => struct({ a: 'b' }), { a: 'b' }],
    [
      'Timestamp',
      () => anyPack(TimestampSchema, create(TimestampSchema, { seconds: 1n })),
      '1970-01-01T00:00:01Z',
    ],
    ['Empty', () => anyPack(EmptySchema, create(EmptySchema)), {}],
    [
      'Any',
      () => anyPack(AnySchema, struct({ a: 'b' })),
      { '@type': `${URL}/google.protobuf.Struct`, value: { a: 'b' } },
    ],
  ])('%s', (name, detail, value) => {
    expect(errorOf([detail()]).details).toEqual([{ '@type': `${URL}/google.protobuf.${name}`, value }]);
  });

  test('so that what a Struct holds passes for no other type', () => {
    const url = `${URL}/google.rpc.RetryInfo`;
    const error = errorOf([struct({ '@type': url, retryDelay: '99s' })]);
    expect(error.details).toEqual([
      { '@type': `${URL}/google.protobuf.Struct`, value: { '@type': url, retryDelay: '99s' } },
    ]);
    expect(error.retryAfterMs).toBeUndefined();
  });
});

describe('DebugInfo inside of another detail', () => {
  const nested: readonly [string, () => Any, unknown][] = [
    [
      'in an Any',
      () => anyPack(AnySchema, debugInfo()),
      { '@type': `${URL}/google.protobuf.Any`, value: {} },
    ],
    [
      'among the details of a status',
      () => rpc('Status', { code: 5, message: 'inner', details: [debugInfo(), struct({ a: 'b' })] }),
      {
        '@type': `${URL}/google.rpc.Status`,
        code: 5,
        message: 'inner',
        details: [{ '@type': `${URL}/google.protobuf.Struct`, value: { a: 'b' } }],
      },
    ],
  ];

  test.each(nested)('%s is gone', (_name, detail, expected) => {
    expect(errorOf([detail()]).details).toEqual([expected]);
  });

  const stranger = (value: Uint8Array): Any =>
    create(AnySchema, { typeUrl: 'example.com/a.Stranger', value });
  const undecoded: readonly [string, () => Any][] = [
    [
      'beside an Any that nobody here knows',
      () => rpc('Status', { details: [debugInfo(), stranger(Buffer.from('x'))] }),
    ],
    [
      'of a type that nobody here knows',
      () => stranger(toBinary(AnySchema, anyPack(AnySchema, debugInfo()))),
    ],
  ];

  test.each(undecoded)('%s goes with the bytes that hold it', (_name, detail) => {
    const { details } = errorOf([detail(), stranger(Buffer.from('x'))]);
    expect(details).toEqual([{ '@type': 'example.com/a.Stranger', value: 'eA==' }]);
  });

  test.each(undecoded)('%s is among these bytes where everything is shown', (_name, detail) => {
    const [shown] = errorOf([detail()], true).details;
    expect(Buffer.from(String(shown?.value), 'base64').includes(CANARY)).toBe(true);
  });

  test.each(nested)('%s is there where everything is shown', (_name, detail) => {
    expect(JSON.stringify(errorOf([detail()], true).details)).toContain(CANARY);
  });
});

describe('a field of BadRequest is told as JSON has it', () => {
  test.each([
    ['book.page_count', 'book.pageCount'],
    ['parts[1].line_2', 'parts[1].line2'],
    ['a__b.c_', 'aB.c'],
    ['labels["page_count"].the_value', 'labels["page_count"].theValue'],
    ['labels[page_count]', 'labels[page_count]'],
    ['', ''],
  ])('%j is %j', (field, expected) => {
    const error = errorOf([rpc('BadRequest', { fieldViolations: [{ field, description: 'no' }] })]);
    expect(error.violations).toEqual([{ field: expected, description: 'no' }]);
  });
});
