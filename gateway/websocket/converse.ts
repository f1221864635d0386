// One conversation over a WebSocket: a call whose messages are frames both ways, and its status the last of them.
// Source: transcoding reference, section 8.
import type { Duplex } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import type { Reply } from '../../core/call.ts';
import { deadlineExceeded, GatewayError } from '../../core/error.ts';
import type { Payload } from '../../core/payload.ts';
import { tooLong } from '../../policies/unary-end.ts';
import type { FailedRequest } from '../../translators/errors/problem-json.ts';
import { httpStatus } from '../../translators/errors/table.ts';
import { errorObject } from '../../translators/errors/write-error.ts';
import { writeMessageFrame, writeStatusFrame } from '../../translators/rest/websocket-frame.ts';
import { readReply } from '../rest/write-unary.ts';
import { cutConnection } from './cut-connection.ts';
import type { OpenedRoute } from './open-route.ts';
import { readFrames } from './read-frames.ts';
import { Silence } from './silence.ts';
import type { TellingSocket } from './telling-socket.ts';

export interface ConversationOptions {
  readonly opened: OpenedRoute;
  /** Under the WebSocket. */
  readonly socket: Duplex;
  /** What a refusal says of the request. */
  readonly request: FailedRequest;
  /** What the client has asked for. */
  readonly timeoutMs: number | undefined;
  readonly logger: Pick<FastifyBaseLogger, 'error' | 'debug'>;
  readonly invoke: (input: AsyncIterable<Payload>, signal: AbortSignal) => Promise<Reply>;
}

export interface Conversation {
  /** Resolves when the call has ended, however it did. */
  readonly ended: Promise<void>;
  /** Ends it for a reason of the gateway's. */
  leave(error: GatewayError): void;
}

const PING_MS = 30_000;
/** For a client that still takes something to take the news of the end, too. */
const GRACE_MS = 1_000;
const MAX_TIMER_MS = 2 ** 31 - 1;
/** RFC 6455 §7.4.1. */
const NORMAL = 1000;
const GOING_AWAY = 1001;

export function converse(connection: TellingSocket, options: ConversationOptions): Conversation {
  const { opened, request } = options;
  const controller = new AbortController();
  let isOver = false;
  /** Whoever waits for the client to take a frame waits no longer. */
  let stopWaiting = (): void => {};
  let grace: NodeJS.Timeout | undefined;
  const ping = setInterval(() => connection.ping(), PING_MS);
  connection.once('close', () => {
    isOver = true;
    clearInterval(ping);
    clearTimeout(life);
    clearTimeout(grace);
    silence.stop();
    stopWaiting();
    controller.abort(new GatewayError('cancelled', 'the client left'));
  });
  // The library closes by itself, after what was said before.
  connection.on('error', () => {});

  /** At once: after it nothing is said, and the call may take a while to notice. */
  const fail = (error: GatewayError): void => {
    if (isOver) return;
    isOver = true;
    silence.stop();
    tell(error, options);
    const { errors } = opened.match.route.operation.rest;
    const status = errorObject(error, request, errors);
    connection.send(writeStatusFrame(status), ignoreFailure);
    controller.abort(error);
    letGo();
  };

  const { limits } = opened.match.route.operation;
  const silence = new Silence(limits.streamIdleMs, fail);
  // The call ends by itself then; but nobody hears of it who waits for the client.
  const life = setTimeout(
    end,
    Math.min(options.timeoutMs ?? MAX_TIMER_MS, limits.streamTotalMs, MAX_TIMER_MS),
  );
  return { ended: run(), leave };

  async function run(): Promise<void> {
    try {
      const input = readFrames(connection, opened, { onFailure: fail, silence });
      const reply = await options.invoke(input, controller.signal);
      if (reply.kind === 'http') throw new Error('an HTTP reply to a call without an HTTP request');
      const messages = reply.kind === 'stream' ? reply.messages : [reply.payload];
      for await (const message of messages) {
        if (isOver) return;
        silence.pause();
        await send(writeMessageFrame(readReply(() => opened.reply.writeLine(message))));
        silence.resume();
      }
      if (isOver) return;
      isOver = true;
      silence.stop();
      await send(writeStatusFrame(undefined));
    } catch (thrown) {
      fail(GatewayError.from(thrown));
    } finally {
      clearTimeout(life);
      silence.stop();
      // What still comes is for nobody; it is read, so that the client's own goodbye is.
      connection.removeAllListeners('message');
      connection.resume();
      connection.close(NORMAL);
    }
  }

  /** Resolves when the frame has left for the socket, so a slow client slows the upstream; or when all is over. */
  function send(frame: Buffer | string): Promise<void> {
    return new Promise((resolve, reject) => {
      stopWaiting = resolve;
      connection.send(frame, { binary: false }, (error) => {
        if (error === undefined || error === null) resolve();
        else reject(new GatewayError('cancelled', 'the client left', { cause: error }));
      });
    });
  }

  function end(): void {
    const isAsked = options.timeoutMs !== undefined && options.timeoutMs <= limits.streamTotalMs;
    fail(isAsked ? deadlineExceeded() : tooLong(limits.streamTotalMs));
    letGo();
  }

  function leave(error: GatewayError): void {
    fail(error);
    connection.close(GOING_AWAY, 'shutting down');
    letGo();
  }

  /** The library waits half a minute for a goodbye, which is too long with what the client has not taken in memory. */
  function letGo(): void {
    stopWaiting();
    clearTimeout(grace);
    grace = setTimeout(() => {
      if (connection.bufferedAmount > 0) cutConnection(connection, options.socket);
    }, GRACE_MS);
  }
}

/** The log has what the client is not shown, under the id that it is. */
function tell(error: GatewayError, { logger, request }: ConversationOptions): void {
  const { code, type, source, cause, message } = error;
  const entry = { requestId: request.id, code, type, source, err: cause };
  const status = httpStatus(error);
  if (status >= 500 && status !== 501) logger.error(entry, message);
  else logger.debug(entry, message);
}

/** Of a last frame: whoever has left does not hear it. */
function ignoreFailure(): void {}
