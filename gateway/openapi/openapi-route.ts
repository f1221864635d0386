// `GET /openapi.json`: the document of all services, or with `?service=NAME` of one.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/error.ts';
import type { PinnedSnapshot } from '../../registry/snapshot.ts';
import { matchesTag } from '../../translators/rest/entity-tag.ts';
import { codingOf } from '../edge/answer-coding.ts';
import { checkedTarget } from '../edge/check-request.ts';
import type { OpenapiDocuments } from './openapi-documents.ts';

export const OPENAPI_PATH = '/openapi.json';

/** No parameter of the registered type `application/openapi+json` is needed; every tool reads plain JSON. */
const CONTENT_TYPE = 'application/json';

export interface OpenapiRouteOptions {
  readonly pin: () => PinnedSnapshot;
  readonly documents: OpenapiDocuments;
}

export function registerOpenapiRoute(app: FastifyInstance, { pin, documents }: OpenapiRouteOptions): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const service = serviceAsked(checkedTarget(request.raw));
    const pinned = pin();
    try {
      const { snapshot } = pinned;
      if (service !== undefined && !snapshot.services.has(service)) {
        throw new GatewayError('not_found', `no service is registered as ${service.slice(0, 80)}`);
      }
      const document = await documents.of(snapshot, service);
      const coding = codingOf(reply, CONTENT_TYPE, document.bytes.length);
      const tag = document.etag(coding);
      reply.headers({ 'cache-control': 'no-cache', etag: tag });
      const asked = request.headers['if-none-match'];
      if (asked !== undefined && matchesTag(asked, tag)) return reply.code(304).send();
      reply.header('content-type', CONTENT_TYPE);
      if (coding === undefined) return reply.send(document.bytes);
      return reply.header('content-encoding', coding).send(await document.coded(coding));
    } finally {
      pinned.release();
    }
  };
  app.route({ method: ['GET', 'HEAD'], url: OPENAPI_PATH, handler: answer });
}

/** @throws GatewayError for any other parameter: a slip of the pen would show all services. */
function serviceAsked(target: string): string | undefined {
  const mark = target.indexOf('?');
  const parameters = [...new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1))];
  for (const [name] of parameters) {
    if (name !== 'service') throw refusal(name, 'there is no such parameter; "service" names one service');
  }
  if (parameters.length > 1) throw refusal('service', 'the parameter is there twice');
  return parameters[0]?.[1];
}

function refusal(field: string, description: string): GatewayError {
  return new GatewayError('invalid_argument', `${field.slice(0, 80)}: ${description}`, {
    violations: [{ field: field.slice(0, 80), description }],
  });
}
