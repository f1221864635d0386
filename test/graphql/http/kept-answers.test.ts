// How long an answer that is put together may be kept is what its HTTP services say. Source: graphql reference,
// section 11 ("Cache-Control of the result is the strictest of its parts"); RFC 9111 §5.2.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseConfig } from '../../../gateway/config/load-config.ts';
import { send } from '../../harness/http-client.ts';
import { startTestGateway, type TestGateway } from '../../harness/start-gateway.ts';
import { type HttpUpstream, openapiService, startHttpUpstream } from '../../proxy/upstream.ts';

const THING = {
  get: {
    operationId: 'getThing',
    parameters: [{ name: 'keep', in: 'query', schema: { type: 'string' } }],
    responses: {
      200: {
        description: '',
        content: {
          'application/json': { schema: { type: 'object', properties: { v: { type: 'string' } } } },
        },
      },
    },
  },
};

let folder: string;
let upstream: HttpUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dragoman-kept-'));
  writeFileSync(
    join(folder, 'two.graphql'),
    'query ($a: String, $b: String) { a: getThing(keep: $a) { v } b: getThing(keep: $b) { v } }',
  );
  const config = await parseConfig(
    `
documents:
  - folder: ${folder}
    aggregates:
      - route: GET /two
        document: two.graphql
        variables: { a: query.a, b: query.b }
`,
    { env: {} },
  );
  if (!config.ok) throw new Error(config.problems.map(({ message }) => message).join('\n'));
  upstream = await startHttpUpstream();
  upstream.answer((request, response) => {
    const keep = new URL(request.url ?? '', 'http://upstream').searchParams.get('keep');
    response.writeHead(200, { 'content-type': 'application/json', ...(keep && { 'cache-control': keep }) });
    response.end('{"v":"x"}');
  });
  gateway = await startTestGateway([openapiService(upstream.url, { '/thing': THING })], {
    documents: config.value.documents ?? [],
  });
});
afterAll(async () => {
  await gateway?.close();
  await upstream?.close();
  rmSync(folder, { recursive: true });
});

test.each([
  ['max-age=60', 'max-age=30', 'max-age=30'],
  ['public, max-age=60', 'public, max-age=90', 'public, max-age=60'],
  ['public, max-age=60', 'private, max-age=90', 'private, max-age=60'],
  ['max-age=60', 'no-store', 'no-store'],
  ['public, max-age=60', '', 'no-cache'],
  ['', ' ', undefined],
])('one part says %j, the other %j: %j', async (a, b, kept) => {
  const query = new URLSearchParams({ a, b: b.trim() }).toString();
  const answer = await send(gateway.publicUrl, { path: `/two?${query}` });
  expect([answer.status, answer.headers['cache-control']]).toEqual([200, kept]);
});
