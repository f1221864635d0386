// What every listener of the gateway has in common: a Fastify instance with safe limits, one catch-all route, one
// writer of errors, and no parser between the socket and the door. It never listens; whoever builds it does.
import { type IncomingMessage, METHODS } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type HTTPMethods,
  LogController,
} from 'fastify';
import { GatewayError } from '../core/error.ts';
import { answerError } from './edge/answer-error.ts';
import { holdContinue } from './edge/await-continue.ts';
import type { ClientAddressReader } from './edge/client-address.ts';
import { answerConnect, createParserErrors, type StyleOf } from './edge/parser-error.ts';
import { requestIdOf } from './edge/request-id.ts';
import { withLazyChildren } from './edge/request-log.ts';
import { cutStalledClients } from './edge/stalled-clients.ts';

export interface HttpServerOptions {
  readonly logger: FastifyBaseLogger;
  readonly addresses: ClientAddressReader;
  /** Exact paths with routes of their own, such as `/graphql`; every other target goes to the fallback. */
  readonly ownPaths: readonly string[];
  readonly fallback: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
  /** True once shutting down: answers then ask clients to open no further request on the connection. */
  readonly isDraining: () => boolean;
  /** In whose form the parser's refusals are written. Default: problem details. */
  readonly styleOf?: StyleOf | undefined;
  /** How long a client may take nothing of an answer. Default: 30 s. */
  readonly stallMs?: number | undefined;
}

// Values: security reference, section 3.
const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 75_000;
const MAX_HEAD_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 10_000;
const MAX_REQUESTS_PER_SOCKET = 10_000;

/** Registered routes live in our own table behind one route, since Fastify takes no routes after its start. */
const FALLBACK_PATH = '/';

export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const { ownPaths } = options;
  const parserErrors = createParserErrors(options.styleOf);
  const app: FastifyInstance = Fastify({
    loggerInstance: withLazyChildren(options.logger),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: (request) => requestIdOf(request as IncomingMessage, options.addresses),
    // Bodies have limits of their own where they are read: a stream of messages may last.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxRequestsPerSocket: MAX_REQUESTS_PER_SOCKET,
    return503OnClosing: false,
    exposeHeadRoutes: false,
    clientErrorHandler: parserErrors.answer,
    frameworkErrors: (error, request, reply) => answerError(error, request, reply),
    // Fastify's router decodes what it matches; it only ever sees paths of our own.
    rewriteUrl: (request) => {
      const url = withoutAuthority(request.url ?? '');
      return isOneOf(ownPaths, url) ? url : FALLBACK_PATH;
    },
    http: {
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
      // What has no content needs no stream that comes to its end (edge/read-body.ts).
      optimizeEmptyRequests: true,
      // Its refusal would be an empty 400; ours is a problem with an id (edge/check-request.ts).
      requireHostHeader: false,
      // RFC 9110 §7.8: other offers are ignored. Common clients offer h2c with every first request, body and all.
      shouldUpgradeCallback: ({ headers }) =>
        app.server.listenerCount('upgrade') > 0 && headers.upgrade?.toLowerCase() === 'websocket',
    },
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  cutStalledClients(app.server, options.stallMs);
  app.server.on('request', parserErrors.follow);
  app.server.on('connect', (_request, socket: Socket) => answerConnect(socket));
  app.server.on('checkContinue', (request, response) => {
    holdContinue(request, response);
    app.server.emit('request', request, response);
  });
  // RFC 9110 §10.1.1 leaves it to us what an unknown expectation means; Node would answer it without body or id.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  takeRequestsWhole(app);
  // With `done`, not async: a promise for each hook of each request is the dearest thing in them.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    if (options.isDraining()) reply.header('connection', 'close');
    done();
  });
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply));
  addFallback(app, options.fallback);
  app.setNotFoundHandler((request) => refuseMethod(app, request));
  return app;
}

/** Everything but our own paths goes to the fallback, so what is not found is a method that such a path does not take. */
function refuseMethod(app: FastifyInstance, { method, url }: FastifyRequest): never {
  const [path = ''] = url.split('?');
  const allow = app.supportedMethods.filter((one) => app.hasRoute({ url: path, method: one as HTTPMethods }));
  throw new GatewayError('unimplemented', `this path does not take ${method}; it takes ${allow.join(', ')}`, {
    type: 'method-not-allowed',
    allow,
  });
}

/** `url` may have a query. */
function isOneOf(paths: readonly string[], url: string): boolean {
  for (const path of paths) {
    if (url.startsWith(path) && (url.length === path.length || url[path.length] === '?')) return true;
  }
  return false;
}

/** Whether the authority of an absolute form is the right one, is checked later (edge/check-request.ts). */
function withoutAuthority(target: string): string {
  return target.startsWith('/') ? target : (/^https?:\/\/[^/?#]*(\/.*)$/is.exec(target)?.[1] ?? target);
}

/**
 * As far as Fastify knows, no method has a body: these stay in the socket until a door asks, since a parser would round
 * 64-bit numbers and merge duplicate keys. Nor does it look at types: an unknown path is 404, not 415.
 */
function takeRequestsWhole(app: FastifyInstance): void {
  for (const method of METHODS) {
    // CONNECT never reaches a route: Node closes such connections by itself.
    if (method !== 'CONNECT') app.addHttpMethod(method, { hasBody: false, overrideExisting: true });
  }
}

function addFallback(app: FastifyInstance, fallback: HttpServerOptions['fallback']): void {
  app.route({ method: app.supportedMethods, url: FALLBACK_PATH, handler: fallback });
}
