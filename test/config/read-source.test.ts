// Collecting a proto source from disk: what is sent, under which names, and what is never read.
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../core/problem.ts';
import type { ServiceConfig } from '../../gateway/config/gateway-config.ts';
import { locate, readServices } from '../../gateway/config/read-services.ts';
import { type ReadSourceOptions, readSource, type SourceRequest } from '../../gateway/config/read-source.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'dragoman-source-')));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

async function read(request: Partial<SourceRequest>, options: ReadSourceOptions = {}) {
  const result = await readSource({ files: [], include: [], ...request }, { cwd: folder, ...options });
  return {
    problems: result.problems.map(formatProblem),
    entry: result.ok ? result.value.source.entry : undefined,
    paths: result.ok ? result.value.source.files.map(({ path }) => path) : undefined,
    value: result.ok ? result.value : undefined,
  };
}

const LIBRARY = {
  'protos/library/v1/library.proto':
    'syntax = "proto3";\nimport "library/v1/book.proto";\nimport "google/api/annotations.proto";\nservice L {}\n',
  'protos/library/v1/book.proto':
    'syntax = "proto3";\nimport public "shared/money.proto";\nimport "google/protobuf/timestamp.proto";\n',
  'protos/library/v1/unused.proto': 'syntax = "proto3";\n',
  'third/shared/money.proto': 'syntax = "proto3";\nimport "library/v1/book.proto";\n',
};

describe('a source', () => {
  test('is its entry files and what they import, named as imports name them', async () => {
    await write(LIBRARY);
    const { problems, value } = await read({
      files: ['protos/library/v1/library.proto'],
      include: ['protos', 'third'],
    });
    expect(problems).toEqual([]);
    expect(value).toEqual({
      source: {
        kind: 'proto',
        entry: ['library/v1/library.proto'],
        files: [
          { path: 'library/v1/book.proto', content: LIBRARY['protos/library/v1/book.proto'] },
          { path: 'library/v1/library.proto', content: LIBRARY['protos/library/v1/library.proto'] },
          { path: 'shared/money.proto', content: LIBRARY['third/shared/money.proto'] },
        ],
      },
      locations: new Map([
        ['library/v1/library.proto', 'protos/library/v1/library.proto'],
        ['library/v1/book.proto', 'protos/library/v1/book.proto'],
        ['shared/money.proto', 'third/shared/money.proto'],
      ]),
    });
  });

  test('without include folders counts from the folder of each entry file', async () => {
    await write({
      'a/one.proto': 'import "two.proto";',
      'a/two.proto': '',
      'b/three.proto': '',
    });
    expect(await read({ files: ['a/one.proto', 'b/three.proto'] })).toMatchObject({
      problems: [],
      entry: ['one.proto', 'three.proto'],
      paths: ['one.proto', 'three.proto', 'two.proto'],
    });
  });

  test('takes the first include folder that holds a file', async () => {
    await write({ 'a.proto': 'import "x.proto";', 'one/x.proto': '// one', 'two/x.proto': '// two' });
    const { value } = await read({ files: ['a.proto'], include: ['two', 'one'] });
    expect(value?.source.files).toContainEqual({ path: 'x.proto', content: '// two' });
  });

  test('does not carry the common files of Google, even where they lie in an include folder', async () => {
    await write({
      'p/a.proto':
        'import "google/api/http.proto"; import "google/protobuf/any.proto"; import "google/own/x.proto";',
      'p/google/api/http.proto': '// a copy',
      'p/google/own/x.proto': '',
    });
    expect(await read({ files: ['p/a.proto'], include: ['p'] })).toMatchObject({
      problems: [],
      paths: ['a.proto', 'google/own/x.proto'],
    });
  });

  test('may import in circles', async () => {
    await write({ 'a.proto': 'import "b.proto";', 'b.proto': 'import "a.proto"; import "b.proto";' });
    expect(await read({ files: ['a.proto', 'a.proto'] })).toMatchObject({
      problems: [],
      entry: ['a.proto'],
      paths: ['a.proto', 'b.proto'],
    });
  });

  test('keeps a byte order mark, since the compiler counts it', async () => {
    await write({ 'a.proto': '\ufeffsyntax = "proto3";' });
    const { value } = await read({ files: ['a.proto'] });
    expect(value?.source.files).toEqual([{ path: 'a.proto', content: '\ufeffsyntax = "proto3";' }]);
  });
});

describe('a source that cannot be collected', () => {
  test('lists every import that is missing, with place and the include folder that would have it', async () => {
    await write({
      'p/lib/a.proto': 'import "lib/b.proto";\nimport "none.proto";\n',
      'p/lib/b.proto': '\n  import "none.proto";',
    });
    expect((await read({ files: ['p/lib/a.proto'], include: ['p/lib'] })).problems).toEqual([
      'p/lib/a.proto:1:8: the import "lib/b.proto" is not below "p/lib"; it is in p: make that an include folder (missing-import)',
      'p/lib/a.proto:2:8: the import "none.proto" is not below "p/lib"; add the folder that its path counts from as an include folder (missing-import)',
    ]);
    expect((await read({ files: ['p/lib/a.proto'], include: ['p'] })).problems).toEqual([
      'p/lib/a.proto:2:8: the import "none.proto" is not below "p"; add the folder that its path counts from as an include folder (missing-import)',
      'p/lib/b.proto:2:10: the import "none.proto" is not below "p"; add the folder that its path counts from as an include folder (missing-import)',
    ]);
  });

  test.each([
    ['../out.proto', 'holds the segment ..; write the path without it'],
    ['x/../../out.proto', 'holds the segment ..; write the path without it'],
    ['/etc/out.proto', 'begins with /; paths are relative, as imports write them'],
    ['C:/out.proto', 'begins with a drive; paths are relative, as imports write them'],
    ['passwd', 'must end in .proto, .json, .yaml, .yml or .binpb'],
    ['buf.yaml', 'is a settings file of the compiler; those are never read from a source, leave it out'],
  ])('the import %s is refused by its name', async (path, words) => {
    await write({ 'p/a.proto': `import "${path}";`, 'out.proto': '', 'p/passwd': '', 'p/buf.yaml': '' });
    expect((await read({ files: ['p/a.proto'], include: ['p'] })).problems).toEqual([
      `p/a.proto:1:8: the import "${path}" ${words} (import)`,
    ]);
  });

  test('symbolic links are followed inside of the include folders only', async () => {
    await write({
      'p/a.proto': 'import "in.proto";\nimport "out.proto";\nimport "gone/x.proto";',
      'p/real/in.proto': '',
      'secret/out.proto': '',
      'secret/x.proto': '',
    });
    await symlink(join(folder, 'p/real/in.proto'), join(folder, 'p/in.proto'));
    await symlink(join(folder, 'secret/out.proto'), join(folder, 'p/out.proto'));
    await symlink(join(folder, 'secret'), join(folder, 'p/gone'));
    expect((await read({ files: ['p/a.proto'], include: ['p'] })).problems).toEqual([
      'p/gone/x.proto: this is a symbolic link out of the include folders; it is not followed (outside)',
      'p/out.proto: this is a symbolic link out of the include folders; it is not followed (outside)',
    ]);
    expect((await read({ files: ['p/a.proto'], include: ['p', 'secret'] })).problems).toEqual([]);
  });

  test('an include folder that is itself a symbolic link is as good as its target', async () => {
    await write({ 'real/a.proto': 'import "b.proto";', 'real/b.proto': '' });
    await symlink(join(folder, 'real'), join(folder, 'link'));
    expect(await read({ files: ['link/a.proto'], include: ['link'] })).toMatchObject({
      problems: [],
      paths: ['a.proto', 'b.proto'],
    });
  });

  test('names what is no file, no folder, no text', async () => {
    await write({ 'folder.proto/x': '', 'plain.txt': '', 'a.json': '' });
    await writeFile(join(folder, 'latin.proto'), new Uint8Array([0xe4]));
    expect(
      (
        await read({
          files: ['none.proto', 'folder.proto', 'latin.proto', 'plain.txt'],
          include: ['nowhere', 'plain.txt'],
        })
      ).problems,
    ).toEqual([
      'folder.proto: this file is a folder (file)',
      'latin.proto: this file is not UTF-8 text (file)',
      'none.proto: this file does not exist (file)',
      'nowhere: this folder does not exist or may not be read (file)',
      'plain.txt: the file "plain.txt" must end in .proto, .json, .yaml, .yml or .binpb (file-name)',
      'plain.txt: this is not a folder; includes are folders that imports count from (file)',
    ]);
  });

  test('two entry files must not end up with one name', async () => {
    await write({ 'a/x.proto': '', 'b/x.proto': '' });
    expect((await read({ files: ['a/x.proto', 'b/x.proto'] })).problems).toEqual([
      'b/x.proto: both this and a/x.proto would be called "x.proto"; give include folders above them (file-name)',
    ]);
    expect((await read({ files: ['a/x.proto', 'b/x.proto'], include: ['.'] })).entry).toEqual([
      'a/x.proto',
      'b/x.proto',
    ]);
  });

  test('stops at its bounds', async () => {
    await write({ 'a.proto': 'import "b.proto"; import "c.proto";', 'b.proto': '', 'c.proto': '' });
    const limits = { files: 2, sourceBytes: 1000, pathBytes: 100 };
    expect((await read({ files: ['a.proto'] }, { limits })).problems).toEqual([
      'c.proto: with this file the source exceeds 2 files or 1000 bytes (source-limits)',
    ]);
    await write({ 'b.proto': '//'.repeat(490) });
    expect((await read({ files: ['a.proto'] }, { limits: { ...limits, files: 9 } })).problems).toEqual([
      'b.proto: with this file the source exceeds 9 files or 1000 bytes (source-limits)',
    ]);
    await write({ 'b.proto': '//'.repeat(600) });
    expect((await read({ files: ['a.proto'] }, { limits: { ...limits, files: 9 } })).problems).toEqual([
      'b.proto: this file is larger than 1000 bytes (file)',
    ]);
  });
});

describe('the services of a configuration', () => {
  const service = (part: Partial<ServiceConfig>): ServiceConfig => ({
    name: 'library',
    source: { kind: 'descriptorSet', path: join(folder, 'set.binpb') },
    rulesPath: undefined,
    upstream: {
      targets: [{ url: 'grpc://h:1', scheme: 'grpc', host: 'h', port: 1, weight: 2 }],
      tls: { serverName: 's' },
    },
    forwardHeaders: [],
    rest: {},
    limits: { messageBytes: undefined, defaultDeadlineMs: undefined, maxDeadlineMs: undefined },
    position: { path: 'dragoman.yaml', line: 1, column: 1 },
    ...part,
  });

  test('become definitions, with sources and settings', async () => {
    await write({ 'set.binpb': 'bytes', 'p/a.proto': 'syntax = "proto3";', 'rules.yaml': 'type: x' });
    const result = await readServices({
      services: [
        service({
          rulesPath: join(folder, 'rules.yaml'),
          forwardHeaders: ['x-a'],
          limits: { messageBytes: 1, defaultDeadlineMs: 2, maxDeadlineMs: 3 },
        }),
        service({
          name: 'orders',
          source: { kind: 'proto', files: [join(folder, 'p/a.proto')], include: [] },
        }),
      ],
    });
    expect(result.problems).toEqual([]);
    expect(result.ok && result.value.map(({ definition }) => definition)).toEqual([
      {
        name: 'library',
        source: { kind: 'descriptorSet', bytes: Buffer.from('bytes') },
        upstream: { targets: [{ url: 'grpc://h:1', weight: 2 }], timeoutMs: 2, tls: { serverName: 's' } },
        rules: 'type: x',
        forwardHeaders: ['x-a'],
        maxMessageBytes: 1,
        maxDeadlineMs: 3,
      },
      {
        name: 'orders',
        source: {
          kind: 'proto',
          files: [{ path: 'a.proto', content: 'syntax = "proto3";' }],
          entry: ['a.proto'],
        },
        upstream: { targets: [{ url: 'grpc://h:1', weight: 2 }], tls: { serverName: 's' } },
      },
    ]);
  });

  test('report the problems of all of them', async () => {
    const result = await readServices({
      services: [
        service({ rulesPath: join(folder, 'rules.yaml') }),
        service({ name: 'orders', source: { kind: 'proto', files: [join(folder, 'a.proto')], include: [] } }),
      ],
    });
    expect(result.ok).toBe(false);
    expect(result.problems.map(formatProblem)).toEqual([
      `${join(folder, 'a.proto')}: this file does not exist; service "orders" at dragoman.yaml:1:1 names it (file)`,
      `${join(folder, 'rules.yaml')}: this file does not exist; service "library" at dragoman.yaml:1:1 names it (file)`,
      `${join(folder, 'set.binpb')}: this file does not exist; service "library" at dragoman.yaml:1:1 names it (file)`,
    ]);
  });
});

test('problems of the compiler get the places on disk', () => {
  const problem = { severity: 'error', rule: 'compile', message: 'm', line: 3, column: 4 } as const;
  const located = locate(
    [{ ...problem, path: 'v1/a.proto' }, { ...problem, path: 'other.proto' }, problem],
    new Map([['v1/a.proto', 'protos/v1/a.proto']]),
  );
  expect(located.map(({ path }) => path)).toEqual([undefined, 'other.proto', 'protos/v1/a.proto']);
});
