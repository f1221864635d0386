// WebSockets of HTTP services: the upgrade is passed on as it is, and so is everything after it. Who may open one, by
// Origin or otherwise, is for the upstream to say, which gets the client's headers.
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { ANONYMOUS, type Call } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import type { HttpReply, RawHeaders } from '../../core/http-message.ts';
import { NO_METADATA } from '../../core/metadata.ts';
import type { OperationLimits } from '../../core/operation.ts';
import { Payload } from '../../core/payload.ts';
import type { RateLimiter } from '../../policies/rate-limiter.ts';
import type { PinnedSnapshot } from '../../registry/snapshot.ts';
import type { RouteMatch } from '../../schema/routes/route-table.ts';
import { guardedHeaders } from '../../translators/http/header-parameters.ts';
import { forwardedHeaders } from '../../translators/http/request-headers.ts';
import { upstreamTarget } from '../../translators/http/upstream-target.ts';
import { createCallOrigin } from '../edge/call-origin.ts';
import type { ClientAddressReader } from '../edge/client-address.ts';
import { announcesBody } from '../edge/read-body.ts';
import { checkedRequest } from './pass-on.ts';
import { requestCheckOf } from './validation.ts';

export interface TunnelOptions {
  readonly request: IncomingMessage;
  readonly requestId: string;
  /** In origin form. */
  readonly target: string;
  readonly match: RouteMatch;
  readonly pinned: PinnedSnapshot;
  readonly socket: Duplex;
  /** What the client sent behind its request. */
  readonly head: Buffer;
  readonly addresses: ClientAddressReader;
  readonly limiter?: RateLimiter | undefined;
  readonly logger: FastifyBaseLogger;
}

/** The route of an upgrade, if its upstream speaks HTTP. */
export function findTunnel(
  { snapshot }: PinnedSnapshot,
  target: string,
  host: string | undefined,
): RouteMatch | undefined {
  const found = snapshot.routes.find('GET', target, host);
  return found.kind === 'match' && found.match.route.operation.http !== undefined ? found.match : undefined;
}

/** Resolves when the connection has ended. @throws GatewayError before anything was answered. */
export async function openTunnel(options: TunnelOptions): Promise<void> {
  const { socket, match, pinned, head } = options;
  const headers = headersOf(options);
  checkUpgrade(options, headers);
  const controller = new AbortController();
  const leave = (): void => controller.abort(new GatewayError('cancelled', 'the client left'));
  socket.on('error', leave);
  socket.once('close', leave);
  const answer = await pinned.snapshot.invoke(callOf(options, headers, controller.signal));
  if (answer.kind !== 'http') throw new Error('an HTTP upstream answered with a message');
  if (answer.upgraded === undefined) {
    await refuse(answer, options);
    return;
  }
  socket.write(headOf(answer, options.requestId, ['Upgrade: websocket', 'Connection: Upgrade']), 'latin1');
  if (answer.upgraded.head.length > 0) socket.write(answer.upgraded.head);
  if (head.length > 0) answer.upgraded.socket.write(head);
  await join(socket, answer.upgraded.socket, match.route.operation.limits);
}

/** RFC 6455 §4.1: a GET. It is held against its document as any request is. @throws GatewayError */
function checkUpgrade({ request, match, target }: TunnelOptions, headers: RawHeaders): void {
  if (request.method !== 'GET') {
    throw new GatewayError('unimplemented', 'a WebSocket is opened by GET', {
      type: 'method-not-allowed',
      allow: ['GET'],
    });
  }
  // Where it ended, nobody would know: Node hands it on as what comes behind the upgrade.
  if (announcesBody(request)) {
    throw new GatewayError('invalid_argument', 'a request that opens a WebSocket has no content', {
      type: 'bad-headers',
    });
  }
  const { http } = match.route.operation;
  if (http !== undefined) requestCheckOf(http)?.head(checkedRequest(match, target, request, headers));
}

function headersOf({ request, requestId, match, addresses }: TunnelOptions): RawHeaders {
  const { operation } = match.route;
  return forwardedHeaders(
    request.rawHeaders,
    { requestId, forwarded: addresses.forwarded(request) },
    {
      forwardsAuthorization: operation.forwardsAuthorization,
      guarded: guardedHeaders(operation),
      httpVersion: request.httpVersion,
    },
  );
}

function callOf(options: TunnelOptions, headers: RawHeaders, signal: AbortSignal): Call {
  const { request, requestId, target, match, addresses, limiter } = options;
  const { operation } = match.route;
  if (operation.http === undefined) throw new Error('the operation has no HTTP upstream');
  return {
    operation,
    door: 'rest',
    requestId,
    caller: ANONYMOUS,
    ...(limiter?.concerns(operation) === true && {
      origin: createCallOrigin({ request, addresses, match, isCharged: false }),
    }),
    input: Payload.lazy(operation.input.codec, () => null),
    http: {
      method: 'GET',
      target: upstreamTarget(target, operation.http),
      headers,
      body: undefined,
      contentLength: undefined,
      upgrade: 'websocket',
    },
    metadata: NO_METADATA,
    timeoutMs: undefined,
    signal,
  };
}

/** Any answer but 101 is the upstream's refusal, and the client's to read. */
async function refuse(answer: HttpReply, { socket, requestId }: TunnelOptions): Promise<void> {
  // Without a server behind it the socket knows no chunks: the end of the connection is the end of the content.
  socket.write(headOf(answer, requestId, ['Connection: close']), 'latin1');
  const { body } = answer;
  if (body instanceof Readable) {
    for await (const bytes of body) {
      if (!socket.write(bytes))
        await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
    }
  } else if (body !== undefined) {
    socket.write(body);
  }
  socket.end();
}

function headOf({ status, headers }: HttpReply, requestId: string, own: readonly string[]): string {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`];
  for (let index = 0; index < headers.length; index += 2)
    lines.push(`${headers[index]}: ${headers[index + 1]}`);
  return [...lines, ...own, `x-request-id: ${requestId}`, '', ''].join('\r\n');
}

/** Bytes go both ways until either side ends, nobody says anything for too long, or it has lasted long enough. */
function join(
  client: Duplex,
  upstream: Duplex,
  { streamIdleMs, streamTotalMs }: OperationLimits,
): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(idle);
      clearTimeout(total);
      client.destroy();
      upstream.destroy();
      resolve();
    };
    const idle = setTimeout(end, streamIdleMs);
    const total = setTimeout(end, streamTotalMs);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('data', () => idle.refresh());
      from.on('error', end);
      from.once('close', end);
      from.pipe(to);
    }
  });
}
