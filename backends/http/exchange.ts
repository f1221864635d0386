// One request on a connection, and its answer: sends the one, reads the other as it comes, and gives it to who asked.

import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { endReason } from '../../core/call-signal.ts';
import { NO_HEADERS, type RawHeaders, rawHeader } from '../../core/http-message.ts';
import { ExchangeFault, type ExchangeRequest, type ExchangeResponse } from './http-transport.ts';
import { type Sending, type SendingEvents, sendRequest } from './request-writer.ts';
import { ResponseFault } from './response-head.ts';
import { type ResponseEvents, type ResponseHead, ResponseParser } from './response-parser.ts';

/** Whose connection it is. */
export interface ExchangeEnd {
  /** `keepMs`: how long the upstream keeps the connection, if it said so. */
  over(isReusable: boolean, keepMs: number | undefined): void;
  /** After an upgrade: the socket is the caller's from here on. */
  left(): void;
}

// Its own listener to everything that goes on in it: functions for each of them would be made for every request.
export class Exchange implements ResponseEvents, SendingEvents {
  readonly #socket: Socket;
  readonly #request: ExchangeRequest;
  readonly #host: string;
  readonly #end: ExchangeEnd;
  readonly #resolve: (response: ExchangeResponse) => void;
  readonly #reject: (error: Error) => void;
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
  readonly #onAbort = (): void => this.failed(endReason(this.#request.signal));

  constructor(
    socket: Socket,
    request: ExchangeRequest,
    host: string,
    end: ExchangeEnd,
    resolve: (response: ExchangeResponse) => void,
    reject: (error: Error) => void,
  ) {
    this.#socket = socket;
    this.#request = request;
    this.#host = host;
    this.#end = end;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#parser = new ResponseParser(request.method, this);
  }

  start(): void {
    const { signal, body } = this.#request;
    if (signal.aborted) {
      this.failed(endReason(signal));
      return;
    }
    signal.addEventListener('abort', this.#onAbort);
    // Before the head of the answer the deadline of the call counts; it does not begin before an upload has ended.
    if (body instanceof Readable) this.#watchSilence();
    this.#sending = sendRequest(this.#socket, this.#request, this.#host, this);
  }

  receive(bytes: Buffer): void {
    this.#sawBytes = true;
    this.#idle?.refresh();
    try {
      this.#parser.push(bytes);
    } catch (error) {
      this.failed(protocolFault(error));
      return;
    }
    this.#advance();
  }

  /** The upstream sends no more. */
  finish(): void {
    if (!this.#sawBytes) {
      this.failed(new ExchangeFault('unreachable', 'the upstream closed the connection without an answer'));
      return;
    }
    try {
      this.#parser.finish();
    } catch (error) {
      this.failed(protocolFault(error));
      return;
    }
    this.#advance();
  }

  break(error: Error | undefined): void {
    const kind = this.#sawBytes ? 'protocol' : 'unreachable';
    this.failed(new ExchangeFault(kind, 'the connection broke', error));
  }

  failed(error: Error): void {
    if (this.#isOver) return;
    this.#settle();
    this.#sending?.stop();
    if (this.#hasAnswered) this.#body?.destroy(error);
    else this.#reject(error);
    this.#end.over(false, undefined);
  }

  progressed(): void {
    this.#idle?.refresh();
  }

  information({ status, headers }: ResponseHead): void {
    if (status === 100) this.#request.onContinue?.();
    else this.#request.onInformation?.(status, headers);
  }

  head(head: ResponseHead): void {
    this.#head = head;
  }

  data(bytes: Buffer): void {
    if (this.#body === undefined) {
      this.#early.push(bytes);
    } else if (!this.#body.push(bytes)) {
      this.#socket.pause();
      clearTimeout(this.#idle);
      this.#idle = undefined;
    }
  }

  end(trailers: RawHeaders): void {
    this.#trailers = trailers;
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
      this.#resolve({ status, headers, body, trailers });
      return;
    }
    this.#body = this.#openBody();
    this.#watchSilence();
    for (const bytes of this.#early.splice(0)) this.data(bytes);
    this.#resolve({ status, headers, body: this.#body, trailers });
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
        if (!this.#isOver) this.failed(error ?? new Error('nobody reads the answer'));
        done(error);
      },
    });
  }

  #upgrade({ status, headers }: ResponseHead): void {
    const { upgrade } = this.#request;
    // RFC 9110 §7.8: to what was asked for, and to nothing else.
    if (upgrade === undefined || rawHeader(headers, 'upgrade')?.toLowerCase() !== upgrade) {
      this.#hasAnswered = false;
      this.failed(new ExchangeFault('protocol', 'the upstream switched to a protocol that nobody asked for'));
      return;
    }
    this.#settle();
    this.#end.left();
    this.#resolve({
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

  #settle(): void {
    this.#isOver = true;
    clearTimeout(this.#idle);
    this.#request.signal.removeEventListener('abort', this.#onAbort);
  }

  #watchSilence(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.failed(new ExchangeFault('timeout', `nothing moved for ${this.#request.idleMs} ms`));
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
