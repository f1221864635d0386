// What `register` and `diff` show of what clients would find otherwise, and how they exit.
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeAdmin, runCommand, startFakeAdmin } from './fake-admin.ts';

let admin: FakeAdmin;
let folder: string;

beforeAll(async () => {
  admin = await startFakeAdmin();
});
afterAll(() => admin.close());
beforeEach(async () => {
  admin.requests.length = 0;
  folder = await realpath(await mkdtemp(join(tmpdir(), 'dragoman-cli-')));
  await writeFile(join(folder, 'a.proto'), 'syntax = "proto3";\n');
});
afterEach(() => rm(folder, { recursive: true }));

const run = (line: string) => runCommand([...line.split(' '), '--admin', admin.url], { cwd: folder });
/** On the file of the folder. */
const diff = (line = '') => run(`diff -c ${join(folder, 'dragoman.yaml')}${line}`);
const REGISTER = 'register library --proto a.proto --upstream grpc://127.0.0.1:50051';
const difference = (severity: string, path: string, message: string, more: object = {}): object => ({
  severity,
  door: /^[A-Z]\w*\./.test(path) ? 'graphql' : 'rest',
  rule: 'r',
  path,
  message,
  seenIn: [],
  ...more,
});
const ANSWER = {
  name: 'library',
  revision: 'c0ffee1234567890',
  upstream: { targets: [{ url: 'grpc://127.0.0.1:50051' }] },
  operations: [],
  added: [],
  removed: ['GET /v1/old', 'Query.old'],
  changed: [],
  differences: [
    difference('breaking', 'GET /v1/old', 'the route is gone'),
    difference('breaking', 'library.v1.Book.pages', 'was int32, is int64: a JSON number becomes text', {
      seenIn: ['GET /v1/books', 'POST /v1/books'],
      seenInMore: 6,
    }),
    difference('breaking', 'Query.old', 'the field is gone'),
    difference('dangerous', 'Kind.NEW', 'a new value'),
    difference('safe', 'Book.title', 'a new field of type String!'),
  ],
  differenceCounts: { breaking: 3, dangerous: 1, safe: 41 },
};

describe('register shows', () => {
  test('the gravest first, each with its place and routes, and what is lost as a whole only once', async () => {
    admin.answer = () => ({ body: ANSWER });
    expect((await run(`${REGISTER} --dry-run`)).out).toBe(
      `library would be registered: revision c0ffee1234567890, 0 operations on grpc://127.0.0.1:50051; nothing was changed
3 breaking changes, 1 dangerous, 41 safe

REST
  -  GET  /v1/old

GraphQL
  -  Query.old

Breaking
  REST  library.v1.Book.pages  was int32, is int64: a JSON number becomes text (GET /v1/books, POST /v1/books, 6 more)

Dangerous
  GraphQL  Kind.NEW  a new value

Safe
  GraphQL  Book.title  a new field of type String!
  and 40 more; -o json lists them
`,
    );
  });

  test('names of strangers as text', async () => {
    const evil = difference('breaking', 'a\u001b[2Jb', '\u202eno');
    admin.answer = () => ({ body: { ...ANSWER, differences: [evil] } });
    const { out } = await run(REGISTER);
    expect(out).toContain('a\\u001b[2Jb');
    expect(out).not.toMatch(/[\u001b\u202e]/);
  });

  test.each([
    ['safe ones alone', { breaking: 0, dangerous: 0, safe: 2 }, 0, '2 safe changes'],
    ['a single dangerous one', { breaking: 0, dangerous: 1, safe: 0 }, 2, '1 dangerous change'],
    ['breaking ones', { breaking: 1, dangerous: 0, safe: 0 }, 2, '1 breaking change'],
  ])('as a dry run, of %s, how many there are', async (_name, differenceCounts, code, summary) => {
    admin.answer = () => ({ body: { ...ANSWER, removed: [], differences: [], differenceCounts } });
    const result = await run(`${REGISTER} --dry-run`);
    expect([result.code, result.out.split('\n')[1]]).toEqual([code, summary]);
  });

  test.each([
    ['null', null],
    ['of a wrong form', [null, 3, { severity: 'odd', path: 7 }]],
  ])('no harm from differences that are %s', async (_name, differences) => {
    admin.answer = () => ({ body: { ...ANSWER, removed: [], differences, differenceCounts: 'x' } });
    expect((await run(REGISTER)).code).toBe(0);
  });
});

describe('a registration that breaks clients', () => {
  const REFUSAL = {
    status: 409,
    type: 'application/problem+json',
    body: {
      type: 'urn:dragoman:problem:breaking-change',
      detail: 'library would break its clients: 1 breaking change',
      problems: [
        { severity: 'error', rule: 'field-removed', message: 'library.v1.Book.pages: the field is gone' },
      ],
    },
  };

  test('is refused with exit 2, and the words say how to go on', async () => {
    admin.answer = () => REFUSAL;
    expect(await run(REGISTER)).toEqual({
      code: 2,
      out: '',
      err:
        'library.v1.Book.pages: the field is gone (field-removed)\n' +
        'error: library would break its clients: 1 breaking change; nothing was changed. --dry-run shows all that ' +
        'would be different, --force registers it all the same\n',
    });
    expect(admin.requests[0]?.url).toBe('/v1/services/library?onBreaking=refuse');
  });

  test('is refused with exit 1 for any other reason', async () => {
    admin.answer = () => ({
      ...REFUSAL,
      body: { ...REFUSAL.body, type: 'urn:dragoman:problem:route-conflict' },
    });
    expect((await run(REGISTER)).code).toBe(1);
  });

  test('goes through with --force', async () => {
    admin.answer = () => ({ body: ANSWER });
    expect((await run(`${REGISTER} --force`)).code).toBe(0);
    expect(admin.requests[0]?.url).toBe('/v1/services/library?onBreaking=allow');
  });
});

describe('diff', () => {
  const SAME = { ...ANSWER, removed: [], differences: [], differenceCounts: {} };
  const CONFIG = `services:
  - name: library
    proto: { files: [a.proto], include: [.] }
    upstream: grpc://127.0.0.1:50051
    headers: { forward: [x-a] }
    rest: { errors: google }
  - name: users
    proto: { files: [a.proto], include: [.] }
    upstream: grpc://127.0.0.1:50052
`;
  const answers = (known: readonly object[], users: object): void => {
    admin.answer = ({ method, url }) => ({
      body:
        method === 'GET' ? { services: known } : url.includes('/users') ? { ...users, name: 'users' } : SAME,
    });
  };
  const LIBRARY = { name: 'library', ownedByFile: true };
  const USERS = { name: 'users' };

  beforeEach(() => writeFile(join(folder, 'dragoman.yaml'), CONFIG));

  test('compares every service of the file, and changes nothing', async () => {
    answers([LIBRARY, USERS], SAME);
    const { code, out } = await diff();
    expect(code).toBe(0);
    expect(out).toContain('2 services compared; nothing is different\n');
    expect(admin.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v1/services',
      'PUT /v1/services/library?validateOnly=true',
      'PUT /v1/services/users?validateOnly=true',
    ]);
    expect(admin.requests[1]?.body).toMatchObject({
      files: [{ path: 'a.proto', content: 'syntax = "proto3";\n' }],
      entry: ['a.proto'],
      upstream: { targets: [{ url: 'grpc://127.0.0.1:50051' }] },
      forwardHeaders: ['x-a'],
      rest: { errors: 'google' },
    });
  });

  test('ends with 2 if anything is different', async () => {
    answers([LIBRARY, USERS], { ...SAME, added: ['Query.x'] });
    const { code, out } = await diff();
    expect(code).toBe(2);
    expect(out).toContain('+  Query.x');
    expect(out).toContain('2 services compared; there are differences\n');
  });

  test('ends with 2 if a service is new, or gone from the file', async () => {
    answers([LIBRARY], SAME);
    expect((await diff()).code).toBe(2);
    answers([LIBRARY, USERS, { name: 'old', ownedByFile: true }, { name: 'other' }], SAME);
    const { code, out } = await diff();
    expect(code).toBe(2);
    expect(out).toContain('old: served from a configuration file, and not in ');
    expect(out).not.toContain('other');
  });

  test('compares one service alone', async () => {
    answers([LIBRARY, USERS, { name: 'old', ownedByFile: true }], SAME);
    const { code, out } = await diff(' --service users -o json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ services: [{ ...SAME, name: 'users' }], notDeclared: [] });
  });

  test.each([
    [' --service nope', expect.stringMatching(/dragoman\.yaml declares no service nope$/)],
    [
      ' --service Nope',
      '"Nope" cannot be a service\'s name: a lower-case letter first, then lower-case letters, digits and hyphens, 63 at most',
    ],
    ['x', expect.stringMatching(/dragoman\.yamlx has 1 problem$/)],
  ])('diff -c dragoman.yaml%s says what is wrong, and ends with 1', async (rest, message) => {
    answers([], SAME);
    const { code, err } = await diff(rest);
    expect(code).toBe(1);
    expect(
      err
        .trimEnd()
        .split('\n')
        .at(-1)
        ?.replace(/^error: /, ''),
    ).toEqual(message);
  });

  test('says which service is refused', async () => {
    admin.answer = ({ method }) =>
      method === 'GET'
        ? { body: {} }
        : {
            status: 422,
            type: 'application/problem+json',
            body: { detail: 'the source was refused', problems: [] },
          };
    expect(await diff()).toEqual({ code: 1, out: '', err: 'error: library: the source was refused\n' });
  });
});
