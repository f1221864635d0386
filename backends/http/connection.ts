// One connection to an upstream, and the exchange that it serves at the moment. It is given back to its pool when the
// answer was whole and both sides are done with it; in every other case it is closed, so that no answer is ever mixed
// with another's.
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { NO_HEADERS, type RawHeaders } from '../../core/http-message.ts';
import { ExchangeFault, type ExchangeRequest, type ExchangeResponse } from './http-transport.ts';
import { type Sending, sendRequest } from './request-writer.ts';
import { ResponseFault, type ResponseHead, ResponseParser } from './response-parser.ts';

export interface ConnectionEvents {
  /** It may serve another request. */
  idle(connection: Connection): void;
  closed(connection: Connection): void;
}

export class Connection {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #events: ConnectionEvents;
  #exchange: Exchange | undefined;
  /** Requests that it has served: the first failure of a kept one may only mean that it was gone. */
  served = 0;
  /** Until when the upstream said it would keep it, by `performance.now()`. */
  expiresAt = Number.POSITIVE_INFINITY;

  /** `socket` is connected. */
  constructor(socket: Socket, host: string, events: ConnectionEvents) {
    this.#socket = socket;
    this.#host = host;
    this.#events = events;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => {
      if (this.#exchange === undefined) socket.destroy();
      else this.#exchange.receive(bytes);
    });
    socket.on('end', () => {
      if (this.#exchange === undefined) socket.destroy();
      else this.#exchange.finish();
    });
    socket.on('error', (error) => this.#exchange?.break(error));
    socket.on('close', () => {
      this.#exchange?.break(undefined);
      events.closed(this);
    });
  }

  get isUsable(): boolean {
    return !this.#socket.destroyed && this.#socket.writable && performance.now() < this.expiresAt;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** One at a time. */
  exchange(request: ExchangeRequest): Promise<ExchangeResponse> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new ExchangeFault('unreachable', 'the connection was closed'));
        return;
      }
      const exchange = new Exchange(this.#socket, request, this.#host, {
        resolve,
        reject,
        over: (isReusable, keepMs) => {
          this.#exchange = undefined;
          this.served += 1;
          if (keepMs !== undefined) this.expiresAt = performance.now() + keepMs;
          if (isReusable && this.isUsable) this.#events.idle(this);
          else this.#socket.destroy();
        },
        // The socket is the caller's from here on.
        left: () => {
          this.#exchange = undefined;
          this.#socket.removeAllListeners('data').removeAllListeners('end');
          this.#socket.removeAllListeners('error').removeAllListeners('close');
          this.#events.closed(this);
        },
      });
      this.#exchange = exchange;
      exchange.start();
    });
  }
}

interface ExchangeEnd {
  resolve(response: ExchangeResponse): void;
  reject(error: Error): void;
  over(isReusable: boolean, keepMs: number | undefined): void;
  left(): void;
}

class Exchange {
  readonly #socket: Socket;
  readonly #request: ExchangeRequest;
  readonly #host: string;
  readonly #end: ExchangeEnd;
  readonly #parser: ResponseParser;
  #sending: Sending | undefined;
  #head: ResponseHead | undefined;
  /** Content that came before anybody could take it: with the head, in one piece as a rule. */
  #early: Buffer[] = [];
  #body: Readable | undefined;
  #trailers: RawHeaders = NO_HEADERS;
  #hasAnswered = false;
  #isOver = false;
  #sawBytes = false;
  #idle: NodeJS.Timeout | undefined;
  readonly #onAbort = (): void => this.#fail(this.#request.signal.reason);

  constructor(socket: Socket, request: ExchangeRequest, host: string, end: ExchangeEnd) {
    this.#socket = socket;
    this.#request = request;
    this.#host = host;
    this.#end = end;
    this.#parser = new ResponseParser(request.method, {
      information: (head) => this.#inform(head),
      head: (head) => {
        this.#head = head;
      },
      data: (bytes) => this.#take(bytes),
      end: (trailers) => {
        this.#trailers = trailers;
      },
    });
  }

  start(): void {
    const { signal, body } = this.#request;
    if (signal.aborted) {
      this.#fail(signal.reason);
      return;
    }
    signal.addEventListener('abort', this.#onAbort);
    // Before the head of the answer the deadline of the call counts; it does not begin before an upload has ended.
    if (body instanceof Readable) this.#watchSilence();
    this.#sending = sendRequest(this.#socket, this.#request, this.#host, {
      failed: (error) => this.#fail(error),
      progressed: () => this.#idle?.refresh(),
    });
  }

  receive(bytes: Buffer): void {
    this.#sawBytes = true;
    this.#idle?.refresh();
    try {
      this.#parser.push(bytes);
    } catch (error) {
      this.#fail(protocolFault(error));
      return;
    }
    this.#advance();
  }

  /** The upstream sends no more. */
  finish(): void {
    if (!this.#sawBytes) {
      this.#fail(new ExchangeFault('unreachable', 'the upstream closed the connection without an answer'));
      return;
    }
    try {
      this.#parser.finish();
    } catch (error) {
      this.#fail(protocolFault(error));
      return;
    }
    this.#advance();
  }

  break(error: Error | undefined): void {
    const kind = this.#sawBytes ? 'protocol' : 'unreachable';
    this.#fail(new ExchangeFault(kind, 'the connection broke', error));
  }

  #advance(): void {
    if (this.#isOver) return;
    const head = this.#head;
    if (head !== undefined && !this.#hasAnswered) this.#answer(head);
    if (this.#parser.isDone) this.#complete();
  }

  #answer({ status, headers }: ResponseHead): void {
    this.#hasAnswered = true;
    const trailers = (): RawHeaders => this.#trailers;
    if (this.#parser.isUpgraded) {
      this.#upgrade({ status, headers });
      return;
    }
    if (this.#parser.isDone) {
      const [first] = this.#early;
      const body = this.#early.length > 1 ? Buffer.concat(this.#early) : first;
      this.#end.resolve({ status, headers, body, trailers });
      return;
    }
    this.#body = this.#openBody();
    this.#watchSilence();
    for (const bytes of this.#early.splice(0)) this.#take(bytes);
    this.#end.resolve({ status, headers, body: this.#body, trailers });
  }

  #openBody(): Readable {
    return new Readable({
      highWaterMark: 64 * 1024,
      read: () => {
        // Whoever reads slowly is not silent: the clock runs while we wait for the upstream.
        if (!this.#isOver && this.#socket.isPaused()) {
          this.#watchSilence();
          this.#socket.resume();
        }
      },
      destroy: (error, done) => {
        if (!this.#isOver) this.#fail(error ?? new Error('nobody reads the answer'));
        done(error);
      },
    });
  }

  #take(bytes: Buffer): void {
    if (this.#body === undefined) {
      this.#early.push(bytes);
    } else if (!this.#body.push(bytes)) {
      this.#socket.pause();
      clearTimeout(this.#idle);
      this.#idle = undefined;
    }
  }

  #inform({ status, headers }: ResponseHead): void {
    if (status === 100) this.#request.onContinue?.();
    else this.#request.onInformation?.(status, headers);
  }

  #upgrade({ status, headers }: ResponseHead): void {
    if (this.#request.upgrade === undefined) {
      this.#hasAnswered = false;
      this.#fail(new ExchangeFault('protocol', 'the upstream switched protocols without being asked'));
      return;
    }
    this.#settle();
    this.#end.left();
    this.#end.resolve({
      status,
      headers,
      body: undefined,
      trailers: () => NO_HEADERS,
      upgraded: { socket: this.#socket, head: this.#parser.takeRest() },
    });
  }

  /** The answer is whole. An upload that still goes on is of no more use. */
  #complete(): void {
    const isSent = this.#sending?.isComplete === true;
    const isReusable = this.#parser.isReusable && isSent;
    this.#settle();
    if (!isSent) this.#sending?.stop();
    this.#body?.push(null);
    if (this.#socket.isPaused()) this.#socket.resume();
    this.#end.over(isReusable, keepMs(this.#head?.headers ?? NO_HEADERS));
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#settle();
    this.#sending?.stop();
    if (this.#hasAnswered) this.#body?.destroy(error);
    else this.#end.reject(error);
    this.#end.over(false, undefined);
  }

  #settle(): void {
    this.#isOver = true;
    clearTimeout(this.#idle);
    this.#request.signal.removeEventListener('abort', this.#onAbort);
  }

  #watchSilence(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.#fail(new ExchangeFault('timeout', `nothing moved for ${this.#request.idleMs} ms`));
    }, this.#request.idleMs);
  }
}

function protocolFault(error: unknown): Error {
  if (!(error instanceof ResponseFault)) throw error;
  return new ExchangeFault('protocol', error.message, error);
}

/** `Keep-Alive: timeout=5`, less a second for the way. */
function keepMs(headers: RawHeaders): number | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (name.length !== 10 || name.toLowerCase() !== 'keep-alive') continue;
    const [, seconds] = /(?:^|[,;\s])timeout=(\d{1,6})/.exec(headers[index + 1] ?? '') ?? [];
    if (seconds !== undefined) return Math.max(0, Number(seconds) * 1000 - 1000);
  }
  return undefined;
}
