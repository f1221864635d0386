// Requests as HTTP upstreams get them. Expectations are the examples of OpenAPI 3.2, "Style Examples", and RFC 6570.
import { describe, expect, test } from '@jest/globals';
import { GatewayError } from '../../../core/error.ts';
import type { JsonValue } from '../../../core/json.ts';
import type { Operation } from '../../../core/operation.ts';
import { writeRequest } from '../../../translators/http/write-request.ts';
import { documentOf, operationsOf } from './document.ts';

function operation(path: string, parameter: string, rest = ''): Operation {
  const content = documentOf({
    paths: `${path}: { post: { operationId: a, parameters: [${parameter}], ${rest} responses: { "204": { description: ok } } } }`,
  });
  const [first] = operationsOf('api', content);
  if (first === undefined) throw new Error('there is no operation');
  return first;
}

function write(of: Operation, value: JsonValue, metadata: readonly [string, string][] = []) {
  if (of.http === undefined) throw new Error('it has no HTTP side');
  return writeRequest({ operation: of, metadata }, of.http, value);
}

const STRING = 'blue';
const ARRAY = ['blue', 'black', 'brown'];
const OBJECT = { R: 100, G: 200, B: 150 };

describe('styles', () => {
  test.each<[string, boolean, string, string, string, string]>([
    ['simple', false, 'path', '/blue', '/blue,black,brown', '/R,100,G,200,B,150'],
    ['simple', true, 'path', '/blue', '/blue,black,brown', '/R=100,G=200,B=150'],
    ['label', false, 'path', '/.blue', '/.blue,black,brown', '/.R,100,G,200,B,150'],
    ['label', true, 'path', '/.blue', '/.blue.black.brown', '/.R=100.G=200.B=150'],
    ['matrix', false, 'path', '/;color=blue', '/;color=blue,black,brown', '/;color=R,100,G,200,B,150'],
    ['matrix', true, 'path', '/;color=blue', '/;color=blue;color=black;color=brown', '/;R=100;G=200;B=150'],
    ['form', false, 'query', '/?color=blue', '/?color=blue,black,brown', '/?color=R,100,G,200,B,150'],
    ['form', true, 'query', '/?color=blue', '/?color=blue&color=black&color=brown', '/?R=100&G=200&B=150'],
    [
      'spaceDelimited',
      false,
      'query',
      '/?color=blue',
      '/?color=blue%20black%20brown',
      '/?color=R%20100%20G%20200%20B%20150',
    ],
    [
      'pipeDelimited',
      false,
      'query',
      '/?color=blue',
      '/?color=blue%7Cblack%7Cbrown',
      '/?color=R%7C100%7CG%7C200%7CB%7C150',
    ],
    [
      'deepObject',
      true,
      'query',
      '/?color=blue',
      '/?color=blue&color=black&color=brown',
      '/?color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150',
    ],
  ])('%s with explode %s in %s', (style, explode, place, text, array, object) => {
    const of = operation(
      place === 'path' ? '/{color}' : '/',
      `{ name: color, in: ${place}, required: ${place === 'path'}, style: ${style}, explode: ${explode}, schema: {} }`,
    );
    const targets = [STRING, ARRAY, OBJECT].map((value) => write(of, { [place]: { color: value } }).target);
    expect(targets).toEqual([text, array, object]);
  });

  test('an empty list is not said', () => {
    const of = operation('/', '{ name: a, in: query, schema: {} }');
    expect(write(of, { query: { a: [] } }).target).toBe('/');
  });

  test('reserved characters are encoded, unless they may be sent', () => {
    const text = 'a/b?c=d&e#f+g%20:@';
    const plain = operation('/', '{ name: q, in: query, schema: { type: string } }');
    const reserved = operation('/', '{ name: q, in: query, allowReserved: true, schema: { type: string } }');
    expect(write(plain, { query: { q: text } }).target).toBe('/?q=a%2Fb%3Fc%3Dd%26e%23f%2Bg%2520%3A%40');
    expect(write(reserved, { query: { q: text } }).target).toBe('/?q=a/b?c%3Dd%26e%23f%2Bg%2520:@');
  });

  test('a parameter of a media type is its text', () => {
    const of = operation('/', '{ name: f, in: query, content: { application/json: { schema: {} } } }');
    expect(write(of, { query: { f: { a: [1] } } }).target).toBe('/?f=%7B%22a%22%3A%5B1%5D%7D');
  });

  test('headers and cookies', () => {
    const header = operation('/', '{ name: X-A, in: header, schema: {} }');
    expect(write(header, { header: { 'X-A': ARRAY } }).headers).toEqual(
      expect.arrayContaining(['X-A', 'blue,black,brown']),
    );
    const cookie = operation('/', '{ name: s, in: cookie, schema: {} }');
    expect(write(cookie, { cookie: { s: 'a b' } }).headers).toEqual(
      expect.arrayContaining(['Cookie', 's=a%20b']),
    );
  });
});

describe('what stays in its place', () => {
  const of = operation('/a/{id}/b', '{ name: id, in: path, required: true, schema: { type: string } }');

  test.each([
    ['x/y', '/a/x%2Fy/b'],
    ['?q=1#f', '/a/%3Fq%3D1%23f/b'],
    ['%2e', '/a/%252e/b', true],
    ['ü', '/a/%C3%BC/b'],
  ])('%s', (id, target, isRefused = false) => {
    const attempt = () => write(of, { path: { id } }).target;
    expect(isRefused ? codeOf(attempt) : attempt()).toBe(isRefused ? 'invalid_argument' : target);
  });

  test.each(['.', '..', '', 'a/../..', '..\\x', '%2e%2e'])('%j is refused in a path', (id) => {
    expect(codeOf(() => write(of, { path: { id } }))).toBe('invalid_argument');
  });

  test.each(['a\r\nb: c', 'a\0b', 'a\nb'])('%j is refused in a header', (text) => {
    const header = operation('/', '{ name: X-A, in: header, schema: { type: string } }');
    expect(codeOf(() => write(header, { header: { 'X-A': text } }))).toBe('invalid_argument');
  });

  test('a cookie cannot add another', () => {
    const cookie = operation('/', '{ name: s, in: cookie, style: cookie, schema: { type: string } }');
    expect(codeOf(() => write(cookie, { cookie: { s: 'a; admin=1' } }))).toBe('invalid_argument');
  });

  test('metadata does not set what the gateway sets', () => {
    const { headers } = write(operation('/', ''), {}, [
      ['x-request-id', '7'],
      ['host', 'evil'],
      ['content-length', '3'],
      ['connection', 'close'],
    ]);
    expect(headers).toEqual([
      'x-request-id',
      '7',
      'Accept',
      'application/json, application/problem+json;q=0.9',
      'Via',
      '1.1 dragoman',
    ]);
  });
});

test.each(['Content-Length', 'host', 'Transfer-Encoding', 'connection', 'Expect', 'Via'])(
  'a parameter does not set the header %s, which says what the message is',
  (name) => {
    const of = operation('/', `{ name: ${name}, in: header, schema: { type: string } }`);
    const { headers } = write(of, { header: { [name]: '7' } });
    expect(headers).toEqual([
      'Accept',
      'application/json, application/problem+json;q=0.9',
      'Via',
      '1.1 dragoman',
    ]);
  },
);

describe('the header Accept', () => {
  const OURS = 'application/json, application/problem+json;q=0.9';
  test.each<[string, string, string]>([
    ['nothing is listed', '{ type: string }', OURS],
    ['JSON is listed', '{ type: string, enum: [application/yaml, application/json] }', 'application/json'],
    ['JSON is all there is', '{ const: Application/JSON }', 'Application/JSON'],
    [
      'the type of the answer is listed',
      '{ enum: ["application/json;v=2", application/vnd.b+json] }',
      'application/json;v=2',
    ],
    ['another JSON is listed', '{ enum: [text/csv, application/vnd.b+json] }', 'application/vnd.b+json'],
    ['no JSON is listed', '{ enum: [text/csv] }', OURS],
    ['what is listed is no media type', '{ enum: [json, 1, null, "application/json\\r\\nx: y"] }', OURS],
  ])('where %s', (_what, schema, expected) => {
    const parameter = `{ name: accept, in: header, required: true, schema: ${schema} }`;
    const content = documentOf({
      paths: `/: { get: { operationId: a, parameters: [${parameter}], responses: { "200": { description: it, content: { application/json: {} } } } } }`,
    });
    const [first] = operationsOf('api', content);
    if (first === undefined) throw new Error('there is no operation');
    const { headers } = write(first, {});
    expect(headers).toEqual(['Accept', expected, 'Via', '1.1 dragoman']);
  });
});

describe('bodies', () => {
  test.each<[string, string, JsonValue, string, string]>([
    ['JSON', 'application/json: {}', { a: 1 }, 'application/json', '{"a":1}'],
    ['JSON of a vendor', 'application/vnd.x+json: {}', [1], 'application/vnd.x+json', '[1]'],
    [
      'JSON before a form',
      'application/x-www-form-urlencoded: {}, application/json: {}',
      { a: 1 },
      'application/json',
      '{"a":1}',
    ],
    [
      'a form',
      'application/x-www-form-urlencoded: {}',
      { a: 'x y&z', l: [1, 2], o: { k: 1 } },
      'application/x-www-form-urlencoded',
      'a=x%20y%26z&l=1&l=2&o=%7B%22k%22%3A1%7D',
    ],
    ['text', 'text/plain: {}', 'hello', 'text/plain', 'hello'],
    ['anything', '"*/*": {}', { a: 1 }, 'application/json', '{"a":1}'],
  ])('%s', (_name, content, body, type, text) => {
    const request = write(operation('/', '', `requestBody: { content: { ${content} } },`), { body });
    expect(Buffer.from(request.body as Uint8Array).toString()).toBe(text);
    expect(request.headers).toEqual(expect.arrayContaining(['Content-Type', type]));
  });

  test('no body has no content type', () => {
    const request = write(operation('/', '', 'requestBody: { content: { application/json: {} } },'), {});
    expect(request.body).toBeUndefined();
    expect(request.headers).not.toContain('Content-Type');
  });
});

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'passed';
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error);
  }
}
