// The loggers of requests: none is made before it says something, and what it says names the request.
import { expect, test } from '@jest/globals';
import Fastify, { LogController } from 'fastify';
import pino from 'pino';
import { withLazyChildren } from '../../gateway/edge/request-log.ts';

async function linesOf(
  paths: readonly string[],
): Promise<{ lines: Record<string, unknown>[]; made: number }> {
  const lines: Record<string, unknown>[] = [];
  let made = 0;
  const logger = pino(
    { level: 'info', onChild: () => (made += 1) },
    { write: (line) => lines.push(JSON.parse(line)) },
  );
  const app = Fastify({
    loggerInstance: withLazyChildren(logger),
    logController: new LogController({ disableRequestLogging: true }),
  });
  app.get('/silent', () => 'ok');
  app.get('/loud', (request) => {
    request.log.warn({ a: 1 }, 'first');
    request.log.debug('not shown');
    request.log.child({ b: 2 }).error('second');
    return 'ok';
  });
  await app.ready();
  made = 0;
  for (const url of paths) await app.inject({ url });
  await app.close();
  return { lines, made };
}

test('a request that says nothing has no logger made for it', async () => {
  expect(await linesOf(['/silent', '/silent'])).toEqual({ lines: [], made: 0 });
});

test('a request that says something has one, which names it', async () => {
  const { lines, made } = await linesOf(['/silent', '/loud']);
  expect(lines).toMatchObject([
    { level: 40, reqId: 'req-2', a: 1, msg: 'first' },
    { level: 50, reqId: 'req-2', b: 2, msg: 'second' },
  ]);
  expect(made).toBe(2);
});
