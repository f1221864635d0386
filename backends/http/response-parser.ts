// Reads the answers of an HTTP/1.1 upstream from the bytes of its connection, strictly: whatever could be read in two
// ways is refused, since both ways would lead to somebody else's answer. RFC 9112; security reference, class 25.
// It holds no more than a head; content goes on as it comes.
import { NO_HEADERS, type RawHeaders } from '../../core/http-message.ts';
import { framingOf, ResponseFault, readFields, readStatusLine } from './response-head.ts';

export interface ResponseHead {
  readonly status: number;
  readonly headers: RawHeaders;
}

export interface ResponseEvents {
  /** 1xx other than 101. */
  information(head: ResponseHead): void;
  head(head: ResponseHead): void;
  data(bytes: Buffer): void;
  /** After it the parser takes nothing more. */
  end(trailers: RawHeaders): void;
}

const MAX_HEAD_BYTES = 64 * 1024;
/** Enough for any number of them that somebody means. */
const MAX_INFORMATION = 20;
const MAX_CHUNK_LINE = 1024;

const CR = 0x0d;
const END_OF_HEAD = Buffer.from('\r\n\r\n');
const END_OF_LINE = Buffer.from('\r\n');

type State =
  | 'head'
  | 'length'
  | 'chunk-size'
  | 'chunk'
  | 'chunk-end'
  | 'trailers'
  | 'until-close'
  | 'done'
  | 'upgraded';

export class ResponseParser {
  readonly #method: string;
  readonly #events: ResponseEvents;
  #state: State = 'head';
  /** Bytes of an unfinished head, chunk line or trailer section. */
  #held: Buffer | undefined;
  /** Bytes left of the content or of the chunk. */
  #left = 0;
  /** Where to go on behind the section that was read last. */
  #next = 0;
  #informations = 0;
  #closes = false;
  /** By its method or status, whatever it announces. */
  #hasNoContent = false;

  constructor(method: string, events: ResponseEvents) {
    this.#method = method;
    this.#events = events;
  }

  /** The connection may serve another request: the answer was whole, and nobody wants it closed. */
  get isReusable(): boolean {
    return this.#state === 'done' && !this.#closes;
  }

  get isDone(): boolean {
    return this.#state === 'done';
  }

  get isUpgraded(): boolean {
    return this.#state === 'upgraded';
  }

  /** Bytes that came behind an upgrade's head; behind any other answer there are to be none. */
  takeRest(): Buffer {
    const rest = this.#held ?? Buffer.alloc(0);
    this.#held = undefined;
    return rest;
  }

  /** @throws ResponseFault */
  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      switch (this.#state) {
        case 'length':
        case 'chunk':
          at = this.#content(bytes, at);
          break;
        case 'until-close':
          this.#events.data(at === 0 ? bytes : bytes.subarray(at));
          return;
        case 'done':
          if (!this.#hasNoContent) throw new ResponseFault('bytes came behind the answer');
          // Many servers send content all the same. Nobody waits for it, and nobody's answer is to begin with it.
          this.#closes = true;
          return;
        case 'upgraded':
          this.#held = Buffer.concat([this.#held ?? Buffer.alloc(0), bytes.subarray(at)]);
          return;
        case 'head': {
          const text = this.#section(bytes, at, END_OF_HEAD, MAX_HEAD_BYTES);
          if (text !== undefined) this.#head(text);
          at = this.#next;
          break;
        }
        case 'trailers':
          this.#trailers(bytes, at);
          at = this.#next;
          break;
        case 'chunk-size': {
          const text = this.#section(bytes, at, END_OF_LINE, MAX_CHUNK_LINE);
          if (text !== undefined) this.#chunkSize(text);
          at = this.#next;
          break;
        }
        case 'chunk-end': {
          const text = this.#section(bytes, at, END_OF_LINE, 2);
          if (text !== undefined) {
            if (text !== '') throw new ResponseFault('a chunk is longer than it says');
            this.#state = 'chunk-size';
          }
          at = this.#next;
          break;
        }
      }
    }
  }

  /** The upstream closes. @throws ResponseFault if its answer is not whole. */
  finish(): void {
    if (this.#state === 'until-close') {
      this.#end(NO_HEADERS);
      return;
    }
    if (this.#state !== 'done' && this.#state !== 'upgraded') {
      throw new ResponseFault(`the connection was closed in the middle of an answer (${this.#state})`);
    }
  }

  #content(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    const isWhole = at === 0 && end === bytes.length;
    this.#left -= end - at;
    this.#events.data(isWhole ? bytes : bytes.subarray(at, end));
    if (this.#left === 0) {
      if (this.#state === 'chunk') this.#state = 'chunk-end';
      else this.#end(NO_HEADERS);
    }
    return end;
  }

  /** What comes before a delimiter, once it is there: it may come in pieces. `#next` is where to go on. */
  #section(bytes: Buffer, at: number, delimiter: Buffer, limit: number): string | undefined {
    const held = this.#held;
    const all = held === undefined ? bytes : Buffer.concat([held, bytes.subarray(at)]);
    const start = held === undefined ? at : 0;
    const end = all.indexOf(delimiter, start);
    if (end < 0 ? all.length - start > limit : end - start > limit) {
      throw new ResponseFault(`a head, trailer section or chunk line is longer than ${limit} bytes`);
    }
    if (end < 0) {
      this.#held = Buffer.from(all.subarray(start));
      this.#next = bytes.length;
      return undefined;
    }
    this.#held = undefined;
    const next = end + delimiter.length;
    this.#next = held === undefined ? next : at + next - held.length;
    return all.toString('latin1', start, end);
  }

  /** Without fields the section is one empty line, which ends no other line. */
  #trailers(bytes: Buffer, at: number): void {
    const first = this.#held === undefined ? bytes.subarray(at, at + 2) : this.#held;
    const isEmpty = first[0] === CR;
    const text = isEmpty
      ? this.#section(bytes, at, END_OF_LINE, 2)
      : this.#section(bytes, at, END_OF_HEAD, MAX_HEAD_BYTES);
    if (text === undefined) return;
    if (isEmpty && text !== '') throw new ResponseFault('the trailer section is malformed');
    this.#end(isEmpty ? NO_HEADERS : readFields(text, 0));
  }

  #head(text: string): void {
    const { status, isOld, next } = readStatusLine(text);
    const headers = readFields(text, next);
    const framing = framingOf(headers);
    if (status < 200) {
      this.#informational({ status, headers });
      return;
    }
    this.#closes = framing.closes ?? isOld;
    this.#events.head({ status, headers });
    if (this.#method === 'HEAD' || status === 204 || status === 304) {
      this.#hasNoContent = true;
      // RFC 9110 §8.6: it may not announce any. Who does sends it, and it may come when the next request is under way.
      if (status === 204 && (framing.isChunked || (framing.length ?? 0) > 0)) this.#closes = true;
      this.#end(NO_HEADERS);
    } else if (framing.isChunked) {
      if (isOld) throw new ResponseFault('HTTP/1.0 has no chunks');
      this.#state = 'chunk-size';
    } else if (framing.length === undefined) {
      this.#closes = true;
      this.#state = 'until-close';
    } else if (framing.length === 0) {
      this.#end(NO_HEADERS);
    } else {
      this.#left = framing.length;
      this.#state = 'length';
    }
  }

  #informational(head: ResponseHead): void {
    if (head.status === 101) {
      this.#closes = true;
      this.#state = 'upgraded';
      this.#events.head(head);
      return;
    }
    this.#informations += 1;
    if (this.#informations > MAX_INFORMATION) throw new ResponseFault('there is no end of 1xx answers');
    this.#events.information(head);
  }

  #chunkSize(text: string): void {
    // RFC 9112 §7.1.1: extensions are for this hop, and nobody uses them but to confuse.
    const [, digits = ''] = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/.exec(text) ?? [];
    if (digits === '') throw new ResponseFault('a chunk has no size');
    this.#left = Number.parseInt(digits, 16);
    this.#state = this.#left === 0 ? 'trailers' : 'chunk';
  }

  #end(trailers: RawHeaders): void {
    this.#state = 'done';
    this.#events.end(trailers);
  }
}
