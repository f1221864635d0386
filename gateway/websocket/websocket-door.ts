// Streams both ways over WebSocket: the paths of the REST door, opened by an upgrade instead of a request.
// Reads top to bottom as a connection goes.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { WebSocketServer } from 'ws';
import { ANONYMOUS, type Call } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import type { Payload } from '../../core/payload.ts';
import type { RateLimiter } from '../../policies/rate-limiter.ts';
import type { PinnedSnapshot } from '../../registry/snapshot.ts';
import { readTimeout } from '../../translators/rest/deadline-headers.ts';
import { requestMetadata } from '../../translators/rest/request-metadata.ts';
import { WEBSOCKET_PROTOCOL } from '../../translators/rest/websocket-frame.ts';
import { createCallOrigin } from '../edge/call-origin.ts';
import { checkedTarget } from '../edge/check-request.ts';
import type { ClientAddressReader } from '../edge/client-address.ts';
import { requestIdOf } from '../edge/request-id.ts';
import { requestPath } from '../edge/request-path.ts';
import { findTunnel, openTunnel } from '../proxy/tunnel.ts';
import { errorStyleOf } from '../rest/error-styles.ts';
import { type Conversation, converse } from './converse.ts';
import { type OpenedRoute, openRoute } from './open-route.ts';
import { badHandshake, refuseUpgrade } from './refuse-upgrade.ts';
import { TellingSocket } from './telling-socket.ts';

export interface WebsocketDoorOptions {
  readonly pin: () => PinnedSnapshot;
  readonly addresses: ClientAddressReader;
  /** Absent: nobody counts calls. */
  readonly limiter?: RateLimiter | undefined;
  readonly logger: FastifyBaseLogger;
  readonly isDraining: () => boolean;
}

export interface WebsocketDoor {
  /** For the `upgrade` event of the public server. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Ends all connections, each told that the gateway shuts down. */
  drain(): void;
}

/** Two frames of an upstream's message cannot be larger than the message itself and this. */
const FRAME_BYTES = 64;

interface Opening extends OpenedRoute {
  readonly request: IncomingMessage;
  readonly requestId: string;
  readonly timeoutMs: number | undefined;
  readonly target: string;
  readonly pinned: PinnedSnapshot;
}

export function createWebsocketDoor(options: WebsocketDoorOptions): WebsocketDoor {
  const open = new Set<Conversation>();
  const tunnels = new Set<Duplex>();
  return {
    upgrade(request, socket, head) {
      const requestId = requestIdOf(request, options.addresses);
      const pinned = options.pin();
      const refuse = (error: GatewayError): void => {
        const refused = { target: request.url ?? '', host: request.headers.host, error };
        const style = errorStyleOf(pinned.snapshot.routes, refused);
        refuseUpgrade(socket, error, { id: requestId, instance: requestPath(refused.target) }, style);
      };
      try {
        if (options.isDraining()) throw draining();
        const target = checkedTarget(request);
        const tunnel = findTunnel(pinned, target, request.headers.host);
        if (tunnel !== undefined) {
          tunnels.add(socket);
          socket.once('close', () => tunnels.delete(socket));
          const { addresses, limiter, logger } = options;
          const opening = { request, requestId, target, match: tunnel, pinned };
          openTunnel({ ...opening, socket, head, addresses, limiter, logger })
            .catch((thrown: unknown) => refuse(GatewayError.from(thrown)))
            .finally(() => pinned.release());
          return;
        }
        const opened = openRoute(pinned.snapshot, target, request);
        // Malformed, it is refused here.
        const timeoutMs = readTimeout(request.headers);
        const server = new WebSocketServer({
          noServer: true,
          WebSocket: TellingSocket,
          perMessageDeflate: false,
          maxPayload: opened.match.route.operation.limits.maxRequestBytes + FRAME_BYTES,
          handleProtocols: () => WEBSOCKET_PROTOCOL,
        });
        server.once('wsClientError', ({ message }) => refuse(badHandshake(message)));
        let isOpen = false;
        server.handleUpgrade(request, socket, head, (connection) => {
          isOpen = true;
          const opening = { ...opened, request, requestId, timeoutMs, target, pinned };
          const conversation = converse(connection, {
            opened,
            socket,
            request: {
              id: requestId,
              instance: requestPath(target),
              acceptLanguage: request.headers['accept-language'],
            },
            timeoutMs,
            logger: options.logger,
            invoke: (input, signal) => pinned.snapshot.invoke(makeCall(opening, options, input, signal)),
          });
          open.add(conversation);
          void conversation.ended.finally(() => {
            open.delete(conversation);
            pinned.release();
          });
        });
        // By a refusal of the library, or because the client has left.
        if (!isOpen) pinned.release();
      } catch (thrown) {
        refuse(GatewayError.from(thrown));
        pinned.release();
      }
    },
    drain() {
      for (const conversation of open) conversation.leave(draining());
      for (const socket of tunnels) socket.destroy();
    },
  };
}

function draining(): GatewayError {
  return new GatewayError('unavailable', 'the gateway is shutting down', { type: 'draining' });
}

function makeCall(
  { request, requestId, timeoutMs, match }: Opening,
  { addresses, limiter }: WebsocketDoorOptions,
  input: AsyncIterable<Payload>,
  signal: AbortSignal,
): Call {
  const { operation } = match.route;
  return {
    operation,
    door: 'rest',
    requestId,
    caller: ANONYMOUS,
    ...(limiter?.concerns(operation) === true && {
      origin: createCallOrigin({ request, addresses, match, isCharged: false }),
    }),
    input,
    metadata: requestMetadata(request.headers, addresses.facts(request, requestId), operation),
    timeoutMs,
    signal,
  };
}
