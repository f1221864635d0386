// Health and metrics: no secrets, so that they may stand on every address. The admin port answers them too.
import type { FastifyInstance, FastifyReply, RouteHandlerMethod } from 'fastify';
import { type HealthAnswer, livez, type Readiness, readyz } from './health.ts';
import type { Metrics } from './metrics.ts';

export const STATUS_PATHS = ['/livez', '/readyz', '/healthz', '/metrics'] as const;

export function addStatusRoutes(app: FastifyInstance, readiness: () => Readiness, metrics: Metrics): void {
  const get = (url: string, handler: RouteHandlerMethod): void => {
    app.route({ method: ['GET', 'HEAD'], url, handler });
  };
  get('/livez', (_request, reply) => answer(reply, livez()));
  for (const path of ['/readyz', '/healthz']) {
    get(path, (_request, reply) => answer(reply, readyz(readiness())));
  }
  get('/metrics', async (_request, reply) => {
    const { contentType, text } = await metrics.render();
    return reply.header('content-type', contentType).send(text);
  });
}

function answer(reply: FastifyReply, { status, body }: HealthAnswer): FastifyReply {
  return reply
    .code(status)
    .headers({ 'content-type': 'application/health+json', 'cache-control': 'no-store' })
    .send(Buffer.from(JSON.stringify(body)));
}
