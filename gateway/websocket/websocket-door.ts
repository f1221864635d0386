// Streams both ways over WebSocket: the paths of the REST door, opened by an upgrade instead of a request.
// Reads top to bottom as a connection goes.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { ANONYMOUS, type Call } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import { Payload } from '../../core/payload.ts';
import type { PinnedSnapshot, Snapshot } from '../../registry/snapshot.ts';
import type { RouteMatch } from '../../schema/routes/route-table.ts';
import { errorObject } from '../../translators/errors/write-error.ts';
import { readTimeout } from '../../translators/rest/deadline-headers.ts';
import { requestMetadata } from '../../translators/rest/request-metadata.ts';
import {
  readFrame,
  WEBSOCKET_PROTOCOL,
  writeMessageFrame,
  writeStatusFrame,
} from '../../translators/rest/websocket-frame.ts';
import { checkedTarget } from '../edge/check-request.ts';
import type { ClientAddressReader } from '../edge/client-address.ts';
import { requestIdOf } from '../edge/request-id.ts';
import { findTunnel, openTunnel } from '../proxy/tunnel.ts';
import { compiledRoute } from '../rest/compiled-routes.ts';
import { readReply } from '../rest/write-unary.ts';
import { checkOrigin } from './check-origin.ts';
import { createMessageQueue } from './message-queue.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

export interface WebsocketDoorOptions {
  readonly pin: () => PinnedSnapshot;
  readonly addresses: ClientAddressReader;
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
const PING_MS = 30_000;
/** RFC 6455 §7.4.1: the endpoint is going away. */
const GOING_AWAY = 1001;
const NORMAL = 1000;

interface Opening {
  readonly request: IncomingMessage;
  readonly requestId: string;
  readonly target: string;
  readonly match: RouteMatch;
  readonly pinned: PinnedSnapshot;
}

export function createWebsocketDoor(options: WebsocketDoorOptions): WebsocketDoor {
  const open = new Set<WebSocket>();
  const tunnels = new Set<Duplex>();
  return {
    upgrade(request, socket, head) {
      const requestId = requestIdOf(request, options.addresses);
      const pinned = options.pin();
      const refuse = (error: GatewayError): void =>
        refuseUpgrade(socket, error, { id: requestId, instance: pathOf(request.url ?? '') });
      try {
        if (options.isDraining())
          throw new GatewayError('unavailable', 'the gateway is shutting down', { type: 'draining' });
        const target = checkedTarget(request);
        const tunnel = findTunnel(pinned, target, request.headers.host);
        if (tunnel !== undefined) {
          tunnels.add(socket);
          socket.once('close', () => tunnels.delete(socket));
          const { addresses, logger } = options;
          const opening = { request, requestId, target, match: tunnel, pinned };
          openTunnel({ ...opening, socket, head, addresses, logger })
            .catch((thrown: unknown) => refuse(GatewayError.from(thrown)))
            .finally(() => pinned.release());
          return;
        }
        checkHandshake(request);
        const match = findRoute(pinned.snapshot, target, request.headers.host);
        const server = new WebSocketServer({
          noServer: true,
          perMessageDeflate: false,
          maxPayload: match.route.operation.limits.maxRequestBytes + FRAME_BYTES,
          handleProtocols: () => WEBSOCKET_PROTOCOL,
        });
        server.handleUpgrade(request, socket, head, (connection) => {
          open.add(connection);
          connection.once('close', () => {
            open.delete(connection);
            pinned.release();
          });
          void converse(connection, { request, requestId, target, match, pinned }, options);
        });
      } catch (thrown) {
        pinned.release();
        refuse(GatewayError.from(thrown));
      }
    },
    drain() {
      for (const connection of open) connection.close(GOING_AWAY, 'shutting down');
      for (const socket of tunnels) socket.destroy();
    },
  };
}

/** The subprotocol says that the client knows us. */
function checkHandshake({ headers }: IncomingMessage): void {
  checkOrigin(headers);
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(WEBSOCKET_PROTOCOL)) {
    throw new GatewayError('invalid_argument', `offer the WebSocket subprotocol ${WEBSOCKET_PROTOCOL}`, {
      type: 'bad-headers',
    });
  }
}

/** An upgrade is a GET whatever the route's own method is. */
function findRoute(snapshot: Snapshot, target: string, host: string | undefined): RouteMatch {
  for (const method of ['POST', 'GET', 'PUT', 'PATCH']) {
    const found = snapshot.routes.find(method, target, host);
    if (found.kind === 'bad-path') {
      throw new GatewayError('invalid_argument', found.message, { type: 'bad-request-target' });
    }
    if (found.kind !== 'match') continue;
    const { shape, rest } = found.match.route.operation;
    if (shape !== 'unary' && !rest.websocket) {
      throw new GatewayError(
        'unimplemented',
        'this service has WebSocket turned off; send a request instead',
      );
    }
    if (shape !== 'unary') return found.match;
    throw new GatewayError(
      'invalid_argument',
      'this path takes one message; send a request instead of a WebSocket',
      {
        type: 'bad-headers',
      },
    );
  }
  throw new GatewayError('not_found', 'no route has this path', { type: 'route-not-found' });
}

async function converse(
  connection: WebSocket,
  opening: Opening,
  options: WebsocketDoorOptions,
): Promise<void> {
  const { requestId, pinned, target } = opening;
  const controller = new AbortController();
  const ping = setInterval(() => connection.ping(), PING_MS);
  connection.once('close', () => {
    clearInterval(ping);
    controller.abort(new GatewayError('cancelled', 'the client left'));
  });
  connection.on('error', () => connection.terminate());
  try {
    const input = readMessages(connection, opening, (error) => controller.abort(error));
    const reply = await pinned.snapshot.invoke(makeCall(opening, options, input, controller.signal));
    const { reply: plan } = compiledRoute(opening.match.route);
    if (reply.kind === 'http') throw new Error('an HTTP reply to a call without an HTTP request');
    const messages = reply.kind === 'stream' ? reply.messages : [reply.payload];
    for await (const message of messages) {
      await send(connection, writeMessageFrame(readReply(() => plan.writeLine(message))));
    }
    await send(connection, writeStatusFrame(undefined));
  } catch (thrown) {
    const error = GatewayError.from(thrown);
    if (error.code === 'internal') options.logger.error({ requestId, err: error.cause }, error.message);
    const { errors } = opening.match.route.operation.rest;
    const problem = errorObject(error, { id: requestId, instance: pathOf(target) }, errors);
    await send(connection, writeStatusFrame(problem)).catch(() => {});
  } finally {
    connection.close(NORMAL);
  }
}

/** What the client says, as the upstream takes it; path and query fill the first message. */
function readMessages(
  connection: WebSocket,
  { match, target }: Opening,
  onFailure: (error: GatewayError) => void,
): AsyncIterable<Payload> {
  const { operation } = match.route;
  const plans = compiledRoute(match.route);
  const query = target.includes('?') ? target.slice(target.indexOf('?') + 1) : '';
  let isFirst = true;
  const queue = createMessageQueue<Payload>(connection);
  connection.on('message', (data: Buffer, isBinary: boolean) => {
    try {
      if (isBinary)
        throw new GatewayError('invalid_argument', 'frames must be text', { type: 'invalid-json' });
      const frame = readFrame(data.toString('utf8'));
      if (frame.kind === 'end') return queue.end();
      const plan = isFirst ? plans.request : plans.further;
      const bound = isFirst ? { variables: match.variables, query } : { variables: [], query: '' };
      isFirst = false;
      const wire = plan.read({ ...bound, body: frame.json, ifMatch: undefined });
      queue.push(Payload.fromWire(operation.input.codec, wire));
      // Such an operation takes one message: there is nothing to wait for.
      if (operation.shape === 'server_stream') queue.end();
    } catch (thrown) {
      const error = GatewayError.from(thrown);
      onFailure(error);
      queue.fail(error);
    }
  });
  // Leaving is not the end of what was to be said; after the end it changes nothing.
  connection.once('close', () => queue.fail(new GatewayError('cancelled', 'the client left')));
  return queue;
}

function makeCall(
  { request, requestId, match }: Opening,
  { addresses }: WebsocketDoorOptions,
  input: AsyncIterable<Payload>,
  signal: AbortSignal,
): Call {
  const { operation } = match.route;
  return {
    operation,
    door: 'rest',
    requestId,
    caller: ANONYMOUS,
    input,
    metadata: requestMetadata(request.headers, addresses.facts(request, requestId), operation),
    timeoutMs: readTimeout(request.headers),
    signal,
  };
}

/** Resolves when the frame has left for the socket: a slow client slows the upstream. */
function send(connection: WebSocket, frame: Buffer | string): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.send(frame, { binary: false }, (error) => {
      if (error === undefined || error === null) resolve();
      else reject(new GatewayError('cancelled', 'the client left', { cause: error }));
    });
  });
}

function pathOf(target: string): string {
  return target.split('?')[0] ?? '';
}
