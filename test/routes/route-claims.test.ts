import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../core/problem.ts';
import { buildRouteTable, type RouteClaim } from '../../schema/routes/route-table.ts';
import { binding, describeLookup, type OperationFixture, operation } from './fixtures.ts';

const GET_BOOK = {
  service: 'library',
  method: 'library.v1.Library/GetBook',
  path: 'library.proto',
  line: 12,
};
const READ_BOOK = {
  service: 'library',
  method: 'library.v1.Library/ReadBook',
  path: 'library.proto',
  line: 30,
};
const OTHER_TEAM = { service: 'archive', method: 'archive.v1.Archive/Get', path: 'archive.proto', line: 7 };

function claim(owner: OperationFixture, method: string, template: string, isAutomatic = false): RouteClaim {
  return { operation: operation(owner), binding: binding(method, template, { isAutomatic }) };
}

// transcoding reference, section 3.5
describe('a route claimed twice', () => {
  test('by two services is refused, naming service, method and place of both', () => {
    const { table, problems } = buildRouteTable([
      claim(GET_BOOK, 'GET', '/v1/books/{name}'),
      claim(OTHER_TEAM, 'GET', '/v1/books/{id=*}'),
    ]);
    expect(problems).toEqual([
      {
        severity: 'error',
        rule: 'route-conflict',
        message:
          'GET /v1/books/{id=*} is claimed by archive.v1.Archive/Get of service archive (archive.proto:7) and, before it as /v1/books/{name}, library.v1.Library/GetBook of service library (library.proto:12); one of them needs another path',
        path: 'archive.proto',
        line: 7,
        column: 3,
      },
    ]);
    expect(table.routes.map(({ operation: owner }) => owner.service)).toEqual(['library']);
  });

  test('within one service is a warning, and the first declared answers (etcd 3.4, argo-cd, BigQuery)', () => {
    const { table, problems } = buildRouteTable([
      claim(GET_BOOK, 'POST', '/v1/hash'),
      claim(READ_BOOK, 'POST', '/v1/hash'),
    ]);
    expect(problems.map(formatProblem)).toEqual([
      'library.proto:30:3: POST /v1/hash is claimed by library.v1.Library/ReadBook of service library (library.proto:30) and, before it, library.v1.Library/GetBook of service library (library.proto:12); the first one is served (route-shadowed)',
    ]);
    expect(problems[0]?.severity).toBe('warning');
    expect(table.size).toBe(1);
    expect(table.routes.map(({ operation: owner }) => owner.method)).toEqual(['library.v1.Library/GetBook']);
    expect(table.find('POST', '/v1/hash')).toMatchObject({
      match: { route: { operation: { method: 'library.v1.Library/GetBook' } } },
    });
  });

  test('within one service that wants strictRoutes is refused', () => {
    const rest = { strictRoutes: true };
    const { table, problems } = buildRouteTable([
      claim({ ...GET_BOOK, rest }, 'POST', '/v1/hash'),
      claim({ ...READ_BOOK, rest }, 'POST', '/v1/hash'),
    ]);
    expect(problems.map(formatProblem)).toEqual([
      'library.proto:30:3: POST /v1/hash is claimed by library.v1.Library/ReadBook of service library (library.proto:30) and, before it, library.v1.Library/GetBook of service library (library.proto:12); one of them needs another path (route-conflict)',
    ]);
    expect(problems[0]?.severity).toBe('error');
    expect(table.size).toBe(1);
  });

  test('is told of a place without a line by its file', () => {
    const claims = [claim(GET_BOOK, 'GET', '/a'), claim(OTHER_TEAM, 'GET', '/a')];
    const withoutLines = claims.map(({ operation: owner, binding: bound }) => ({
      operation: { ...owner, position: { path: owner.position.path } },
      binding: bound,
    }));
    const { problems } = buildRouteTable(withoutLines);
    expect(problems.map(formatProblem)).toEqual([
      'archive.proto: GET /a is claimed by archive.v1.Archive/Get of service archive (archive.proto) and, before it, library.v1.Library/GetBook of service library (library.proto); one of them needs another path (route-conflict)',
    ]);
  });

  test('automatically, by two services that hold the same full method, is refused', () => {
    const copy = { ...GET_BOOK, service: 'library-copy' };
    const path = '/library.v1.Library/GetBook';
    const { problems } = buildRouteTable([
      claim(GET_BOOK, 'POST', path, true),
      claim(copy, 'POST', path, true),
    ]);
    expect(problems).toMatchObject([{ severity: 'error', rule: 'route-conflict' }]);
    expect(problems[0]?.message).toContain('of service library-copy (library.proto:12)');
  });

  test('automatically by an operation that declares it too is no problem: the declared one answers', () => {
    const path = '/library.v1.Library/GetBook';
    const { table, problems } = buildRouteTable([
      claim(GET_BOOK, 'POST', path),
      claim(GET_BOOK, 'POST', path, true),
    ]);
    expect(problems).toEqual([]);
    expect(table.routes.map(({ binding: bound }) => bound.isAutomatic)).toEqual([false]);
  });

  test.each([
    ['another method', 'POST', '/v1/books/{id}'],
    ['any method beside a named one', '*', '/v1/books/{id}'],
    ['a verb', 'GET', '/v1/books/{id}:read'],
    ['an overlap of other shape', 'GET', '/v1/{kind}/special'],
    ['** beside *', 'GET', '/v1/books/{id=**}'],
  ])('is not what %s is', (_what, method, template) => {
    const claims = [claim(GET_BOOK, 'GET', '/v1/books/{id}'), claim(OTHER_TEAM, method, template)];
    const { table, problems } = buildRouteTable(claims);
    expect(problems).toEqual([]);
    expect(table.size).toBe(2);
  });
});

describe("the gateway's own paths", () => {
  const reserved = ['/livez', '/readyz', '/healthz', '/metrics', '/graphql', '/openapi.json', '/docs'];

  test.each([
    ...reserved.map((path) => ['as it is', path] as const),
    ['spelt otherwise', '/%6Civez'],
    ['as a variable of one literal', '/{name=livez}'],
  ])('are refused to an API: %s, %s', (_how, template) => {
    const { table, problems } = buildRouteTable([claim(GET_BOOK, 'GET', template)], { reserved });
    expect(problems.map(formatProblem)).toEqual([
      `library.proto:12:3: GET ${template} of library.v1.Library/GetBook of service library (library.proto:12) is a path of the gateway itself; choose another, or set a prefix for the service (reserved-path)`,
    ]);
    expect(problems[0]?.severity).toBe('error');
    expect(table.size).toBe(0);
    expect(describeLookup(table.find('GET', '/livez'))).toBe('404');
  });

  test.each(['/livez/x', '/v1/livez', '/Livez', '/{name}', '/{name=**}', '/livez:check'])(
    'are not taken by %s',
    (template) => {
      expect(buildRouteTable([claim(GET_BOOK, 'GET', template)], { reserved }).problems).toEqual([]);
    },
  );
});

test('a template that cannot be read is a problem with the place of its method, and not in the table', () => {
  const { table, problems } = buildRouteTable([
    claim(GET_BOOK, 'GET', '/v1/{'),
    claim(READ_BOOK, 'GET', '/v1/a'),
  ]);
  expect(problems).toEqual([
    {
      severity: 'error',
      rule: 'path-template',
      message: expect.stringMatching(/^library\.v1\.Library\/GetBook: path template "\/v1\/\{" has /),
      path: 'library.proto',
      line: 12,
      column: 3,
    },
    expect.objectContaining({ rule: 'path-template' }),
  ]);
  expect(table.routes.map(({ template }) => template.text)).toEqual(['/v1/a']);
});
