// The schema as text, for tools that make client types of it: `GET /graphql/schema.graphql`, open to those who may
// introspect. Printed once per graph, and answered with 304 to whoever has it.
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/error.ts';
import type { Graph } from '../../core/graph.ts';
import type { PinnedSnapshot } from '../../registry/snapshot.ts';
import { printSdl } from '../../schema/graphql/type-definitions.ts';
import { matchesTag } from '../../translators/rest/entity-tag.ts';
import { codingOf } from '../edge/answer-coding.ts';
import { checkedTarget } from '../edge/check-request.ts';
import { compress } from '../edge/compress.ts';

/** No media type is registered for SDL; as text a browser shows it. */
const CONTENT_TYPE = 'text/plain; charset=utf-8';

export interface SdlRouteOptions {
  /** Where GraphQL is served. */
  readonly path: string;
  readonly pin: () => PinnedSnapshot;
  readonly introspection: boolean;
}

export function sdlPath(graphqlPath: string): string {
  return `${graphqlPath}/schema.graphql`;
}

export function registerSdlRoute(app: FastifyInstance, { path, pin, introspection }: SdlRouteOptions): void {
  /** Goes when its snapshot goes. */
  const texts = new WeakMap<Graph, { readonly bytes: Buffer; readonly etag: string }>();
  const textOf = (graph: Graph) => {
    let text = texts.get(graph);
    if (text === undefined) {
      const bytes = Buffer.from(printSdl(graph));
      text = { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url')}"` };
      texts.set(graph, text);
    }
    return text;
  };

  const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply | Promise<FastifyReply> => {
    checkedTarget(request.raw);
    if (!introspection) {
      throw new GatewayError('permission_denied', 'the schema is not shown: introspection is switched off');
    }
    const pinned = pin();
    try {
      const { bytes, etag } = textOf(pinned.snapshot.graph);
      const coding = codingOf(reply, CONTENT_TYPE, bytes.length);
      // Each coding is a representation of its own (RFC 9110, section 8.8.3.3).
      const tag = coding === undefined ? etag : `"${etag.slice(1, -1)}-${coding}"`;
      reply.headers({ 'content-type': CONTENT_TYPE, 'cache-control': 'no-cache', etag: tag });
      const asked = request.headers['if-none-match'];
      if (asked !== undefined && matchesTag(asked, tag)) return reply.code(304).send();
      if (coding === undefined) return reply.send(bytes);
      reply.header('content-encoding', coding);
      const coded = compress(coding, bytes);
      return coded instanceof Promise ? coded.then((result) => reply.send(result)) : reply.send(coded);
    } finally {
      pinned.release();
    }
  };

  app.route({
    method: ['GET', 'HEAD'],
    url: sdlPath(path),
    handler: async (request, reply) => answer(request, reply),
  });
}
