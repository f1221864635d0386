import { describe, expect, test } from '@jest/globals';
import { findDeepBracket } from '../../registry/compile/bracket-depth.ts';
import { checkFiles } from '../../registry/compile/check-files.ts';
import { findPathFault } from '../../registry/compile/file-path.ts';
import { sourceLimits } from '../../registry/compile/source-limits.ts';
import { filesOf } from './sources.ts';

function messagesOf(texts: Record<string, string>, entry: string[], limits = {}): string[] {
  const problems = checkFiles({ files: filesOf(texts), entry }, sourceLimits(limits));
  return problems.map(({ path, message, rule }) => `${path ?? '-'}: ${message} (${rule})`);
}

describe('paths of files', () => {
  test.each([
    'a.proto',
    'library/v1/library.proto',
    'library/v1/rules.yaml',
    'a b/c,d.proto',
    '-o.proto',
    '.hidden/a.proto',
    'b..c/a.proto',
    '__proto__/constructor.proto',
    'größe.proto',
    'api.json',
    'set.binpb',
    'buffer.yaml',
    'x/my-buf.yaml',
  ])('%j is taken', (path) => {
    expect(findPathFault(path, 512)).toBeUndefined();
  });

  test.each([
    ['', 'path is empty'],
    ['/etc/a.proto', 'begins with /'],
    ['../a.proto', 'segment ..'],
    ['a/../../b.proto', 'segment ..'],
    ['./a.proto', 'segment .;'],
    ['a//b.proto', 'empty segment'],
    ['a/', 'empty segment'],
    ['a\\b.proto', 'backslash'],
    ['C:/a.proto', 'drive'],
    ['c:a.proto', 'drive'],
    ['a/b:stream.proto', 'not every file system'],
    ['a*.proto', 'not every file system'],
    ['a".proto', 'not every file system'],
    ['a\0.proto', 'control characters'],
    ['a\n.proto', 'control characters'],
    ['a\u202e.proto', 'control characters'],
    ['a\u0085.proto', 'control characters'],
    ['a\ud800.proto', 'control characters'],
    ['a.txt', 'must end in .proto'],
    ['a', 'must end in .proto'],
    ['a.PROTO', 'must end in .proto'],
    ['.proto', 'must end in .proto'],
    ['a/.proto', 'must end in .proto'],
    ['buf.yaml', 'settings file'],
    ['x/buf.gen.yaml', 'settings file'],
    ['buf.work.yaml', 'settings file'],
    ['buf.lock', 'settings file'],
    ['BUF.YAML', 'settings file'],
    ['buf.gen.policy.yaml', 'settings file'],
    [`${'a'.repeat(256)}.proto`, 'segment longer than 255 bytes'],
    [`${'a/'.repeat(300)}a.proto`, 'longer than 512 bytes'],
    [`${'ä/'.repeat(200)}a.proto`, 'longer than 512 bytes'],
  ])('%j is refused: %s', (path, reason) => {
    expect(findPathFault(path, 512)).toContain(reason);
  });

  test('a refusal shows no character that could falsify a log', () => {
    expect(messagesOf({ 'a\u001b[2J\u202e.proto': '' }, ['x.proto'])).toEqual([
      '-: file "a\\u001b[2J\\u202e.proto" holds control characters (file-name)',
      '-: the entry file "x.proto" was not sent; send it among the files (entry)',
    ]);
  });
});

describe('files together', () => {
  test('are fine when every one is', () => {
    expect(
      messagesOf({ 'a.proto': '', 'b/a.proto': '', 'rules.yaml': '' }, ['a.proto', 'b/a.proto']),
    ).toEqual([]);
  });

  test('every problem is found at once', () => {
    expect(messagesOf({ '../a.proto': '', 'b.exe': '', 'c.proto': '' }, ['c.proto', 'd.proto'])).toHaveLength(
      3,
    );
  });

  test.each([
    [
      'no files',
      {},
      ['a.proto'],
      '-: the source holds no files; send the .proto files and what they import (entry)',
    ],
    [
      'no entry',
      { 'a.proto': '' },
      [],
      '-: the source names no entry file; name the files whose services are to be served (entry)',
    ],
    [
      'an entry that was sent under another name',
      { 'protos/a.proto': '' },
      ['a.proto'],
      '-: the entry file "a.proto" was not sent; "protos/a.proto" was: name the file as it was sent (entry)',
    ],
    [
      'an entry of another kind',
      { 'a.yaml': '' },
      ['a.yaml'],
      'a.yaml: an entry file must be a .proto file (entry)',
    ],
    [
      'paths that differ only by case',
      { 'a/B.proto': '', 'A/b.proto': '' },
      ['a/B.proto'],
      'A/b.proto: differs from a/B.proto only by case; rename one of them (file-name)',
    ],
    [
      'paths that differ only by composition',
      { 'e\u0301.proto': '', '\u00e9.proto': '' },
      ['\u00e9.proto'],
      '\u00e9.proto: differs from e\u0301.proto only by case; rename one of them (file-name)',
    ],
    [
      'a file that is a folder',
      { 'a.proto': '', 'a.proto/b/c.proto': '' },
      ['a.proto'],
      'a.proto/b/c.proto: lies below a.proto, which is itself a file; rename one of them (file-name)',
    ],
  ])('%s', (_name, texts, entry, message) => {
    expect(messagesOf(texts, entry)).toEqual([message]);
  });

  test('a file sent twice', () => {
    const file = { path: 'a.proto', content: '' };
    const problems = checkFiles({ files: [file, file], entry: ['a.proto'] }, sourceLimits());
    expect(problems).toEqual([
      {
        severity: 'error',
        rule: 'file-name',
        path: 'a.proto',
        message: 'the file was sent twice; send it once',
      },
    ]);
  });

  test('the number of files is bounded', () => {
    const texts = { 'a.proto': '', 'b.proto': '', 'c.proto': '' };
    expect(messagesOf(texts, ['a.proto'], { files: 3 })).toEqual([]);
    expect(messagesOf(texts, ['a.proto'], { files: 2 })).toEqual([
      '-: the source holds 3 files; at most 2 are taken (source-limits)',
    ]);
  });

  test('the bytes of all files are bounded', () => {
    const texts = { 'a.proto': '//éé', 'b.proto': '//1' };
    expect(messagesOf(texts, ['a.proto'], { sourceBytes: 9 })).toEqual([]);
    expect(messagesOf(texts, ['a.proto'], { sourceBytes: 8 })).toEqual([
      '-: the source holds 9 bytes; at most 8 are taken (source-limits)',
    ]);
  });

  test('5,000 files and 20 MiB are the defaults', () => {
    expect(sourceLimits()).toMatchObject({ files: 5_000, sourceBytes: 20 * 1024 * 1024, nesting: 64 });
  });

  test('a limit may be raised alone', () => {
    expect(sourceLimits({ files: 9_000 })).toEqual({ ...sourceLimits(), files: 9_000 });
  });
});

describe('depth of brackets', () => {
  test.each([
    ['{{{', 3, undefined],
    ['{{{{', 3, 1],
    ['{}\n{}\n{}\n{}', 1, undefined],
    ['{\n<\n[\n(', 3, 4],
    ['}}}}{{{{', 3, 1],
    ['// {{{{\n{', 3, undefined],
    ['/* {{{{ */{', 3, undefined],
    ['/* {{{{ /* */ {{{{', 3, 1],
    ['/* {{{{', 3, undefined],
    ['"{{{{" {', 3, undefined],
    ["'{{{{' {", 3, undefined],
    ['"\\"{{{{" {', 3, undefined],
    ['"\\\\" {{{{', 3, 1],
    ['" \n{{{{', 3, 2],
    ['/ {{{{', 3, 1],
    ['//', 3, undefined],
    ['"', 3, undefined],
  ])('%j, at most %d', (text, most, line) => {
    expect(findDeepBracket(text, most)).toBe(line);
  });

  test.each(['/*', '/', '"\\', "'", '"\n', '{}', '//'])(
    '%j a million times over is read in one pass',
    (part) => {
      const start = process.cpuUsage();
      findDeepBracket(part.repeat(1_000_000), 10);
      expect(process.cpuUsage(start).user / 1_000).toBeLessThan(2_000);
    },
  );
});
