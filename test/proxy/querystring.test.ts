// Queries that are one value of a media type (OpenAPI 3.2, `in: querystring`): held against the document over REST,
// written by it for GraphQL.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { type HttpUpstream, openapiService, startHttpUpstream } from './upstream.ts';

const SEARCH = {
  type: 'object',
  required: ['q'],
  properties: {
    q: { type: 'string', maxLength: 5 },
    size: { type: 'integer', maximum: 100 },
    tags: { type: 'array', items: { enum: ['a', 'b'] } },
    list: { type: 'array', items: { type: 'integer' } },
    where: { type: 'object', properties: { n: { type: 'integer' } } },
    deep: { type: 'object', properties: { n: { type: 'integer' } } },
  },
};
const whole = (mediaType: string, schema: object, more: object = {}, encoding: object = {}) => ({
  get: {
    parameters: [
      { name: 'search', in: 'querystring', content: { [mediaType]: { schema, encoding } }, ...more },
    ],
    responses: { 200: { description: '', content: { 'application/json': { schema: { type: 'object' } } } } },
  },
});
const FORM = 'application/x-www-form-urlencoded';
const PATHS = {
  '/form': whole(
    FORM,
    SEARCH,
    { required: true },
    { list: { explode: false }, deep: { style: 'deepObject', explode: true } },
  ),
  '/json': whole('application/json', SEARCH, { required: true }),
  '/loose': whole('application/json', SEARCH),
  '/text': whole('text/plain', { type: 'string', maxLength: 3 }),
};

let upstream: HttpUpstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startHttpUpstream();
  upstream.answer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
  gateway = await startTestGateway([
    openapiService(upstream.url, PATHS, { validate: { request: true, response: false } }),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const json = (text: string): string => `/json?${encodeURIComponent(text)}`;

describe('a query that is one value', () => {
  test.each([
    ['/form?q=x&size=100&tags=a&tags=b&list=1,2'],
    ['/form?q=a+b%20c&other=1'],
    ['/form?q=&where=%7B%22n%22%3A1%7D&deep[n]=1'],
    [json('{"q":"x","size":3,"where":{"n":1}}')],
    [json('{"q":"a+b"}')],
    ['/loose'],
    ['/loose?'],
    ['/text?a%26b'],
  ])('%s is as described, and goes on as it is', async (path) => {
    expect((await send(gateway.publicUrl, { path })).status).toBe(200);
    expect(upstream.requests.at(-1)?.url).toBe(path);
  });

  test.each([
    ['/form', '', 'is required'],
    ['/form?', '', 'is required'],
    ['/form?size=1', '', 'must have "q"'],
    ['/form?q=abcdef', '/q', 'must have at most 5 characters'],
    ['/form?q=x&size=101', '/size', 'must be at most 100'],
    ['/form?q=x&size=x', '/size', 'must be integer'],
    ['/form?q=x&q=y', '/q', 'is given twice'],
    ['/form?q=x&size[]=1', '/size', 'has brackets behind its name'],
    ['/form?q=x&tags=c', '/tags/0', 'must be one of "a", "b"'],
    ['/form?q=x&list=1,x', '/list/1', 'must be integer'],
    ['/form?q=x&where=%7B%22n%22%3A%22x%22%7D', '/where/n', 'must be integer'],
    ['/form?q=x&where=x', '/where', 'must be JSON'],
    ['/form?q=x&deep[n]=x', '/deep/n', 'must be integer'],
    ['/form?q=x;size=1', '', 'has a ";" that is not percent-encoded, which some take for "&"'],
    ['/form?q=%ff', '/q', 'must be percent-encoded UTF-8'],
    ['/json', '', 'is required'],
    ['/json?q=x', '', 'must be JSON'],
    [json('[]'), '', 'must be object'],
    [json('{"size":1}'), '', 'must have "q"'],
    [json('{"q":1}'), '/q', 'must be string'],
    [json('{"q":"x","q":"y"}'), '/q', 'is there twice'],
    [
      '/json?%7B%22q%22:%22a+b%22%7D',
      '',
      'has a "+" that is not percent-encoded, which some take for a space',
    ],
    ['/json?%ff', '', 'must be percent-encoded UTF-8'],
    ['/loose?x', '', 'must be JSON'],
    ['/text?abcd', '', 'must have at most 3 characters'],
  ])('%s is refused at "%s": %s', async (path, pointer, description) => {
    const before = upstream.requests.length;
    const problem = problemOf(await send(gateway.publicUrl, { path }));
    expect([problem.status, problem.violations]).toEqual([
      400,
      [{ field: `querystring/search${pointer}`, description }],
    ]);
    expect(upstream.requests.length).toBe(before);
  });

  test.each([
    [
      'getForm(search: {q: "a b&c", size: 3, tags: [a, b], list: [1, 2], where: {n: 1}, deep: {n: 2}})',
      '/form?q=a%20b%26c&size=3&tags=a&tags=b&list=1,2&where=%7B%22n%22%3A1%7D&deep%5Bn%5D=2',
    ],
    ['getJson(search: {q: "a+b", size: 3})', json('{"q":"a+b","size":3}')],
    ['getLoose', '/loose'],
    ['getText(search: "a&b")', '/text?a%26b'],
  ])('GraphQL: %s asks for %s, which is as described', async (field, target) => {
    const query = `{ ${field} }`;
    const { status } = await send(gateway.publicUrl, { path: '/graphql', method: 'POST', body: { query } });
    expect(status).toBe(200);
    const asked = upstream.requests.at(-1)?.url ?? '';
    expect(asked).toBe(target);
    expect((await send(gateway.publicUrl, { path: asked })).status).toBe(200);
  });
});
