// GraphQL over HTTP. Sources: graphql reference, sections 8 and 9; the GraphQL-over-HTTP text on status codes.
import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { post, type Served, serve, unary } from './door.ts';
import { librarySource } from './library.ts';

const GRAPHQL_RESPONSE = 'application/graphql-response+json';
const library = librarySource();
let served: Served;

beforeAll(async () => {
  served = await serve([library], (call) => unary(call, {}));
});
afterAll(() => served.close());
afterEach(() => {
  served.calls.length = 0;
});

const READ = '{ book(name: "books/b1") { title } }';
const get = (params: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${served.url}?${new URLSearchParams(params)}`, { headers });

describe('status by form of answer', () => {
  test.each<[what: string, body: unknown, json: number, graphql: number]>([
    ['a query that runs', { query: READ }, 200, 200],
    ['a syntax error', { query: '{' }, 200, 400],
    ['a field that does not exist', { query: '{ nope }' }, 200, 400],
    [
      'variables that do not fit',
      { query: 'query ($n: ID!) { book(name: $n) { title } }', variables: {} },
      200,
      400,
    ],
    ['a body that is no JSON', '{"query":', 400, 400],
    ['a body that is no object', '"x"', 400, 400],
    ['several operations in one request', [{ query: READ }, { query: READ }], 400, 400],
    ['no document', {}, 400, 400],
    ['a document that is no text', { query: 1 }, 400, 400],
    ['variables that are a list', { query: READ, variables: [] }, 400, 400],
    ['an operation name that is no text', { query: READ, operationName: 1 }, 400, 400],
    ['extensions that are no object', { query: READ, extensions: 1 }, 400, 400],
    ['an operation name that is not there', { query: READ, operationName: 'Nope' }, 400, 400],
    [
      'no operation name where it takes one',
      { query: 'query A { __typename } query B { __typename }' },
      400,
      400,
    ],
  ])('%s', async (_what, body, json, graphql) => {
    const asJson = await post(served.url, body, { accept: 'application/json' });
    expect([asJson.status, asJson.headers.get('content-type')]).toEqual([
      json,
      'application/json; charset=utf-8',
    ]);
    const asGraphql = await post(served.url, body, { accept: GRAPHQL_RESPONSE });
    expect([asGraphql.status, asGraphql.headers.get('content-type')]).toEqual([
      graphql,
      `${GRAPHQL_RESPONSE}; charset=utf-8`,
    ]);
    expect(await asGraphql.json()).toEqual(sameButForIds(await asJson.json()));
  });

  test('nulls and absences are fine for everything but the document', async () => {
    const response = await post(served.url, {
      query: READ,
      variables: null,
      operationName: null,
      extensions: null,
    });
    expect(await response.json()).toEqual({ data: { book: { title: '' } } });
  });

  test('a failed field does not change the status', async () => {
    const response = await post(
      served.url,
      { query: '{ book(name: "x") { copiesSold } }' },
      { accept: GRAPHQL_RESPONSE },
    );
    expect(response.status).toBe(200);
  });

  test.each([
    undefined,
    '*/*',
    'application/*',
    'text/html, application/json',
    'multipart/mixed, application/json',
  ])('Accept: %s is answered as JSON', async (accept) => {
    const response = await post(served.url, { query: READ }, accept === undefined ? {} : { accept });
    expect(response.headers.get('content-type')).toMatch(/^application\/(json|graphql-response\+json)/);
    expect(await response.json()).toEqual({ data: { book: { title: '' } } });
  });

  test.each(['image/png', 'application/json; charset=latin1', 'text/event-stream;q=0'])(
    'a form that is not served (%s) is 406, with an error that says what is',
    async (accept) => {
      const response = await post(served.url, { query: READ }, { accept });
      expect(response.status).toBe(406);
      expect(response.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
      expect(await response.json()).toMatchObject({
        errors: [
          {
            message: expect.stringMatching(/application\/graphql-response\+json.*accept one of them/),
            extensions: { code: 'INVALID_ARGUMENT' },
          },
        ],
      });
      expect(served.calls.length).toBe(0);
    },
  );
});

describe('every answer', () => {
  test.each<[string, () => Promise<Response>]>([
    ['that runs', () => post(served.url, { query: READ })],
    ['with a syntax error', () => post(served.url, { query: '{' })],
    ['that is not JSON', () => post(served.url, 'x')],
    ['of a wrong type', () => post(served.url, 'x', { 'content-type': 'text/plain' })],
    ['of a wrong method', () => fetch(served.url, { method: 'PUT' })],
  ])('%s carries one request id, also in its errors', async (_what, send) => {
    const response = await send();
    const id = response.headers.get('x-request-id');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    const { errors = [] } = (await response.json()) as {
      errors?: { extensions: { requestId: string; source: string } }[];
    };
    expect(errors.map(({ extensions }) => [extensions.requestId, extensions.source])).toEqual(
      errors.map(() => [id, 'gateway']),
    );
  });
});

describe('GET', () => {
  test('queries', async () => {
    const response = await get({
      query: 'query Q($n: ID!) { book(name: $n) { title } }',
      variables: '{"n":"a"}',
      operationName: 'Q',
    });
    expect(await response.json()).toEqual({ data: { book: { title: '' } } });
  });

  test.each([
    ['a mutation', 'mutation { deleteBook(name: "x") }'],
    ['a subscription', 'subscription { watchBooks { sequence } }'],
    ['a mutation beside a query', 'query A { __typename } mutation B { deleteBook(name: "x") }'],
  ])('%s is 405, without a call', async (_what, query) => {
    const response = await get({ query, ...(query.includes('B {') && { operationName: 'B' }) });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNIMPLEMENTED' } }] });
    expect(served.calls.length).toBe(0);
  });

  test.each<[string, string]>([
    ['no document', ''],
    ['variables that are no JSON', `?query=${encodeURIComponent(READ)}&variables=x`],
    ['two documents', `?query=${encodeURIComponent(READ)}&query=x`],
  ])('%s is 400', async (_what, search) => {
    const response = await fetch(served.url + search);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID_ARGUMENT' } }] });
  });
});

describe('what a browser would send across sites without asking', () => {
  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain; x=application/json',
  ])('POST of %s is 415, without a call', async (type) => {
    const response = await post(
      served.url,
      { query: 'mutation { deleteBook(name: "x") }' },
      { 'content-type': type },
    );
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID_ARGUMENT' } }] });
    expect(served.calls.length).toBe(0);
  });

  test('POST without a type is 415', async () => {
    const response = await raw('POST', {}, JSON.stringify({ query: READ }));
    expect(response.status).toBe(415);
  });

  test.each(['application/json; charset=utf-8', 'application/json;charset="UTF-8"'])(
    '%s is served',
    async (type) => {
      expect((await post(served.url, { query: READ }, { 'content-type': type })).status).toBe(200);
    },
  );

  test('another charset is 415', async () => {
    expect(
      (await post(served.url, { query: READ }, { 'content-type': 'application/json; charset=latin1' }))
        .status,
    ).toBe(415);
  });
});

describe('other methods', () => {
  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is 405 with what is allowed', async (method) => {
    const response = await fetch(served.url, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, POST');
  });
});

describe('a key that is there twice, so that nobody can tell which counts', () => {
  test.each<[what: string, body: string, key: string]>([
    ['the document', '{"query":"{ __typename }","query":"{ __typename }"}', 'query'],
    ['the variables', '{"query":"{ __typename }","variables":{},"variables":null}', 'variables'],
    ['in the variables', '{"query":"{ __typename }","variables":{"name":"a" , "name" : "b"}}', 'name'],
    ['spelled otherwise', '{"query":"{ __typename }","variables":{"n":1,"\\u006e":2}}', 'n'],
    ['in a list', '{"query":"{ __typename }","variables":{"l":[{"n":1,"n":2}]}}', 'n'],
  ])('%s: is 400 and names it', async (_what, body, key) => {
    const response = await post(served.url, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining(`the key "${key}" is there twice`) }],
    });
  });

  test.each<[what: string, body: string]>([
    ['the same key in different objects', '{"query":"{ __typename }","variables":{"a":{"n":1},"b":{"n":1}}}'],
    [
      'what looks like keys in texts',
      '{"query":"{ __typename } # \\"query\\":\\"query\\":","variables":{"a":"\\\\"}}',
    ],
    [
      'names that objects have by birth',
      '{"query":"{ __typename }","variables":{"__proto__":{"a":1},"toString":1}}',
    ],
    ['white space', '{ "query" :\n"{ __typename }"\t,\r\n"variables" : { } }'],
  ])('%s: is none', async (_what, body) => {
    expect(await (await post(served.url, body)).json()).toEqual({ data: { __typename: 'Query' } });
  });

  test('in a query parameter: is 400', async () => {
    const search = `?query=${encodeURIComponent('{ __typename }')}&variables=${encodeURIComponent('{"n":1,"n":2}')}`;
    expect((await fetch(served.url + search)).status).toBe(400);
  });
});

describe('bodies', () => {
  test('compressed ones are read', async () => {
    const response = await fetch(served.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify({ query: READ })),
    });
    expect(await response.json()).toEqual({ data: { book: { title: '' } } });
  });

  test('bytes that are no UTF-8 are 400', async () => {
    const response = await fetch(served.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.concat([
        Buffer.from('{"query":"{ __typename } # '),
        Buffer.from([0xff]),
        Buffer.from('"}'),
      ]),
    });
    expect(response.status).toBe(400);
  });
});

/** `fetch` always sends a type with a body; this sends what it is told. */
async function raw(
  method: string,
  headers: Record<string, string>,
  body: string,
): Promise<{ status: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number }>();
  const client = httpRequest(served.url, { method, headers }, (response) => {
    response.resume().on('end', () => resolve({ status: response.statusCode ?? 0 }));
  });
  client.on('error', reject);
  client.end(body);
  return promise;
}

/** Two requests have two ids. */
function sameButForIds(value: unknown): unknown {
  const text = JSON.stringify(value).replace(/"requestId":"[^"]*"/g, '"requestId":"*"');
  return JSON.parse(text, (key, inner: unknown) => (key === 'requestId' ? expect.any(String) : inner));
}
