import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { create, fromBinary, type MessageInitShape, toBinary, toJsonString } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
  FieldDescriptorProto_Label as Label,
  MethodOptionsSchema,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatProblem } from '../../core/problem.ts';
import { compileProto } from '../../registry/compile/compile-proto.ts';
import { readDescriptorSet } from '../../registry/compile/read-descriptor-set.ts';
import { echoProto, filesOf } from './sources.ts';

type FileInit = MessageInitShape<typeof FileDescriptorProtoSchema>;

const STRING_FIELD = { name: 'text', number: 1, type: Type.STRING, label: Label.OPTIONAL };

/** A file with message `M` and service `S`, changed as given. */
function file(changes: Partial<FileInit> = {}): FileInit {
  return {
    name: 'a.proto',
    package: 'demo',
    syntax: 'proto3',
    messageType: [{ name: 'M', field: [STRING_FIELD] }],
    service: [{ name: 'S', method: [{ name: 'Get', inputType: '.demo.M', outputType: '.demo.M' }] }],
    ...changes,
  } as FileInit;
}

function bytesOf(...files: FileInit[]): Uint8Array {
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: files }));
}

function read(
  bytes: Uint8Array,
  limits = {},
): { ok: boolean; problems: string[]; set: FileDescriptorSet; entry: readonly string[] } {
  const result = readDescriptorSet(bytes, limits);
  const set = fromBinary(FileDescriptorSetSchema, result.ok ? result.value.descriptorSet : new Uint8Array());
  return {
    ok: result.ok,
    problems: result.problems.map(formatProblem),
    set,
    entry: result.ok ? result.value.entry : [],
  };
}

/** What a compiler writes for a source with imports, enums, maps and options. */
let compiled: Uint8Array;

beforeAll(async () => {
  const body = `message Big { map<string, Words> words = 1; enum E { ZERO = 0; } optional E e = 2; oneof o { string s = 3; bytes b = 4; } }
    service Http { rpc Get(Words) returns (Big) { option (google.api.http) = { get: "/v1/words" }; } }`;
  const imports = ['google/api/annotations.proto', 'google/longrunning/operations.proto', 'b.proto'];
  const files = filesOf({
    'a.proto': echoProto(body, imports),
    'b.proto': 'syntax = "proto3"; import "c.proto";',
    'c.proto': '',
  });
  const result = await compileProto({ files, entry: ['a.proto'] });
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  compiled = result.value.descriptorSet;
});

describe('a descriptor set that is fine', () => {
  test('is handed back as it is', () => {
    const result = readDescriptorSet(compiled);
    expect(result.problems).toEqual([]);
    expect(result).toMatchObject({ ok: true, value: { entry: ['a.proto'] } });
    expect(read(compiled).set).toEqual(fromBinary(FileDescriptorSetSchema, compiled));
  });

  test('may have its files in any order', () => {
    const reversed = fromBinary(FileDescriptorSetSchema, compiled);
    reversed.file.reverse();
    const { ok, set } = read(toBinary(FileDescriptorSetSchema, reversed));
    expect(ok).toBe(true);
    const seen = new Set<string>();
    for (const { name, dependency } of set.file) {
      expect(dependency.filter((path) => !seen.has(path))).toEqual([]);
      seen.add(name);
    }
    expect(seen.size).toBe(reversed.file.length);
  });

  test('serves every file with services, but not common ones that are only imported', () => {
    const other = file({ name: 'b.proto', package: 'other', messageType: [], dependency: ['a.proto'] });
    expect(read(bytesOf(file(), other)).entry).toEqual(['a.proto', 'b.proto']);
    expect(read(compiled).set.file.map((one) => one.name)).toContain('google/longrunning/operations.proto');
    expect(read(compiled).entry).toEqual(['a.proto']);
  });

  test('gets the JSON names that it lacks and keeps those it has', () => {
    const fields = [
      { ...STRING_FIELD, name: 'page_size' },
      { ...STRING_FIELD, name: 'page_token', number: 2, jsonName: 'cursor' },
    ];
    const { set } = read(bytesOf(file({ messageType: [{ name: 'M', field: fields }] })));
    expect(set.file[0]?.messageType[0]?.field.map((field) => field.jsonName)).toEqual(['pageSize', 'cursor']);
  });

  test('keeps the copies of common protos that it carries', () => {
    const old = file({
      name: 'google/api/http.proto',
      package: 'google.api',
      messageType: [{ name: 'HttpRule', field: [STRING_FIELD] }],
      service: [],
    });
    const { set } = read(bytesOf(old, file({ dependency: ['google/api/http.proto'] })));
    expect(set.file[0]?.messageType[0]?.field.map((field) => field.name)).toEqual(['text']);
  });
});

test('a set is read where making code from text is forbidden', () => {
  const module = new URL('../../registry/compile/read-descriptor-set.ts', import.meta.url).href;
  const script = `
    import { readFileSync } from 'node:fs';
    import { readDescriptorSet } from ${JSON.stringify(module)};
    console.log(JSON.stringify(readDescriptorSet(readFileSync(0)).ok));`;
  const args = ['--disallow-code-generation-from-strings', '--input-type=module', '-e', script];
  expect(execFileSync(process.execPath, args, { input: compiled, encoding: 'utf8' })).toBe('true\n');
});

describe('bytes that are no descriptor set are told what they are', () => {
  const text = (content: string): Uint8Array => Buffer.from(content);
  test.each([
    ['nothing', () => new Uint8Array(), 'the descriptor set is empty; expected a binary FileDescriptorSet'],
    ['.proto text', () => text(echoProto()), 'this looks like .proto text; send it under "files"'],
    ['.proto text after a comment', () => text('\n// Hi\nsyntax = "proto3";'), 'this looks like .proto text'],
    [
      '.proto text with a byte order mark',
      () => text('\ufeffsyntax = "proto3";'),
      'this looks like .proto text',
    ],
    [
      'long .proto text, cut amid a character',
      () => text(`// ${'é'.repeat(5000)}`),
      'this looks like .proto text',
    ],
    [
      'JSON of a set',
      () => text(toJsonString(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [file()] }))),
      'this looks like JSON',
    ],
    [
      'OpenAPI in JSON',
      () => text('{\n  "openapi": "3.1.0",\n "paths": {} }'),
      'this looks like an OpenAPI document',
    ],
    ['OpenAPI in YAML', () => text('openapi: 3.1.0\npaths: {}\n'), 'this looks like an OpenAPI document'],
    ['base64', () => text(Buffer.from(bytesOf(file())).toString('base64')), 'this looks like base64'],
    [
      'base64 in lines',
      () => text(Buffer.alloc(3000, 'x').toString('base64').replace(/.{76}/g, '$&\n')),
      'this looks like base64',
    ],
    [
      'other text',
      () => text('hello world, this is me'),
      'this is text; expected a binary FileDescriptorSet',
    ],
    ['gzip', () => gzipSync(bytesOf(file())), 'this is gzip-compressed'],
    ['a zip archive', () => text('PK\u0003\u0004\u0000'), 'this is a zip archive'],
    [
      'one file instead of a set',
      () => toBinary(FileDescriptorProtoSchema, create(FileDescriptorProtoSchema, file())),
      'this is a single FileDescriptorProto',
    ],
    ['zeros', () => new Uint8Array(64), 'the bytes are no descriptor set'],
    ['a cut set', () => bytesOf(file()).subarray(0, 40), 'the bytes are no descriptor set'],
    ['another message', () => Uint8Array.of(0x10, 0x01, 0x18, 0x02), 'the bytes are no descriptor set'],
    ['a file without a name', () => bytesOf(file({ name: '' })), 'the bytes are no descriptor set'],
  ])('%s', (_name, bytes, message) => {
    const { ok, problems } = read(bytes());
    expect(ok).toBe(false);
    expect(problems).toEqual([expect.stringContaining(message)]);
  });
});

describe('a descriptor set that makes no sense is refused', () => {
  const withMessage = (...messageType: unknown[]): FileInit =>
    file({ messageType: [{ name: 'M' }, ...messageType] } as Partial<FileInit>);
  const withField = (field: object): FileInit =>
    withMessage({ name: 'X', field: [{ ...STRING_FIELD, ...field }] });

  test.each<[string, FileInit[], string]>([
    [
      'a missing import',
      [file({ dependency: ['b.proto'] })],
      'a.proto: imports "b.proto", which the descriptor set lacks; build it with its imports',
    ],
    [
      'a cycle',
      [file({ dependency: ['b.proto'] }), { name: 'b.proto', dependency: ['a.proto'] }],
      'b.proto: imports "a.proto", which imports this file in turn',
    ],
    [
      'a file that imports itself',
      [file({ dependency: ['a.proto'] })],
      'a.proto: imports "a.proto", which imports this file in turn',
    ],
    ['a file twice', [file(), file()], 'the descriptor set holds the file "a.proto" twice'],
    [
      'no service',
      [file({ service: [] })],
      'no file of the descriptor set declares a service: a.proto has 1 message',
    ],
    [
      'a type that is not there',
      [withField({ type: Type.MESSAGE, typeName: '.demo.Lost' })],
      'the type of field "demo.X.text" ".demo.Lost" is not in the descriptor set',
    ],
    [
      'a type of the wrong kind',
      [withField({ type: Type.ENUM, typeName: '.demo.M' })],
      'the type of field "demo.X.text" is message ".demo.M", not enum',
    ],
    [
      'a type that is not given',
      [withField({ type: Type.MESSAGE })],
      'the type of field "demo.X.text" is not given',
    ],
    [
      'a method without its request',
      [
        file({
          service: [{ name: 'S', method: [{ name: 'Get', inputType: '.x.Y', outputType: '.demo.M' }] }],
        }),
      ],
      'the request type of method "demo.S.Get" ".x.Y" is not in the descriptor set',
    ],
    [
      'a name declared twice',
      [withMessage({ name: 'M' })],
      'message "demo.M" is declared already, as message',
    ],
    [
      'a name declared in two files',
      [file(), file({ name: 'b.proto', service: [] })],
      'b.proto: message "demo.M" is declared already, as message',
    ],
    [
      'a field declared twice',
      [withMessage({ name: 'X', field: [STRING_FIELD, { ...STRING_FIELD, number: 2 }] })],
      'field "demo.X.text" is declared twice',
    ],
    [
      'a number used twice',
      [withMessage({ name: 'X', field: [STRING_FIELD, { ...STRING_FIELD, name: 'b' }] })],
      'field "demo.X.b" uses number 1 a second time',
    ],
    [
      'number zero',
      [withField({ number: 0 })],
      'field "demo.X.text" has number 0; allowed are 1 to 536870911',
    ],
    ['a number too high', [withField({ number: 536_870_912 })], 'has number 536870912'],
    [
      'a field without type',
      [
        withMessage({
          name: 'X',
          field: [{ name: 'a', number: 1, label: Label.OPTIONAL, type: 99 as Type }],
        }),
      ],
      'field "demo.X.a" has no type',
    ],
    [
      'a oneof that is not there',
      [withField({ oneofIndex: 0 })],
      'field "demo.X.text" belongs to a oneof that does not exist',
    ],
    [
      'a method declared twice',
      [
        file({
          service: [
            {
              name: 'S',
              method: [
                { name: 'A', inputType: '.demo.M', outputType: '.demo.M' },
                { name: 'A', inputType: '.demo.M', outputType: '.demo.M' },
              ],
            },
          ],
        }),
      ],
      'method "demo.S.A" is declared twice',
    ],
    ['an enum without values', [file({ enumType: [{ name: 'E' }] })], 'enum "demo.E" has no values'],
    [
      'an enum value twice',
      [
        file({
          enumType: [
            {
              name: 'E',
              value: [
                { name: 'A', number: 0 },
                { name: 'A', number: 1 },
              ],
            },
          ],
        }),
      ],
      'enum "demo.E" declares the value "A" twice',
    ],
    [
      'a map entry that is none',
      [withMessage({ name: 'X', options: { mapEntry: true } })],
      'message "demo.X" is marked as a map entry but has no key and value',
    ],
    ['a package name that is none', [file({ package: 'a-b' })], 'the package name "a-b" is not allowed'],
    [
      'code as a name',
      [withMessage({ name: 'x(){process.exit(1)}' })],
      'the message name "x(){process.exit(1)}" is not allowed',
    ],
    ['a field name with a dot', [withField({ name: 'a.b' })], 'the field name "a.b" is not allowed'],
    [
      'a method name with a slash',
      [
        file({
          service: [{ name: 'S', method: [{ name: 'A/../B', inputType: '.demo.M', outputType: '.demo.M' }] }],
        }),
      ],
      'the method name "A/../B" is not allowed',
    ],
    [
      'a default that does not fit',
      [withField({ type: Type.INT32, defaultValue: 'many' })],
      'the default value of "field demo.X.text" does not fit its type',
    ],
    [
      'a syntax that nobody knows',
      [file({ syntax: 'proto4' })],
      'the descriptor set does not resolve: a.proto: unsupported syntax "proto4"',
    ],
    [
      'a well-known type of another shape',
      [
        file({
          name: 'd.proto',
          package: 'google.protobuf',
          messageType: [{ name: 'Duration', field: [STRING_FIELD] }],
          service: [],
        }),
        file(),
      ],
      "message google.protobuf.Duration differs from Google's",
    ],
  ])('%s', (_name, files, message) => {
    const { ok, problems } = read(bytesOf(...files));
    expect(ok).toBe(false);
    expect(problems.join('\n')).toContain(message);
  });

  test.each<[Type, string, boolean]>([
    [Type.INT32, '-2147483648', true],
    [Type.INT32, '2147483648', false],
    [Type.UINT32, '4294967295', true],
    [Type.UINT32, '-1', false],
    [Type.SINT64, '-9223372036854775808', true],
    [Type.FIXED64, '18446744073709551615', true],
    [Type.FIXED64, '18446744073709551616', false],
    [Type.INT64, '1.5', false],
    [Type.INT64, '', false],
    [Type.DOUBLE, '1.5e+300', true],
    [Type.DOUBLE, '-inf', true],
    [Type.FLOAT, 'nan', true],
    [Type.FLOAT, 'much', false],
    [Type.BOOL, 'true', true],
    [Type.BOOL, 'yes', false],
    [Type.STRING, 'anything', true],
    [Type.BYTES, 'a\\001\\x', false],
    [Type.BYTES, 'a\\001', true],
  ])('a default of type %d: %j is fine: %j', (type, defaultValue, isFine) => {
    const { ok, problems } = read(bytesOf({ ...withField({ type, defaultValue }), syntax: 'proto2' }));
    expect([ok, problems.length]).toEqual([isFine, isFine ? 0 : 1]);
  });

  test.each([
    ['ONE', true],
    ['TWO', false],
  ])('a default %s of an enum with ONE alone is fine: %j', (defaultValue, isFine) => {
    const field = { ...STRING_FIELD, type: Type.ENUM, typeName: '.demo.E', defaultValue };
    const enumType = [{ name: 'E', value: [{ name: 'ONE', number: 1 }] }];
    const messageType = [{ name: 'M', field: [field] }];
    expect(read(bytesOf(file({ syntax: 'proto2', enumType, messageType }))).ok).toBe(isFine);
  });

  test('an option that cannot be read as what its number says', () => {
    const options = create(MethodOptionsSchema);
    // Length 2, then a tag without its end.
    options.$unknown = [{ no: 72295728, wireType: 2, data: Uint8Array.of(2, 0xff, 0xff) }];
    const method = { name: 'Get', inputType: '.demo.M', outputType: '.demo.M', options };
    const set = create(FileDescriptorSetSchema, {
      file: [file({ service: [{ name: 'S', method: [method] }] })],
    });
    expect(read(toBinary(FileDescriptorSetSchema, set)).problems).toEqual([
      expect.stringContaining('option 72295728 of "S.Get" cannot be read as (google.api.http)'),
    ]);
  });

  test('messages nested without end', () => {
    const tag = Buffer.from([0x1a]);
    let message = Buffer.from([0x0a, 0x01, 0x4d]);
    for (let depth = 0; depth < 10_000; depth += 1) {
      message = Buffer.concat([Buffer.from([0x0a, 0x01, 0x4d]), tag, varint(message.length), message]);
    }
    const inFile = Buffer.concat([
      Buffer.from([0x0a, 0x07]),
      Buffer.from('a.proto'),
      Buffer.from([0x22]),
      varint(message.length),
      message,
    ]);
    const set = Buffer.concat([Buffer.from([0x0a]), varint(inFile.length), inFile]);
    expect(read(set).problems).toEqual(['the descriptor set is nested too deep to be read (descriptor-set)']);
  });

  test('every problem is listed', () => {
    const bad = withMessage(
      { name: 'X', field: [{ ...STRING_FIELD, number: 0 }] },
      { name: 'no name' },
      { name: 'M' },
    );
    expect(read(bytesOf(bad)).problems).toHaveLength(3);
  });

  test('more bytes than allowed', () => {
    expect(read(compiled, { sourceBytes: 100 }).problems).toEqual([
      `the descriptor set holds ${compiled.length} bytes; at most 100 are taken (source-limits)`,
    ]);
  });
});

describe('damaged sets', () => {
  const seed = 20_261_120;

  test('never make the reader throw, and never pass as something unreadable', () => {
    const mutation = fc.record({
      at: fc.nat(),
      byte: fc.nat(255),
      kind: fc.constantFrom('set', 'insert', 'delete', 'cut'),
    });
    const property = fc.property(fc.array(mutation, { minLength: 1, maxLength: 8 }), (mutations) => {
      const result = readDescriptorSet(mutations.reduce(mutate, withoutSourceInfo()));
      if (!result.ok) return result.problems.length > 0;
      return readDescriptorSet(result.value.descriptorSet).ok;
    });
    fc.assert(property, {
      seed,
      numRuns: 3_000,
      interruptAfterTimeLimit: 10_000,
      markInterruptAsFailure: false,
    });
  });

  test('nor do bytes of no sense at all', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => !readDescriptorSet(bytes).ok);
    fc.assert(property, { seed, numRuns: 2_000 });
  });

  let small: Uint8Array | undefined;
  function withoutSourceInfo(): Uint8Array {
    if (small === undefined) {
      const set = fromBinary(FileDescriptorSetSchema, compiled);
      set.file = set.file.filter((one) => !one.name.startsWith('google/'));
      for (const one of set.file) {
        delete one.sourceCodeInfo;
        one.dependency = one.dependency.filter((path) => !path.startsWith('google/'));
      }
      small = toBinary(FileDescriptorSetSchema, set);
    }
    return small;
  }
});

interface Mutation {
  readonly at: number;
  readonly byte: number;
  readonly kind: string;
}

function mutate(bytes: Uint8Array, { at, byte, kind }: Mutation): Uint8Array {
  const index = at % Math.max(1, bytes.length);
  const copy = [...bytes];
  switch (kind) {
    case 'set':
      copy[index] = byte;
      break;
    case 'insert':
      copy.splice(index, 0, byte);
      break;
    case 'delete':
      copy.splice(index, 1 + (byte % 4));
      break;
    default:
      copy.length = index;
  }
  return Uint8Array.from(copy);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
