import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, test } from '@jest/globals';
import { formatProblem, type Result } from '../../core/problem.ts';
import { type CompileOptions, compileProto } from '../../registry/compile/compile-proto.ts';
import type { CompiledSource } from '../../registry/compile/compiled-source.ts';
import { echoProto, filesOf } from './sources.ts';

function compile(
  texts: Record<string, string>,
  entry: string[] = ['a.proto'],
  options: CompileOptions = {},
): Promise<Result<CompiledSource>> {
  return compileProto({ files: filesOf(texts), entry }, options);
}

function setOf(result: Result<CompiledSource>): FileDescriptorSet {
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return fromBinary(FileDescriptorSetSchema, result.value.descriptorSet);
}

async function problemsOf(...args: Parameters<typeof compile>): Promise<string[]> {
  const result = await compile(...args);
  expect(result.ok).toBe(false);
  return result.problems.map(formatProblem);
}

describe('a source that compiles', () => {
  test('becomes a descriptor set with comments and positions', async () => {
    const result = await compile({ 'a.proto': echoProto('// Counts.\nmessage Count { int32 n = 1; }') });
    const [file] = setOf(result).file;
    expect(result).toMatchObject({ ok: true, problems: [], value: { entry: ['a.proto'] } });
    expect(file).toMatchObject({ name: 'a.proto', package: 'demo', service: [{ name: 'Echo' }] });
    expect(file?.sourceCodeInfo?.location).toContainEqual(
      expect.objectContaining({ leadingComments: ' Counts.\n', path: [4, 1], span: [5, 0, 30] }),
    );
  });

  test('holds what the entry reaches, each file after its imports, and nothing else', async () => {
    const files = {
      'a.proto': echoProto('message A { b.B b = 1; }', ['x/b.proto', 'google/api/annotations.proto']),
      'x/b.proto': 'syntax = "proto3"; package b; import "x/y/c.proto"; message B { c.C c = 1; }',
      'x/y/c.proto':
        'syntax = "proto3"; package c; import "google/type/date.proto"; message C { google.type.Date d = 1; }',
      'unused.proto': 'this is no proto at all',
      'rules.yaml': 'nor is this',
    };
    const result = await compile(files);
    expect(result.problems.map(formatProblem)).toEqual([
      'rules.yaml: is not compiled; only .proto files are (file-name)',
    ]);
    const names = setOf(result).file.map((file) => file.name);
    expect([...names].sort()).toEqual([
      'a.proto',
      'google/api/annotations.proto',
      'google/api/http.proto',
      'google/protobuf/descriptor.proto',
      'google/type/date.proto',
      'x/b.proto',
      'x/y/c.proto',
    ]);
    for (const [first, second] of [
      ['google/protobuf/descriptor.proto', 'google/api/annotations.proto'],
      ['google/api/http.proto', 'google/api/annotations.proto'],
      ['google/api/annotations.proto', 'a.proto'],
      ['google/type/date.proto', 'x/y/c.proto'],
      ['x/y/c.proto', 'x/b.proto'],
      ['x/b.proto', 'a.proto'],
    ] as const) {
      expect([first, names.indexOf(first) < names.indexOf(second)]).toEqual([first, true]);
    }
  });

  test.each([
    'google/api/annotations.proto',
    'google/api/field_behavior.proto',
    'google/api/httpbody.proto',
    'google/rpc/status.proto',
    'google/rpc/error_details.proto',
    'google/type/money.proto',
    'google/longrunning/operations.proto',
    'google/protobuf/timestamp.proto',
    'google/protobuf/field_mask.proto',
    'google/protobuf/descriptor.proto',
  ])('may import %s without sending it', async (path) => {
    const files = setOf(await compile({ 'a.proto': echoProto('', [path]) })).file;
    expect(files.map((file) => file.name)).toContain(path);
  });

  test('may have several entries, some without services', async () => {
    const files = { 'a.proto': echoProto(), 'b/b.proto': 'syntax = "proto3"; message B {}' };
    const result = await compile(files, ['a.proto', 'b/b.proto', 'a.proto']);
    expect(result).toMatchObject({ ok: true, value: { entry: ['a.proto', 'b/b.proto'] } });
    expect(setOf(result).file).toHaveLength(2);
  });

  test('may have hundreds of entries', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `many/file_${index}.proto`);
    const files = Object.fromEntries(names.map((name) => [name, 'syntax = "proto3"; import "a.proto";']));
    const result = await compile({ ...files, 'a.proto': echoProto(), 'b.proto': 'broken' }, [
      'a.proto',
      ...names,
    ]);
    expect(setOf(result).file.map((file) => file.name)).toEqual(['a.proto', ...names]);
  });

  test.each([
    [
      'proto2',
      `syntax = "proto2"; package demo; message M { required string a = 1; optional group G = 2 { optional int32 b = 3; }
       extensions 100 to 200; enum E { X = 1; } optional E e = 4 [default = X]; } extend M { optional string x = 100; }
       service S { rpc A(M) returns (M); }`,
    ],
    [
      'edition 2023',
      `edition = "2023"; package demo; option features.field_presence = IMPLICIT;
       message M { string a = 1; M b = 2 [features.message_encoding = DELIMITED]; } service S { rpc A(M) returns (M); }`,
    ],
    [
      'edition 2024',
      'edition = "2024"; package demo; message M { string a = 1; } service S { rpc A(M) returns (M); }',
    ],
    [
      'no syntax at all',
      'package demo; message M { optional string a = 1; } service S { rpc A(M) returns (M); }',
    ],
  ])('may be written in %s', async (_name, text) => {
    const registry = createFileRegistry(setOf(await compile({ 'a.proto': text })));
    expect(registry.getService('demo.S')?.methods.map((method) => method.name)).toEqual(['A']);
  });

  test('may use names that JavaScript objects have', async () => {
    const text = `syntax = "proto3"; package constructor;
      message __proto__ { string constructor = 1; map<string, toString> prototype = 2; message toString { int32 __proto__ = 1; } }
      enum hasOwnProperty { valueOf = 0; }
      service prototype { rpc constructor(__proto__) returns (__proto__); }`;
    const registry = createFileRegistry(
      setOf(await compile({ '__proto__/constructor.proto': text }, ['__proto__/constructor.proto'])),
    );
    expect(registry.getMessage('constructor.__proto__')?.fields.map((field) => field.name)).toEqual([
      'constructor',
      'prototype',
    ]);
    expect(registry.getMessage('constructor.__proto__.toString')?.typeName).toBe(
      'constructor.__proto__.toString',
    );
    expect(registry.getService('constructor.prototype')?.methods.map((method) => method.name)).toEqual([
      'constructor',
    ]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test.each([
    'with space/a b.proto',
    'comma,comma.proto',
    '-o.proto',
    '--path=x.proto',
    "quote'.proto",
    'größe.proto',
    `${'long/'.repeat(60)}a.proto`,
    `${'länger/'.repeat(50)}a.proto`,
    `${'a'.repeat(94)}.proto`,
    `${'a'.repeat(95)}.proto`,
  ])('may be called %j', async (path) => {
    const result = await compile({ [path]: echoProto(), 'other.proto': 'broken' }, [path]);
    expect(setOf(result).file.map((file) => file.name)).toEqual([path]);
  });

  test('may reserve every number there is', async () => {
    const body =
      'message R { reserved 1 to max; } enum E { Z = 0; reserved -2147483648 to -1; reserved 1 to max; }';
    expect(await compile({ 'a.proto': echoProto(body) })).toMatchObject({ ok: true });
  });

  test('may have an option that describes itself', async () => {
    const body = `extend google.protobuf.FieldOptions { string tag = 50000 [(demo.tag) = "self"]; }
      message X { string a = 1 [(tag) = "b"]; }`;
    const imports = ['google/protobuf/descriptor.proto'];
    expect(await compile({ 'a.proto': echoProto(body, imports) })).toMatchObject({ ok: true });
  });
});

describe('copies of common protos in a source', () => {
  test('give way to ours, with a note', async () => {
    const result = await compile({
      'a.proto': echoProto('', ['google/api/http.proto', 'google/protobuf/any.proto']),
      // As old as they come: no response_body, no additional_bindings.
      'google/api/http.proto':
        'syntax = "proto3"; package google.api; message HttpRule { string selector = 1; oneof pattern { string get = 2; } }',
      'google/protobuf/any.proto':
        'syntax = "proto3"; package google.protobuf; message Any { string type_url = 1; }',
    });
    expect(result.problems.map(formatProblem)).toEqual([
      'google/api/http.proto: this copy is set aside: Dragoman supplies the file itself, so it need not be sent (set-aside)',
      'google/protobuf/any.proto: this copy is set aside: Dragoman supplies the file itself, so it need not be sent (set-aside)',
    ]);
    expect(result.problems.map((problem) => problem.severity)).toEqual(['note', 'note']);
    const registry = createFileRegistry(setOf(result));
    const rule = registry.getMessage('google.api.HttpRule');
    expect(rule?.fields.map((field) => field.name)).toContain('response_body');
    expect(registry.getMessage('google.protobuf.Any')?.fields).toHaveLength(2);
  });

  test('are named when they know more than ours, though nothing uses it', async () => {
    const result = await compile({
      'a.proto': echoProto('', ['google/api/http.proto']),
      'google/api/http.proto':
        'syntax = "proto3"; package google.api; message HttpRule { string selector = 1; string spell = 99; message Deep { int32 x = 1; } }',
    });
    expect(result.ok).toBe(true);
    expect(result.problems.map(formatProblem)).toContain(
      'google/api/http.proto: this copy declares google.api.HttpRule.spell, google.api.HttpRule.Deep, google.api.HttpRule.Deep.x, ' +
        'which the file supplied by Dragoman lacks; to use it, declare it in a file of your own or register a descriptor set (set-aside)',
    );
  });

  test('are named beside the error when something uses what ours lacks', async () => {
    const problems = await problemsOf({
      'a.proto': echoProto('message M { google.api.Spell s = 1; }', ['google/api/http.proto']),
      'google/api/http.proto': 'syntax = "proto3"; package google.api; message Spell {}',
    });
    expect(problems).toEqual([
      'a.proto:6:13: cannot find `google.api.Spell` in this scope (compile)',
      'google/api/http.proto: this copy declares google.api.Spell, which the file supplied by Dragoman lacks; ' +
        'to use it, declare it in a file of your own or register a descriptor set (set-aside)',
      'google/api/http.proto: this copy is set aside: Dragoman supplies the file itself, so it need not be sent (set-aside)',
    ]);
  });

  test('may be broken, since nobody reads them', async () => {
    const files = { 'a.proto': echoProto('', ['google/api/http.proto']), 'google/api/http.proto': 'broken' };
    expect(await compile(files)).toMatchObject({ ok: true, problems: [{ severity: 'note' }] });
  });

  test('leave files of google that are not common alone', async () => {
    const text = 'syntax = "proto3"; package google.pubsub.v1; message Topic {}';
    const files = {
      'a.proto': echoProto('', ['google/pubsub/v1/topic.proto']),
      'google/pubsub/v1/topic.proto': text,
    };
    expect(await compile(files)).toMatchObject({ ok: true, problems: [] });
  });
});

describe('a source that does not compile', () => {
  test('gets every problem at once, with its place, in order', async () => {
    const problems = await problemsOf(
      {
        'b.proto': 'syntax = "proto3";\nmessage B { Lost b = 1;\n  int32 c = 1; }',
        'a.proto':
          'syntax = "proto3";\nimport "b.proto";\nmessage A {\n  Missing a = 1;\n}\nenum E { ONE = 1; }',
      },
      ['a.proto', 'b.proto'],
    );
    expect(problems).toEqual([
      'a.proto:4:3: cannot find `Missing` in this scope (compile)',
      'a.proto:6:16: first value of open enum must be zero (compile)',
      'b.proto:2:13: cannot find `Lost` in this scope (compile)',
      'b.proto:3:13: field number `1` used more than once (compile)',
    ]);
  });

  test('is told which import was not sent and how to send it', async () => {
    const problems = await problemsOf({
      'a.proto': echoProto('', ['common/money.proto', 'common/date.proto']),
      'protos/common/date.proto': 'syntax = "proto3";',
    });
    expect(problems).toEqual([
      'a.proto:3:1: imported file "common/money.proto" was not sent; send it along under exactly this path (-I names the folder that holds it) (compile)',
      'a.proto:4:1: imported file "common/date.proto" was not sent, but "protos/common/date.proto" was: files must be named as imports name them (compile)',
    ]);
  });

  test('is told the import of a common type that it forgot', async () => {
    const body =
      'message M { google.protobuf.Timestamp t = 1; string s = 2 [(google.api.field_behavior) = REQUIRED]; }';
    expect(await problemsOf({ 'a.proto': echoProto(body) })).toEqual([
      'a.proto:5:13: cannot find `google.protobuf.Timestamp` in this scope; add: import "google/protobuf/timestamp.proto"; (compile)',
      'a.proto:5:61: cannot find `google.api.field_behavior` in this scope; add: import "google/api/field_behavior.proto"; (compile)',
    ]);
  });

  test.each([
    ['../outside.proto', 'import path must not refer to parent directory'],
    ['/etc/passwd', 'import path must be relative'],
    ['file:///etc/passwd', 'imported file "file:///etc/passwd" holds one of :'],
    ['http://127.0.0.1/x.proto', 'imported file "http://127.0.0.1/x.proto" holds one of :'],
    ['..\\\\x.proto', 'import path cannot use'],
    ['etc/passwd', 'imported file "etc/passwd" must end in .proto'],
  ])('cannot reach the import %j', async (path, message) => {
    const problems = await problemsOf({ 'a.proto': echoProto('', [path]) });
    expect(problems.filter((problem) => !problem.startsWith('a.proto:3:'))).toEqual([]);
    expect(problems.join('\n')).toContain(message);
  });

  test.each([
    [
      'an import cycle',
      { 'a.proto': echoProto('', ['b.proto']), 'b.proto': 'syntax = "proto3"; import "a.proto";' },
      /cycl/,
    ],
    ['a file that imports itself', { 'a.proto': echoProto('', ['a.proto']) }, /cycl|itself/],
    [
      'a name declared twice',
      { 'a.proto': echoProto('message Words {}') },
      /`demo.Words`|`Words` declared multiple times/,
    ],
    ['an unfinished message', { 'a.proto': echoProto('message M {') }, /unmatched `{`/],
    ['a file without any sense', { 'a.proto': '\u0001 {{{' }, /unrecognized/],
    ['an empty path of import', { 'a.proto': echoProto('', ['']) }, /./],
  ])('%s is a problem with a place', async (_name, files, message) => {
    const problems = await problemsOf(files);
    expect(problems.join('\n')).toMatch(message);
    expect(problems[0]).toMatch(/^[ab]\.proto:\d+:\d+: /);
  });

  test('lists at most as many problems as the limit says', async () => {
    const body = `message M { ${Array.from({ length: 30 }, (_, index) => `Lost f${index} = ${index + 1};`).join('\n')} }`;
    const problems = await problemsOf({ 'a.proto': echoProto(body) }, ['a.proto'], {
      limits: { problems: 10 },
    });
    expect(problems).toHaveLength(11);
    expect(problems.at(-1)).toBe('20 more problems are not listed (compile)');
  });
});

describe('a source that compiles but cannot be served', () => {
  test('without a service is told what was found and where to look', async () => {
    const files = {
      'a.proto': 'syntax = "proto3"; message A {} message B {} enum E { Z = 0; }',
      'b.proto': echoProto(),
    };
    expect(await problemsOf(files)).toEqual([
      'no entry file declares a service: a.proto has 2 messages, 1 enum; b.proto seems to declare one: name it as an entry file (entry)',
    ]);
  });

  test('binary text is not taken for an empty file', async () => {
    const files = { 'a.proto': '\0\u0001', 'b.proto': `${echoProto()}\n\0` };
    expect(await problemsOf(files)).toEqual([
      'a.proto:1: the file holds a NUL character; send .proto files as UTF-8 text (compile)',
      'b.proto:6: the file holds a NUL character; send .proto files as UTF-8 text (compile)',
    ]);
  });

  test.each(['', '  \n', '// nothing\n'])('empty (%j) is told so', async (text) => {
    expect(await problemsOf({ 'a.proto': text })).toEqual([
      'no entry file declares a service: a.proto has no declarations (entry)',
    ]);
  });

  test('may not declare a well-known type anew', async () => {
    const text = `syntax = "proto3"; package google.protobuf; message Timestamp { string seconds = 1; }
      service S { rpc A(Timestamp) returns (Timestamp); }`;
    expect(await problemsOf({ 'a.proto': text })).toEqual([
      "a.proto: message google.protobuf.Timestamp differs from Google's; import google/protobuf instead of declaring it anew (descriptor-set)",
    ]);
  });

  test('may not take the number of a google.api option for something else', async () => {
    const text = `syntax = "proto3"; package demo; import "google/protobuf/descriptor.proto"; message M {}
      extend google.protobuf.MethodOptions { int32 mine = 72295728; }
      service S { rpc A(M) returns (M) { option (mine) = 7; } }`;
    expect(await problemsOf({ 'a.proto': text })).toEqual([
      'a.proto: option 72295728 of "S.A" cannot be read as (google.api.http); give an extension of your own another number (descriptor-set)',
    ]);
  });
});

describe('limits of a source', () => {
  test('settings files of the compiler are refused', async () => {
    const files = { 'a.proto': echoProto(), 'buf.yaml': 'version: v2', 'x/buf.gen.yaml': 'plugins: []' };
    expect(await problemsOf(files)).toEqual([
      'file "buf.yaml" is a settings file of the compiler; those are never read from a source, leave it out (file-name)',
      'file "x/buf.gen.yaml" is a settings file of the compiler; those are never read from a source, leave it out (file-name)',
    ]);
  });

  test('10,000 messages within one another are refused before they cost anything', async () => {
    const deep = `${Array.from({ length: 10_000 }, (_, index) => `message M${index} {`).join('\n')}${'}'.repeat(10_000)}`;
    const start = process.cpuUsage();
    expect(await problemsOf({ 'a.proto': echoProto(deep) })).toEqual([
      'a.proto:133: brackets are nested more than 128 deep; messages may be nested 64 deep (source-limits)',
    ]);
    expect(process.cpuUsage(start).user / 1_000).toBeLessThan(1_000);
  });

  test('64 messages within one another are fine, 65 are not', async () => {
    const nested = (depth: number): string =>
      echoProto(
        `${Array.from({ length: depth }, (_, index) => `message M${index} {`).join('')}${'}'.repeat(depth)}`,
      );
    expect(await compile({ 'a.proto': nested(64) })).toMatchObject({ ok: true });
    expect(await problemsOf({ 'a.proto': nested(65) })).toEqual([
      'a.proto: message "M64" is nested more than 64 messages deep (source-limits)',
    ]);
    // Too deep for the reader of descriptors itself, which stops at 100.
    expect(await problemsOf({ 'a.proto': nested(120) })).toEqual([
      'the source is nested too deep to be read (compile)',
    ]);
  });

  test('a compiler that takes too long is ended', async () => {
    const problems = await problemsOf({ 'a.proto': echoProto() }, ['a.proto'], { limits: { compileMs: 1 } });
    expect(problems).toEqual([
      'compiling took longer than 1 ms and was ended; register fewer or smaller files (compile)',
    ]);
  });

  test('a compiler that needs too much memory is ended', async () => {
    const body = `message M { ${Array.from({ length: 15_000 }, (_, index) => `string field_${index} = ${index + 1};`).join('\n')} }`;
    const limits = { compileMemoryBytes: 40 * 1024 * 1024, compileMs: 60_000 };
    const problems = await problemsOf({ 'a.proto': echoProto(body) }, ['a.proto'], { limits });
    expect(problems).toEqual([
      'compiling needed more than 41943040 bytes of memory and was ended; register fewer or smaller files (compile)',
    ]);
  });

  test('a compiled set that grows too large is not taken', async () => {
    const problems = await problemsOf({ 'a.proto': echoProto() }, ['a.proto'], {
      limits: { descriptorBytes: 50 },
    });
    expect(problems).toEqual([
      'the compiled source holds more than 50 bytes; register fewer or smaller files (compile)',
    ]);
  });

  test('limits on descriptors hold for sources', async () => {
    const problems = await problemsOf({ 'a.proto': echoProto() }, ['a.proto'], {
      limits: { fields: 0, methods: 0 },
    });
    expect(problems).toEqual([
      'the source has 1 fields; at most 0 are taken (source-limits)',
      'the source has 1 methods; at most 0 are taken (source-limits)',
    ]);
  });

  test('a cancelled compilation is a problem, not a throw', async () => {
    expect(
      await problemsOf({ 'a.proto': echoProto() }, ['a.proto'], { signal: AbortSignal.abort() }),
    ).toEqual(['compiling was cancelled (compile)']);
  });
});
