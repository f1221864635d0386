// One exchange on a stream of Node's HTTP/2: request and answer flow both ways, each as fast as its reader takes it.
// Node ends a stream that was cut as if it were whole; here it is whole only if the upstream itself has ended it.

import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';
import { Readable } from 'node:stream';
import { endReason } from '../../../core/call-signal.ts';
import { NO_HEADERS, type RawHeaders } from '../../../core/http-message.ts';
import { ExchangeFault, type ExchangeRequest, type ExchangeResponse } from '../http-transport.ts';
import { type Origin, plainFields, requestFields } from './header-lists.ts';
import { outlive } from './outlive.ts';
import { sendBody, sendTrailers } from './send-body.ts';

/** How an exchange failed, for who might try it again elsewhere. */
export interface StreamFailure {
  readonly error: Error;
  /** The upstream has said that it has not looked at the request, or never got it. */
  readonly isUntouched: boolean;
}

export interface StreamEnd {
  resolve(response: ExchangeResponse): void;
  /** No head has come. */
  failed(failure: StreamFailure): void;
  /** The stream is given up while the upstream may still work on it. */
  givenUp(): void;
  /** Once, at the end of the stream: there is room for another. */
  closed(): void;
}

/** Enough for any number of them that somebody means. */
const MAX_INFORMATION = 20;
const HIGH_WATER_MARK = 64 * 1024;
const { NGHTTP2_CANCEL, NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_PROTOCOL_ERROR, NGHTTP2_REFUSED_STREAM } =
  constants;
/** What Node itself resets a stream with whose answer breaks a rule, or is larger than was agreed. */
const VIOLATIONS: ReadonlySet<number> = new Set([
  NGHTTP2_PROTOCOL_ERROR,
  NGHTTP2_ENHANCE_YOUR_CALM,
  constants.NGHTTP2_COMPRESSION_ERROR,
  constants.NGHTTP2_FRAME_SIZE_ERROR,
  constants.NGHTTP2_FLOW_CONTROL_ERROR,
]);

/** @throws GatewayError for headers that HTTP/2 cannot hold; nothing has been sent then. */
export function startExchange(
  session: ClientHttp2Session,
  request: ExchangeRequest,
  origin: Origin,
  end: StreamEnd,
): void {
  const { body, contentLength, trailers } = request;
  const length = body instanceof Readable ? contentLength : body?.length;
  const hasBody = body !== undefined && length !== 0;
  const stream = session.request(requestFields(request, origin, hasBody ? length : undefined), {
    endStream: !hasBody,
    waitForTrailers: hasBody && trailers !== undefined,
  });
  // Without content nothing waits on the socket for it.
  if (hasBody) outlive(session, stream);
  if (trailers !== undefined) stream.once('wantTrailers', () => sendTrailers(stream, trailers()));
  new StreamExchange(stream, request, end);
}

class StreamExchange {
  readonly #stream: ClientHttp2Stream;
  readonly #request: ExchangeRequest;
  readonly #end: StreamEnd;
  #status = 0;
  #headers: RawHeaders = NO_HEADERS;
  #trailers: RawHeaders = NO_HEADERS;
  #early: Buffer[] = [];
  #body: Readable | undefined;
  #informations = 0;
  #hasAnswered = false;
  /** The upstream has ended its side. */
  #isWhole = false;
  #isOver = false;
  #idle: NodeJS.Timeout | undefined;
  #stopSending: () => void = () => {};
  readonly #onAbort = (): void => this.#fail(endReason(this.#request.signal));

  constructor(stream: ClientHttp2Stream, request: ExchangeRequest, end: StreamEnd) {
    this.#stream = stream;
    this.#request = request;
    this.#end = end;
    this.#watchEnd();
    stream.on('response', (_headers, _flags, raw?: readonly string[]) => this.#onHead(raw ?? []));
    stream.on('headers', (_headers, _flags, raw?: readonly string[]) => this.#onInformation(raw ?? []));
    stream.on('continue', () => this.#onInformation([':status', '100']));
    stream.on('trailers', (_headers, _flags, raw?: readonly string[]) => {
      this.#trailers = plainFields(raw ?? []);
    });
    stream.on('data', (bytes: Buffer) => this.#take(bytes));
    stream.on('end', () => this.#finish());
    stream.on('error', (error) => this.#break(error));
    stream.once('close', () => {
      this.#break(undefined);
      end.closed();
    });
    if (request.signal.aborted) {
      this.#onAbort();
      return;
    }
    request.signal.addEventListener('abort', this.#onAbort);
    const { body } = request;
    if (body === undefined) return;
    if (body instanceof Readable) this.#watchSilence();
    this.#stopSending = sendBody(stream, body, {
      failed: (error) => this.#fail(error),
      progressed: () => this.#idle?.refresh(),
    });
  }

  /**
   * Node puts the same end on a stream that the upstream has ended and on one that was lost or reset as "no error"; only
   * the first comes while the stream is not closed yet. Without this a cut answer would be handed on as a whole one.
   */
  #watchEnd(): void {
    const stream = this.#stream;
    const push = stream.push.bind(stream);
    stream.push = (chunk, encoding) => {
      if (chunk === null && !stream.closed) this.#isWhole = true;
      return push(chunk, encoding);
    };
  }

  #onInformation(raw: readonly string[]): void {
    const status = statusOf(raw);
    this.#informations += 1;
    if (this.#informations > MAX_INFORMATION) {
      this.#fail(new ExchangeFault('protocol', 'there is no end of 1xx answers'));
    } else if (status === 100) this.#request.onContinue?.();
    else this.#request.onInformation?.(status, plainFields(raw));
  }

  #onHead(raw: readonly string[]): void {
    if (this.#isOver) return;
    this.#status = statusOf(raw);
    if (this.#status < 200 || this.#status > 599) {
      this.#fail(new ExchangeFault('protocol', `there is no status ${this.#status}`));
      return;
    }
    this.#headers = plainFields(raw);
    this.#watchSilence();
    // What comes in the same turn goes on in one piece with the head.
    setImmediate(() => this.#answer());
  }

  /** With all of the content, if it has come, or as a stream. */
  #answer(): void {
    if (this.#isOver || this.#hasAnswered) return;
    this.#hasAnswered = true;
    this.#body = this.#openBody();
    for (const bytes of this.#early.splice(0)) this.#take(bytes);
    this.#resolve(this.#body);
  }

  #resolve(body: ExchangeResponse['body']): void {
    const trailers = (): RawHeaders => this.#trailers;
    this.#end.resolve({ status: this.#status, headers: this.#headers, body, trailers });
  }

  #openBody(): Readable {
    return new Readable({
      highWaterMark: HIGH_WATER_MARK,
      read: () => {
        // Whoever reads slowly is not silent: the clock runs while we wait for the upstream.
        if (this.#isOver || !this.#stream.isPaused()) return;
        this.#watchSilence();
        this.#stream.resume();
      },
      destroy: (error, done) => {
        if (!this.#isOver) this.#fail(error ?? new Error('nobody reads the answer'));
        done(error);
      },
    });
  }

  #take(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#idle?.refresh();
    if (this.#body === undefined) {
      this.#early.push(bytes);
      return;
    }
    if (this.#body.push(bytes)) return;
    this.#stream.pause();
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }

  /** The readable side has ended, one way or another. */
  #finish(): void {
    if (this.#isOver || !this.#isWhole || this.#status === 0) return;
    this.#settle();
    this.#stopSending();
    if (this.#hasAnswered) this.#body?.push(null);
    else {
      const [first] = this.#early;
      this.#resolve(this.#early.length > 1 ? Buffer.concat(this.#early) : first);
    }
    // Whatever is left of an upload is of no more use.
    if (!this.#stream.writableFinished) this.#giveUp();
  }

  /** The stream is gone before the answer was whole. */
  #break(cause: Error | undefined): void {
    if (this.#isOver) return;
    const { rstCode } = this.#stream;
    const reason = `the stream was ended early, code ${rstCode ?? 'none'}`;
    const isViolation = isViolationOf(cause) || (rstCode !== undefined && VIOLATIONS.has(rstCode));
    const kind = this.#status !== 0 || isViolation ? 'protocol' : 'unreachable';
    this.#fail(new ExchangeFault(kind, reason, cause), rstCode === NGHTTP2_REFUSED_STREAM);
  }

  #fail(error: Error, isUntouched = false): void {
    if (this.#isOver) return;
    this.#settle();
    this.#stopSending();
    this.#giveUp();
    if (this.#hasAnswered) this.#body?.destroy(error);
    else this.#end.failed({ error, isUntouched });
  }

  #giveUp(): void {
    if (this.#stream.closed) return;
    this.#stream.close(NGHTTP2_CANCEL);
    this.#end.givenUp();
  }

  #settle(): void {
    this.#isOver = true;
    clearTimeout(this.#idle);
    this.#request.signal.removeEventListener('abort', this.#onAbort);
    // A paused stream never closes; what is left of it is nobody's.
    this.#stream.resume();
  }

  #watchSilence(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.#fail(new ExchangeFault('timeout', `nothing moved for ${this.#request.idleMs} ms`));
    }, this.#request.idleMs);
  }
}

/** Of the connection, by Node's own reading. */
function isViolationOf(cause: (Error & { readonly code?: string }) | undefined): boolean {
  return cause?.code === 'ERR_HTTP2_ERROR';
}

function statusOf(raw: readonly string[]): number {
  for (let index = 0; index < raw.length; index += 2) {
    if (raw[index] === ':status') return Number(raw[index + 1]);
  }
  return 0;
}
