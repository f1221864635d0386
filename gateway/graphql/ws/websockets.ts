// GraphQL over WebSocket: from an upgrade on the path of GraphQL to a session that speaks graphql-transport-ws.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { GatewayError } from '../../../core/error.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { RateLimiter } from '../../../policies/rate-limiter.ts';
import { forwardRulesOf } from '../../../translators/http/header-parameters.ts';
import { readTimeout } from '../../../translators/rest/deadline-headers.ts';
import { requestMetadata } from '../../../translators/rest/request-metadata.ts';
import { checkedTarget } from '../../edge/check-request.ts';
import type { ClientAddressReader } from '../../edge/client-address.ts';
import { requestIdOf } from '../../edge/request-id.ts';
import { requestPath } from '../../edge/request-path.ts';
import { checkOrigin } from '../../websocket/check-origin.ts';
import { badHandshake, refuseUpgrade } from '../../websocket/refuse-upgrade.ts';
import type { GraphqlLimits, SubscriptionLimits } from '../limits.ts';
import { requestLimits } from '../request-limits.ts';
import { type RequestFacts, RequestScope } from '../request-scope.ts';
import { type OperationsOptions, runOperation } from './operation.ts';
import { Session } from './session.ts';

export interface GraphqlWebsocketsOptions extends OperationsOptions {
  readonly addresses: ClientAddressReader;
  /** Where GraphQL is served. */
  readonly path: string;
  readonly limiter?: RateLimiter | undefined;
  readonly limits: GraphqlLimits;
  readonly subscriptionLimits: SubscriptionLimits;
  readonly logger: Pick<FastifyBaseLogger, 'error'> | undefined;
  readonly onOddity: RequestFacts['onOddity'];
}

export interface GraphqlWebsockets {
  /** For the `upgrade` events of the path of GraphQL. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every connection as soon as its operations have ended. */
  drain(): void;
}

export function createGraphqlWebsockets(options: GraphqlWebsocketsOptions): GraphqlWebsockets {
  const { addresses, limits } = options;
  const sessions = new Set<Session>();
  let isDraining = false;
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // JSON may spell each character of the document with six.
    maxPayload: 6 * limits.documentBytes + limits.variablesBytes,
    handleProtocols: () => GRAPHQL_TRANSPORT_WS_PROTOCOL,
  });
  const refuse = (socket: Duplex, error: GatewayError, request: IncomingMessage, id: string): void => {
    const instance = requestPath(request.url ?? '');
    refuseUpgrade(socket, error, { id, instance });
  };
  server.on('wsClientError', ({ message }, socket, request) => {
    refuse(socket, badHandshake(message), request, requestIdOf(request, addresses));
  });
  return {
    upgrade(request, socket, head) {
      const requestId = requestIdOf(request, addresses);
      try {
        if (isDraining)
          throw new GatewayError('unavailable', 'the gateway is shutting down', { type: 'draining' });
        checkedTarget(request);
        checkHandshake(request);
        const timeoutMs = readTimeout(request.headers);
        server.handleUpgrade(request, socket, head, (connection) => {
          const session = new Session(connection, socket, options.subscriptionLimits, (operation, init) =>
            runOperation(operation, scopesOf(request, requestId, timeoutMs, init, options), options),
          );
          sessions.add(session);
          connection.once('close', () => sessions.delete(session));
        });
      } catch (thrown) {
        refuse(socket, GatewayError.from(thrown), request, requestId);
      }
    },
    drain() {
      isDraining = true;
      for (const session of sessions) session.drain();
    },
  };
}

function checkHandshake({ headers }: IncomingMessage): void {
  checkOrigin(headers);
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (offered.includes(GRAPHQL_TRANSPORT_WS_PROTOCOL)) return;
  throw new GatewayError(
    'invalid_argument',
    `offer the WebSocket subprotocol ${GRAPHQL_TRANSPORT_WS_PROTOCOL}; older ones are not served`,
    { type: 'bad-headers' },
  );
}

/** What every operation of a connection has of it. */
function scopesOf(
  request: IncomingMessage,
  connectionId: string,
  timeoutMs: number | undefined,
  init: JsonObject | undefined,
  { addresses, limiter, logger, path, onOddity }: GraphqlWebsocketsOptions,
): Parameters<typeof runOperation>[1] {
  const headers: IncomingHttpHeaders = { ...request.headers, ...headersOf(init) };
  // Each operation of the connection has an id of its own.
  const facts = addresses.facts(request, connectionId);
  const limited = requestLimits(limiter, () => ({ request, addresses, headers, path }));
  return {
    caller: addresses.read(request),
    requestIdOf: (number) => `${connectionId}.${number}`,
    scope: ({ requestId, invoke, signal, ending }) =>
      new RequestScope({
        requestId,
        invoke,
        signal,
        ending,
        timeoutMs,
        origin: limited?.origin,
        onOddity,
        metadataFor: (operation) =>
          requestMetadata(headers, { ...facts, requestId }, forwardRulesOf(operation)),
      }),
    charge: limited?.charge,
    onFault: (requestId, { code, type, source, cause, message }) =>
      logger?.error({ requestId, code, type, source, err: cause }, message),
  };
}

/** Browsers cannot send headers with an upgrade, so clients put them where the connection is initialised. */
function headersOf(init: JsonObject | undefined): IncomingHttpHeaders {
  const given = init?.headers;
  const listed = typeof given === 'object' && given !== null && !Array.isArray(given) ? given : {};
  const headers: IncomingHttpHeaders = {};
  const all = { authorization: init?.authorization ?? init?.Authorization ?? null, ...listed };
  for (const [written, value] of Object.entries(all).slice(0, MAX_HEADERS)) {
    const name = written.toLowerCase();
    if (typeof value !== 'string' || value.length > MAX_HEADER_LENGTH) continue;
    if (/^[a-z0-9-]{1,128}$/.test(name) && !OF_THE_CONNECTION.has(name)) headers[name] = value;
  }
  return headers;
}

const MAX_HEADERS = 50;
const MAX_HEADER_LENGTH = 8192;
/** They say how the connection came about, and that is not for its payload to tell. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set(['connection', 'cookie', 'host', 'origin', 'upgrade']);
