import { describe, expect, test } from '@jest/globals';
import { checkBinding } from '../../schema/routes/check-binding.ts';
import { binding, operation } from './fixtures.ts';

/** `severity rule: message`, without the part that names the rule. */
function check(bound: ReturnType<typeof binding>, shape: 'unary' | 'client_stream' = 'unary'): string[] {
  const prefix = `library.v1.LibraryService/GetBook, ${bound.method} ${bound.template}: `;
  return checkBinding(operation({ shape }), bound).map(({ severity, rule, message, ...place }) => {
    expect(place).toEqual({ path: 'library.proto', line: 10, column: 3 });
    expect(message.slice(0, prefix.length)).toBe(prefix);
    return `${severity} ${rule}: ${message.slice(prefix.length)}`;
  });
}

describe('a binding that fits', () => {
  test.each([
    ['a string', '/v1/{name}'],
    ['a string over several segments', '/v1/{name=books/*}'],
    ['a number', '/v1/{page_count}'],
    ['an enum', '/v1/{kind}'],
    ['a Timestamp', '/v1/{created}'],
    ['a Duration', '/v1/{loan}'],
    ['a FieldMask', '/v1/{mask}'],
    ['a wrapper', '/v1/{stars}'],
    ['a nested field', '/v1/{sequel.sequel.name}'],
    ['members of the same oneof of two messages', '/v1/{person}/{sequel.company}'],
    ['nothing', '/v1/books'],
  ])('binds %s', (_what, template) => {
    expect(check(binding('GET', template))).toEqual([]);
  });

  test.each([['*'], ['sequel'], ['tags'], ['sequels'], ['labels'], ['page_count']])(
    'has the body %s',
    (body) => {
      expect(check(binding('POST', '/v1/{name}', { body }))).toEqual([]);
    },
  );

  test('has a part of the body field in its path, as updates do', () => {
    expect(check(binding('PATCH', '/v1/{sequel.name=books/*}', { body: 'sequel' }))).toEqual([]);
  });

  test('answers with one field', () => {
    expect(check(binding('GET', '/v1/{name}', { responseBody: 'sequels' }))).toEqual([]);
  });

  test.each(['GET', 'HEAD', 'OPTIONS', 'LINK', 'M-SEARCH', '*'])('is bound to %s', (method) => {
    expect(check(binding(method, '/v1/books'))).toEqual([]);
  });

  test('is automatic: nobody declared it, so nobody is told of it', () => {
    expect(checkBinding(operation(), binding('POST', '/a.B/C', { body: '*', isAutomatic: true }))).toEqual(
      [],
    );
  });
});

// transcoding reference, sections 3.1 and 3.5
describe('a variable that is refused', () => {
  test.each([
    [
      'no such field',
      '{title}',
      'variable "title" names no field: library.v1.Book has name, page_count, kind, tags, labels, sequel, sequels, created, …',
    ],
    [
      'the JSON name',
      '{pageCount}',
      'variable "pageCount" names no field: write its proto name "page_count"',
    ],
    [
      'no such nested field',
      '{sequel.title}',
      'variable "sequel.title" names no field: library.v1.Book has name, page_count, kind, tags, labels, sequel, sequels, created, …',
    ],
    [
      'a repeated field',
      '{tags}',
      'variable "tags" binds through repeated field "tags"; bind a singular one',
    ],
    [
      'through a repeated field',
      '{sequels.name}',
      'variable "sequels.name" binds through repeated field "sequels"; bind a singular one',
    ],
    ['a map', '{labels}', 'variable "labels" binds through map field "labels"; bind a singular field'],
    [
      'into a map',
      '{labels.value}',
      'variable "labels.value" binds through map field "labels"; bind a singular field',
    ],
    [
      'a message',
      '{sequel}',
      'variable "sequel" ends at message library.v1.Book; bind a scalar, an enum, or a well-known type written as text',
    ],
    [
      'a Struct',
      '{extra}',
      'variable "extra" ends at message google.protobuf.Struct; bind a scalar, an enum, or a well-known type written as text',
    ],
    ['into a scalar', '{name.first}', 'variable "name.first" goes on behind "name", which is no message'],
    [
      'into a Timestamp',
      '{created.seconds}',
      'variable "created.seconds" goes into google.protobuf.Timestamp, whose JSON form has no such part; bind "created" as a whole',
    ],
    [
      'two members of a oneof',
      '{person}/{company}',
      'variable "company" would clear "person", a member of the same oneof',
    ],
    [
      'two members of a nested oneof',
      '{sequel.person}/{sequel.company}',
      'variable "sequel.company" would clear "person", a member of the same oneof',
    ],
    [
      'a property of objects',
      '{constructor}',
      'variable "constructor" names no field: library.v1.Book has name, page_count, kind, tags, labels, sequel, sequels, created, …',
    ],
  ])('%s: %s', (_what, variables, message) => {
    expect(check(binding('GET', `/v1/${variables}`))).toEqual([`error path-variable: ${message}`]);
  });

  test('a body that is another member of its oneof', () => {
    expect(check(binding('POST', '/v1/{person}', { body: 'company' }))).toEqual([
      'error path-variable: variable "person" would clear "company", a member of the same oneof',
    ]);
  });

  test('the whole body field in the path is a warning', () => {
    expect(check(binding('POST', '/v1/{name}', { body: 'name' }))).toEqual([
      'warning body-bound-by-path: "name" is both the body and in the path; the path wins, so the body is never read',
    ]);
  });

  test('a stream filled from the path is a note', () => {
    expect(check(binding('POST', '/v1/{name}', { body: '*' }), 'client_stream')).toEqual([
      'note streaming-binding: the method takes a stream; path variables fill its first message only',
    ]);
  });
});

describe('the rest of a rule that is refused', () => {
  const fields = 'library.v1.Book has name, page_count, kind, tags, labels, sequel, sequels, created, …';
  test.each([
    [
      'unknown body',
      'POST',
      { body: 'title' },
      `error binding-field: body "title" names no field or "*": ${fields}`,
    ],
    [
      'body by JSON name',
      'POST',
      { body: 'pageCount' },
      'error binding-field: body "pageCount" names no field or "*": write its proto name "page_count"',
    ],
    [
      'nested body (Envoy accepts)',
      'POST',
      { body: 'sequel.sequel' },
      'error binding-field: body "sequel.sequel" is a path, which only a google.api.HttpBody may have: write a top-level field or "*"',
    ],
    [
      'empty body name',
      'POST',
      { body: '' },
      `error binding-field: body "" names no field or "*": ${fields}`,
    ],
    [
      'unknown response_body',
      'POST',
      { responseBody: 'title' },
      `error binding-field: response_body "title" names no field: ${fields}`,
    ],
    [
      'response_body of everything',
      'POST',
      { responseBody: '*' },
      `error binding-field: response_body "*" names no field: ${fields}`,
    ],
    [
      'GET with body (RFC 9110 §9.3.1)',
      'GET',
      { body: '*' },
      'error get-with-body: GET has no body; leave "body" out or use POST',
    ],
    [
      'HEAD with body',
      'HEAD',
      { body: 'sequel' },
      'error get-with-body: HEAD has no body; leave "body" out or use POST',
    ],
    [
      'DELETE with body',
      'DELETE',
      { body: '*' },
      'warning delete-with-body: the body of a DELETE has no defined meaning, and some clients cannot send one',
    ],
    [
      'TRACE',
      'TRACE',
      {},
      'error http-method: "TRACE" cannot be bound; use an upper-case HTTP method other than TRACE and CONNECT, or "*"',
    ],
    [
      'CONNECT',
      'CONNECT',
      {},
      'error http-method: "CONNECT" cannot be bound; use an upper-case HTTP method other than TRACE and CONNECT, or "*"',
    ],
    [
      'a method in small letters',
      'get',
      {},
      'error http-method: "get" cannot be bound; use an upper-case HTTP method other than TRACE and CONNECT, or "*"',
    ],
    [
      'no method',
      '',
      {},
      'error http-method: "" cannot be bound; use an upper-case HTTP method other than TRACE and CONNECT, or "*"',
    ],
    [
      'a method that is no token',
      'GET /x',
      {},
      'error http-method: "GET /x" cannot be bound; use an upper-case HTTP method other than TRACE and CONNECT, or "*"',
    ],
  ])('%s', (_what, method, more, expected) => {
    expect(check(binding(method, '/v1/books', more))).toEqual([expected]);
  });

  test('all faults are named at once', () => {
    const found = checkBinding(
      operation(),
      binding('GET', '/v1/{tags}/{title}', { body: 'x', responseBody: 'y' }),
    );
    expect(found.map(({ rule }) => rule)).toEqual([
      'get-with-body',
      'binding-field',
      'binding-field',
      'path-variable',
      'path-variable',
    ]);
  });

  test('a template that cannot be read is told beside the rest', () => {
    const found = checkBinding(operation(), binding('GET', '/v1/{name', { body: '*' }));
    expect(found).toEqual([
      expect.objectContaining({ rule: 'get-with-body' }),
      {
        severity: 'error',
        rule: 'path-template',
        message:
          'library.v1.LibraryService/GetBook: path template "/v1/{name" has no "}" for the "{" of column 5 (column 10)',
        path: 'library.proto',
        line: 10,
        column: 3,
      },
    ]);
  });
});
