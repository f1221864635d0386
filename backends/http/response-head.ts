// The head of an upstream's answer, and its trailers, from their text: status line, fields, and what they say of where
// the content ends. One look at each character; whatever could be read in two ways is refused. RFC 9112 §4 to §6.
import type { RawHeaders } from '../../core/http-message.ts';
import { keptByName } from '../../translators/http/kept-by-name.ts';

/** What an upstream sent was not HTTP/1.1, or not whole. For the log; the client gets a fixed sentence. */
export class ResponseFault extends Error {
  override readonly name = 'ResponseFault';
}

const MAX_HEADERS = 500;
const DIGITS = /^\d{1,15}$/;

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const DEL = 0x7f;
const COLON = 0x3a;
const ZERO = 0x30;

/** 1 for what a name is made of, RFC 9110 §5.6.2. */
const TOKEN = new Uint8Array(256);
for (const letter of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  TOKEN[letter.charCodeAt(0)] = 1;
}

export interface StatusLine {
  readonly status: number;
  /** HTTP/1.0 */
  readonly isOld: boolean;
  /** Where the fields begin. */
  readonly next: number;
}

/** @throws ResponseFault */
export function readStatusLine(text: string): StatusLine {
  const minor = text.charCodeAt(7) - ZERO;
  const status = statusOf(text);
  const end = endOfLine(text, 12);
  // What follows the status is for people, and may be missing.
  const isWhole = text.startsWith('HTTP/1.') && text[8] === ' ' && (end === 12 || text[12] === ' ');
  if (!isWhole || (minor !== 0 && minor !== 1) || status === undefined) {
    throw new ResponseFault('the answer does not begin with a status line of HTTP/1');
  }
  if (status > 599) throw new ResponseFault(`there is no status ${status}`);
  return { status, isOld: minor === 0, next: end + 2 };
}

function statusOf(text: string): number | undefined {
  let status = 0;
  for (let at = 9; at < 12; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    // Beyond the end as well, where there is no number at all.
    if (!(digit >= 0 && digit <= 9)) return undefined;
    status = status * 10 + digit;
  }
  return status < 100 ? undefined : status;
}

/** All fields from `start`, each line ended by CRLF but the last. @throws ResponseFault */
export function readFields(text: string, start: number): RawHeaders {
  const headers: string[] = [];
  let at = start;
  while (at < text.length) {
    let colon = at;
    while (TOKEN[text.charCodeAt(colon)] === 1) colon += 1;
    if (colon === at || text.charCodeAt(colon) !== COLON)
      throw new ResponseFault('a header is malformed, or folded over two lines');
    const end = endOfLine(text, colon + 1);
    headers.push(text.slice(at, colon), withoutSpace(text, colon + 1, end));
    if (headers.length > MAX_HEADERS * 2)
      throw new ResponseFault(`there are more than ${MAX_HEADERS} headers`);
    at = end + 2;
  }
  return headers;
}

/** Where the CRLF is, or the end of the text. @throws ResponseFault for half line ends, and what no line may hold. */
function endOfLine(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if ((code < SPACE && code !== TAB) || code === DEL) break;
    at += 1;
  }
  if (at >= text.length || (text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF)) return at;
  throw new ResponseFault('a header holds what no header may hold');
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
  return code === SPACE || code === TAB;
}

export interface Framing {
  readonly isChunked: boolean;
  readonly length: number | undefined;
  readonly closes: boolean | undefined;
}

/** RFC 9112 §6.3. */
export function framingOf(headers: RawHeaders): Framing {
  let isChunked = false;
  let length: number | undefined;
  let closes: boolean | undefined;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    // Three names of these lengths matter; the others are not even compared.
    if (name.length !== 10 && name.length !== 14 && name.length !== 17) continue;
    const value = headers[index + 1] ?? '';
    switch (framingName(name)) {
      case 'connection':
        if (/(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(value)) closes = true;
        else if (closes === undefined && /(?:^|,)[ \t]*keep-alive[ \t]*(?:,|$)/i.test(value)) closes = false;
        break;
      case 'content-length':
        length = agreedLength(value, length);
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

/** Answers come with one spelling of a name or two, over and over. */
const framingName = keptByName((name) => name);

/** A list of equal lengths is one length. */
function agreedLength(value: string, before: number | undefined): number {
  if (before === undefined && DIGITS.test(value)) return Number(value);
  let length = before;
  for (const text of value.split(',')) {
    if (!/^[ \t]*\d{1,15}[ \t]*$/.test(text)) throw new ResponseFault('Content-Length is no number');
    const told = Number(text);
    if (length !== undefined && length !== told) throw new ResponseFault('there are two different lengths');
    length = told;
  }
  return length ?? 0;
}
