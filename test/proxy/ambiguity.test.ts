// Requests that two readers would read differently. Where a service has its requests held against the document they are
// refused, since the upstream might read what nobody has looked at; where it has not, they go on byte for byte.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rawExchange } from '../harness/raw-socket.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import {
  ALLOWED,
  type Asked,
  form,
  get,
  json,
  MALFORMED,
  REFUSALS,
  TWICE,
  VIOLATIONS,
} from './ambiguous-requests.ts';
import { type HttpUpstream, openapiService, startHttpUpstream } from './upstream.ts';

const INTEGER = { type: 'integer', maximum: 100 };
const parameter = (place: string, name: string, schema: object, more: object = {}) => ({
  name,
  in: place,
  schema,
  ...more,
});
const JSON_CONTENT = { schema: undefined, content: { 'application/json': { schema: { type: 'object' } } } };
const BODY = {
  type: 'object',
  properties: {
    age: INTEGER,
    name: { type: 'string' },
    tags: { type: 'array', items: INTEGER },
    owner: { type: 'object', properties: { age: INTEGER } },
    size: { type: 'number' },
  },
};
const CONTENT = {
  'application/json': { schema: BODY },
  'application/x-www-form-urlencoded': {
    schema: BODY,
    encoding: { owner: { style: 'deepObject', explode: true } },
  },
  'multipart/form-data': { schema: BODY },
  'text/plain': {},
};
const PATHS = {
  '/things/{id}': {
    get: {
      parameters: [
        parameter('path', 'id', { type: 'string' }, { required: true }),
        parameter('query', 'limit', INTEGER),
        parameter('query', 'each', { type: 'array', items: INTEGER }),
        parameter('query', 'list', { type: 'array', items: INTEGER }, { explode: false }),
        parameter('query', 'own[]', { type: 'array', items: INTEGER }),
        parameter('query', 'box', { type: 'object', properties: { side: INTEGER } }),
        parameter('query', 'deep', { type: 'object', properties: { n: INTEGER } }, { style: 'deepObject' }),
        parameter('query', 'text', { type: 'string' }),
        parameter('query', 'open', {}),
        parameter('query', 'where', {}, JSON_CONTENT),
        parameter('header', 'X-Count', INTEGER),
        parameter('header', 'X-Counts', { type: 'array', items: INTEGER }),
        parameter('cookie', 'session', { type: 'string', pattern: '^[a-z+]+$' }),
      ],
      responses: { 200: { description: '' } },
    },
  },
  '/things': { post: { requestBody: { content: CONTENT }, responses: { 200: { description: '' } } } },
};

interface Heard {
  readonly url: string | undefined;
  readonly headers: readonly string[];
  readonly body: string;
}

let upstream: HttpUpstream;
let gateway: TestGateway;
let heard: Heard | undefined;
beforeAll(async () => {
  upstream = await startHttpUpstream();
  upstream.answer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString('latin1');
    heard = { url: request.url, headers: request.rawHeaders, body };
    response.end();
  });
  gateway = await startTestGateway([
    openapiService(upstream.url, PATHS, { name: 'held', validate: { request: true, response: false } }),
    openapiService(upstream.url, PATHS, { name: 'free', prefix: '/free', stripPrefix: true }),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

/** Heads that no client library would send. */
async function ask(prefix: string, { target = '/things', headers = [], body }: Asked) {
  heard = undefined;
  const lines = [
    `${body === undefined ? 'GET' : 'POST'} ${prefix}${target} HTTP/1.1`,
    'host: gateway',
    'connection: close',
    ...(body === undefined ? [] : [`content-length: ${Buffer.byteLength(body, 'latin1')}`]),
    ...headers,
  ];
  const { answers } = await rawExchange(gateway.publicUrl, `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
  const [answer] = answers;
  if (answer === undefined) throw new Error('there was no answer');
  return { status: answer.status, body: answer.body };
}

function fieldsOf(body: string): unknown {
  const { violations } = JSON.parse(body) as {
    violations: readonly { field: string; description: string }[];
  };
  return violations.map(({ field, description }) => [field, description]);
}

describe('held against the document', () => {
  test.each(VIOLATIONS)('%s is refused', async (_what, asked, field, description) => {
    const { status, body } = await ask('', asked);
    expect([status, fieldsOf(body)]).toEqual([400, [[field, description]]]);
    expect(heard).toBeUndefined();
  });

  test('a cookie in two lines is refused by its own name, too', async () => {
    const { status, body } = await ask('', get('', 'cookie: session=ab', 'cookie: session=cd'));
    expect([status, fieldsOf(body)]).toEqual([
      400,
      [
        ['cookie/session', TWICE],
        ['header/Cookie', TWICE],
      ],
    ]);
  });

  test.each(REFUSALS)('%s are refused', async (_what, asked, status, type, detail) => {
    const answer = await ask('', asked);
    const problem = JSON.parse(answer.body);
    expect([answer.status, problem.type, problem.detail]).toEqual([
      status,
      `urn:dragoman:problem:${type}`,
      detail,
    ]);
    expect(heard).toBeUndefined();
  });

  test.each(MALFORMED)('a multipart form with %s is refused', async (_what, text, why) => {
    const { status, body } = await ask('', json(text, 'multipart/form-data; boundary=b'));
    expect([status, JSON.parse(body).detail]).toEqual([
      400,
      `the body is not a multipart form of its boundary: ${why}`,
    ]);
    expect(heard).toBeUndefined();
  });

  test.each(ALLOWED)('%s go on', async (_what, asked) => {
    expect(await ask('', asked)).toEqual({ status: 200, body: '' });
    expect([heard?.url, heard?.body]).toEqual([asked.target ?? '/things', asked.body ?? '']);
  });

  test('a hundred thousand fields take no time of their own', async () => {
    const fields = Array.from({ length: 100_000 }, (_, index) => `f${index}[a]=1`).join('&');
    expect((await ask('', form(fields))).status).toBe(200);
  });
});

describe('without, everything goes on as it came', () => {
  test.each([
    ...VIOLATIONS.map(([what, asked]) => [what, asked] as const),
    ...REFUSALS.map(([what, asked]) => [what, asked] as const),
    ...MALFORMED.map(([what, text]) => [what, json(text, 'multipart/form-data; boundary=b')] as const),
  ])('%s', async (_what, asked) => {
    expect((await ask('/free', asked)).status).toBe(200);
    expect([heard?.url, heard?.body]).toEqual([asked.target ?? '/things', asked.body ?? '']);
    const kept = (asked.headers ?? []).map((line) => line.split(': '));
    const lines = (heard?.headers ?? []).flatMap((name, index, all) =>
      index % 2 === 0 ? [[name, all[index + 1]]] : [],
    );
    expect(lines).toEqual(expect.arrayContaining(kept));
  });
});
