// Reads the answers of an HTTP/1.1 upstream from the bytes of its connection, strictly: whatever could be read in two
// ways is refused, since both ways would lead to somebody else's answer. RFC 9112; security reference, class 25.
// It holds no more than a head; content goes on as it comes.
import type { RawHeaders } from '../../core/http-message.ts';

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

/** What an upstream sent was not HTTP/1.1, or not whole. For the log; the client gets a fixed sentence. */
export class ResponseFault extends Error {
  override readonly name = 'ResponseFault';
}

const MAX_HEAD_BYTES = 64 * 1024;
const MAX_HEADERS = 500;
/** Enough for any number of them that somebody means. */
const MAX_INFORMATION = 20;
const MAX_CHUNK_LINE = 1024;

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What no line may hold, and line ends that are half. */
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n/;
const COLON = 0x3a;
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
  #informations = 0;
  #closes = false;

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
          throw new ResponseFault('bytes came behind the answer');
        case 'upgraded':
          this.#held = Buffer.concat([this.#held ?? Buffer.alloc(0), bytes.subarray(at)]);
          return;
        case 'head':
          at = this.#section(bytes, at, END_OF_HEAD, MAX_HEAD_BYTES, (text) => this.#head(text));
          break;
        case 'trailers':
          at = this.#trailers(bytes, at);
          break;
        case 'chunk-size':
          at = this.#section(bytes, at, END_OF_LINE, MAX_CHUNK_LINE, (text) => this.#chunkSize(text));
          break;
        case 'chunk-end':
          at = this.#section(bytes, at, END_OF_LINE, 2, (text) => {
            if (text !== '') throw new ResponseFault('a chunk is longer than it says');
            this.#state = 'chunk-size';
          });
          break;
      }
    }
  }

  /** The upstream closes. @throws ResponseFault if its answer is not whole. */
  finish(): void {
    if (this.#state === 'until-close') {
      this.#end([]);
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
      else this.#end([]);
    }
    return end;
  }

  /** Collects up to a delimiter, which may come in pieces; gives where to go on. */
  #section(
    bytes: Buffer,
    at: number,
    delimiter: Buffer,
    limit: number,
    take: (text: string) => void,
  ): number {
    const held = this.#held;
    const all = held === undefined ? bytes : Buffer.concat([held, bytes.subarray(at)]);
    const start = held === undefined ? at : 0;
    const end = all.indexOf(delimiter, start);
    if (end < 0 ? all.length - start > limit : end - start > limit) {
      throw new ResponseFault(`a head, trailer section or chunk line is longer than ${limit} bytes`);
    }
    if (end < 0) {
      this.#held = Buffer.from(all.subarray(start));
      return bytes.length;
    }
    this.#held = undefined;
    take(all.toString('latin1', start, end));
    const next = end + delimiter.length;
    return held === undefined ? next : at + next - held.length;
  }

  /** Without fields the section is one empty line, which ends no other line. */
  #trailers(bytes: Buffer, at: number): number {
    const first = this.#held === undefined ? bytes.subarray(at, at + 2) : this.#held;
    if (first[0] !== 0x0d) {
      return this.#section(bytes, at, END_OF_HEAD, MAX_HEAD_BYTES, (text) => this.#end(fieldsOf(text)));
    }
    return this.#section(bytes, at, END_OF_LINE, 2, (text) => {
      if (text !== '') throw new ResponseFault('the trailer section is malformed');
      this.#end([]);
    });
  }

  #head(text: string): void {
    const lineEnd = text.indexOf('\r\n');
    const [, minor, code] = STATUS_LINE.exec(lineEnd < 0 ? text : text.slice(0, lineEnd)) ?? [];
    if (minor === undefined)
      throw new ResponseFault('the answer does not begin with a status line of HTTP/1');
    const status = Number(code);
    if (status > 599) throw new ResponseFault(`there is no status ${status}`);
    const headers = lineEnd < 0 ? [] : fieldsOf(text.slice(lineEnd + 2));
    const framing = framingOf(headers);
    if (status < 200) {
      this.#informational({ status, headers });
      return;
    }
    this.#closes = framing.closes ?? minor === '0';
    this.#events.head({ status, headers });
    if (this.#method === 'HEAD' || status === 204 || status === 304) {
      this.#end([]);
    } else if (framing.isChunked) {
      if (minor === '0') throw new ResponseFault('HTTP/1.0 has no chunks');
      this.#state = 'chunk-size';
    } else if (framing.length === undefined) {
      this.#closes = true;
      this.#state = 'until-close';
    } else if (framing.length === 0) {
      this.#end([]);
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

function fieldsOf(text: string): string[] {
  const headers: string[] = [];
  if (FORBIDDEN.test(text)) throw new ResponseFault('a header holds what no header may hold');
  let start = 0;
  while (start < text.length) {
    const found = text.indexOf('\r\n', start);
    const end = found < 0 ? text.length : found;
    let colon = start;
    while (colon < end && text.charCodeAt(colon) !== COLON) colon += 1;
    const name = text.slice(start, colon);
    if (colon === end || !FIELD_NAME.test(name))
      throw new ResponseFault('a header is malformed, or folded over two lines');
    headers.push(name, withoutSpace(text, colon + 1, end));
    if (headers.length > MAX_HEADERS * 2)
      throw new ResponseFault(`there are more than ${MAX_HEADERS} headers`);
    start = end + 2;
  }
  return headers;
}

/** RFC 9112 §5.1: of spaces and tabs only, at either end. */
function withoutSpace(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

interface Framing {
  readonly isChunked: boolean;
  readonly length: number | undefined;
  readonly closes: boolean | undefined;
}

/** RFC 9112 §6.3. */
function framingOf(headers: RawHeaders): Framing {
  let isChunked = false;
  let length: number | undefined;
  let closes: boolean | undefined;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    // Three names of these lengths matter; the others are not even compared.
    if (name.length !== 10 && name.length !== 14 && name.length !== 17) continue;
    const value = headers[index + 1] ?? '';
    switch (name.toLowerCase()) {
      case 'connection':
        if (/(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(value)) closes = true;
        else if (closes === undefined && /(?:^|,)[ \t]*keep-alive[ \t]*(?:,|$)/i.test(value)) closes = false;
        break;
      case 'content-length':
        for (const text of value.split(',')) {
          if (!/^[ \t]*\d{1,15}[ \t]*$/.test(text)) throw new ResponseFault('Content-Length is no number');
          const told = Number(text);
          if (length !== undefined && length !== told)
            throw new ResponseFault('there are two different lengths');
          length = told;
        }
        break;
      case 'transfer-encoding':
        if (isChunked || value.toLowerCase() !== 'chunked') {
          throw new ResponseFault('the only Transfer-Encoding taken is chunked, once');
        }
        isChunked = true;
        break;
    }
  }
  if (isChunked && length !== undefined) throw new ResponseFault('there is a length beside chunks');
  return { isChunked, length, closes };
}
