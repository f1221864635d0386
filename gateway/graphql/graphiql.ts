// GraphiQL for browsers, from our own package: nothing is fetched from elsewhere. The page is large, so it is made
// and compressed once per default query and then answered with 304.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Graph } from '../../core/graph.ts';
import { defaultQuery } from './default-query.ts';

interface Page {
  readonly query: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

/** What a browser sends when somebody types the address in, and no GraphQL client does. */
export function wantsGraphiql(request: FastifyRequest): boolean {
  return request.method === 'GET' && request.headers.accept?.includes('text/html') === true;
}

export type GraphiqlPage = (
  graph: Graph,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<FastifyReply>;

/** `path` is where the page finds GraphQL. */
export function createGraphiqlPage(path: string): GraphiqlPage {
  // Only the newest: whoever still has an older one has it in the browser.
  let newest: Promise<Page> | undefined;
  let newestQuery: string | undefined;
  return async (graph, request, reply) => {
    const query = defaultQuery(graph);
    if (newest === undefined || newestQuery !== query) {
      newestQuery = query;
      newest = makePage(path, query);
    }
    const page = await newest;
    reply.headers({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      etag: page.etag,
      vary: 'accept, accept-encoding',
    });
    if (request.headers['if-none-match'] === page.etag) return reply.code(304).send();
    if (request.headers['accept-encoding']?.includes('gzip') === true) {
      return reply.header('content-encoding', 'gzip').send(page.gzipped);
    }
    return reply.send(page.plain);
  };
}

/** The page is one file with its script inside; its editor starts workers from blobs and draws with data: fonts. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

async function makePage(path: string, query: string): Promise<Page> {
  // Nine megabytes of script: loaded when somebody looks at it, not at start.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'Dragoman GraphiQL',
    // The page's favicon and logo are its own unless they are named.
    defaultQuery: query,
    endpoint: path,
    // Yoga's page would send subscriptions with GET, which is for queries alone.
    method: 'POST',
    subscriptionsProtocol: 'SSE',
  });
  const plain = Buffer.from(html.trimStart());
  const etag = `"${createHash('sha256').update(plain).digest('base64url')}"`;
  return { query, etag, plain, gzipped: await promisify(gzip)(plain) };
}
