// Messages as JSON Schema: ProtoJSON's rules, field_behavior, comments, the output options of a service.
import { describe, expect, test } from '@jest/globals';
import type { RestSettings } from '../../core/rest-options.ts';
import { at, documentOf, schemaOf } from './documents.ts';

type Row = readonly [field: string, schema: unknown];

/** Compiled together, since a compiler is dear to start: each row is a message of its own, called `Self` in the row. */
function fieldSchemas(rows: readonly Row[], rest: RestSettings = {}): unknown[] {
  const methods = rows.map((_, index) => `rpc Do${index}(google.protobuf.Empty) returns (M${index});`);
  const messages = rows.map(
    ([field], index) => `message M${index} {\n${field.replaceAll('Self', `M${index}`)}\n}`,
  );
  const document = documentOf(`service S { ${methods.join(' ')} }\n${messages.join('\n')}`, { rest });
  return rows.map((_row, index) => {
    const schema = at(schemaOf(document, `M${index}`), 'properties', 'xY');
    return JSON.parse(JSON.stringify(schema).replaceAll(`/M${index}"`, '/Self"'));
  });
}

describe('a field', () => {
  const rows: readonly Row[] = [
    ['bool x_y = 1;', { type: 'boolean' }],
    ['string x_y = 1;', { type: 'string' }],
    ['bytes x_y = 1;', { type: 'string', contentEncoding: 'base64' }],
    ['float x_y = 1;', { type: 'number', format: 'float' }],
    ['double x_y = 1;', { type: 'number', format: 'double' }],
    ['int32 x_y = 1;', { type: 'integer', format: 'int32' }],
    ['sfixed32 x_y = 1;', { type: 'integer', format: 'int32' }],
    ['uint32 x_y = 1;', { type: 'integer', format: 'int64', minimum: 0, maximum: 4_294_967_295 }],
    ['sint64 x_y = 1;', { type: 'string', format: 'int64', pattern: '^-?(?:0|[1-9][0-9]{0,18})$' }],
    ['fixed64 x_y = 1;', { type: 'string', format: 'uint64', pattern: '^(?:0|[1-9][0-9]{0,19})$' }],
    ['google.protobuf.Timestamp x_y = 1;', { type: 'string', format: 'date-time' }],
    [
      'google.protobuf.Duration x_y = 1;',
      { type: 'string', pattern: '^-?[0-9]+(\\.[0-9]{1,9})?s$', examples: ['1.5s'] },
    ],
    [
      'google.protobuf.FieldMask x_y = 1;',
      { type: 'string', description: 'Paths of fields, separated by commas.' },
    ],
    ['google.protobuf.StringValue x_y = 1;', { type: ['string', 'null'] }],
    [
      'google.protobuf.Int64Value x_y = 1;',
      { type: ['string', 'null'], format: 'int64', pattern: '^-?(?:0|[1-9][0-9]{0,18})$' },
    ],
    ['google.protobuf.Struct x_y = 1;', { type: 'object', additionalProperties: true }],
    ['google.protobuf.Value x_y = 1;', { description: 'Any JSON value.' }],
    ['google.protobuf.ListValue x_y = 1;', { type: 'array', items: {} }],
    ['google.protobuf.Empty x_y = 1;', { type: 'object' }],
    ['google.protobuf.NullValue x_y = 1;', { type: 'null' }],
    ['repeated string x_y = 1;', { type: 'array', items: { type: 'string' } }],
    // An element is never null.
    ['repeated google.protobuf.StringValue x_y = 1;', { type: 'array', items: { type: 'string' } }],
    ['map<string, bool> x_y = 1;', { type: 'object', additionalProperties: { type: 'boolean' } }],
    [
      'map<sint32, string> x_y = 1;',
      {
        type: 'object',
        propertyNames: { pattern: '^-?(?:0|[1-9][0-9]{0,18})$' },
        additionalProperties: { type: 'string' },
      },
    ],
    [
      'map<bool, string> x_y = 1;',
      {
        type: 'object',
        propertyNames: { enum: ['true', 'false'] },
        additionalProperties: { type: 'string' },
      },
    ],
    // A message in itself.
    ['Self x_y = 1;', { $ref: '#/components/schemas/Self' }],
    [
      'map<string, Self> x_y = 1;',
      { type: 'object', additionalProperties: { $ref: '#/components/schemas/Self' } },
    ],
    ['string x_y = 1 [(google.api.field_behavior) = OUTPUT_ONLY];', { type: 'string', readOnly: true }],
    ['string x_y = 1 [(google.api.field_behavior) = INPUT_ONLY];', { type: 'string', writeOnly: true }],
    ['string x_y = 1 [deprecated = true];', { type: 'string', deprecated: true }],
    ['// What it is.\n string x_y = 1;', { type: 'string', description: 'What it is.' }],
    ['// Of itself.\n Self x_y = 1;', { $ref: '#/components/schemas/Self', description: 'Of itself.' }],
  ];
  const schemas = fieldSchemas(rows);
  test.each(rows.map(([field, schema], index) => [field, schemas[index], schema]))(
    '%s',
    (_field, found, schema) => {
      expect(found).toEqual(schema);
    },
  );

  const numbers: readonly Row[] = [
    ['int64 x_y = 1;', { type: 'integer', format: 'int64' }],
    ['uint64 x_y = 1;', { type: 'integer', format: 'uint64', minimum: 0 }],
    ['google.protobuf.UInt64Value x_y = 1;', { type: ['integer', 'null'], format: 'uint64', minimum: 0 }],
  ];
  const asNumbers = fieldSchemas(numbers, { output: { int64AsNumbers: true } });
  test.each(numbers.map(([field, schema], index) => [field, asNumbers[index], schema]))(
    '%s of a service that writes 64 bits as numbers',
    (_field, found, schema) => {
      expect(found).toEqual(schema);
    },
  );

  test('has its proto name where the service writes proto names', () => {
    const body = 'service S { rpc Do(google.protobuf.Empty) returns (M); } message M { string x_y = 1; }';
    expect(Object.keys(at(schemaOf(documentOf(body), 'M'), 'properties') as object)).toEqual(['xY']);
    const proto = documentOf(body, { rest: { output: { protoNames: true } } });
    expect(Object.keys(at(schemaOf(proto, 'M'), 'properties') as object)).toEqual(['x_y']);
  });

  test('called like a member of every object is a property like others', () => {
    const document = documentOf(
      'service S { rpc Do(google.protobuf.Empty) returns (M); } message M { string a = 1 [json_name="__proto__"]; string b = 2 [json_name="$ref"]; }',
    );
    const properties = at(schemaOf(document, 'M'), 'properties') as object;
    expect(Object.entries(properties)).toEqual([
      ['__proto__', { type: 'string' }],
      ['$ref', { type: 'string' }],
    ]);
  });
});

describe('an enum', () => {
  const body = `service S { rpc Do(google.protobuf.Empty) returns (M); } message M { E e = 1; }
    // Moods.
    enum E { option allow_alias = true; E_NONE = 0;
    // Laughs.
    E_GLAD = 1; E_MERRY = 1; E_OLD = -2 [deprecated = true]; }`;

  test('has its names and says what they mean', () => {
    expect(schemaOf(documentOf(body), 'E')).toEqual({
      type: 'string',
      description: 'Moods.\n\n- `E_GLAD`: Laughs.\n- `E_OLD`: (deprecated)',
      enum: ['E_NONE', 'E_GLAD', 'E_MERRY', 'E_OLD'],
    });
  });

  test('has its numbers where the service writes numbers', () => {
    expect(schemaOf(documentOf(body, { rest: { output: { enumsAsNumbers: true } } }), 'E')).toMatchObject({
      type: 'integer',
      enum: [0, 1, -2],
      'x-enum-varnames': ['E_NONE', 'E_GLAD', 'E_OLD'],
    });
  });
});

describe('a message', () => {
  test('requires what field_behavior says, members of oneofs aside', () => {
    const document = documentOf(`service S { rpc Do(M) returns (google.protobuf.Empty); } message M {
      string a = 1 [(google.api.field_behavior) = REQUIRED];
      string b = 2 [(google.api.field_behavior) = REQUIRED, (google.api.field_behavior) = INPUT_ONLY];
      string c = 3 [(google.api.field_behavior) = REQUIRED, (google.api.field_behavior) = OUTPUT_ONLY];
      oneof o { string d = 4 [(google.api.field_behavior) = REQUIRED]; string e = 5; }
      string f = 6; }`);
    expect(at(schemaOf(document, 'M'), 'required')).toEqual(['a', 'b']);
  });

  test('that is answered with does not require what is never shown', () => {
    const document = documentOf(`service S { rpc Do(M) returns (M); } message M {
      string a = 1 [(google.api.field_behavior) = REQUIRED];
      string b = 2 [(google.api.field_behavior) = REQUIRED, (google.api.field_behavior) = INPUT_ONLY]; }`);
    expect(at(schemaOf(document, 'M'), 'required')).toEqual(['a']);
  });

  test('says which members exclude each other', () => {
    const document = documentOf(`service S { rpc Do(google.protobuf.Empty) returns (M); }
      // A thing.
      message M {
        // How it was had.
        oneof way { string by_gift = 1; string by_theft = 2; }
        optional string other = 3; }`);
    expect(at(schemaOf(document, 'M'), 'description')).toBe(
      'A thing.\n\nAt most one of `byGift`, `byTheft`. How it was had.',
    );
  });

  test('inside of another keeps its name', () => {
    const document = documentOf(
      'service S { rpc Do(google.protobuf.Empty) returns (M.N.O); } message M { message N { message O { N n = 1; } } }',
    );
    expect(Object.keys(at(document, 'components', 'schemas') as object)).toEqual(['M.N', 'M.N.O', 'Problem']);
  });
});
