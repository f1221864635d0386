// Parts of a multipart form, read so that every reader finds the same ones: readers differ on text around the parts,
// bare line feeds, fields given twice and transfer encodings, so forms with any of these are refused.
// Sources: RFC 2046 §5.1.1; RFC 7578 §4.
import { isUtf8 } from 'node:buffer';
import { GatewayError } from '../../core/error.ts';
import type { ContentType } from './media-types.ts';
import { trimWhitespace } from './optional-whitespace.ts';

export interface FormPart {
  readonly name: string;
  /** It is sent as a file; what the file is called is nobody's business here. */
  readonly isFile: boolean;
  readonly bytes: Buffer;
}

/** @throws GatewayError `invalid_argument` */
export function splitMultipart(contentType: ContentType | undefined, bytes: Uint8Array): readonly FormPart[] {
  const boundary = contentType?.parameters.get('boundary') ?? '';
  if (!/^[0-9A-Za-z'()+_,./:=? -]{1,70}$/.test(boundary)) throw malformed('its content type has no boundary');
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const delimiter = Buffer.from(`--${boundary}`);
  const parts: FormPart[] = [];
  let open = -1;
  for (let at = body.indexOf(delimiter); ; at = body.indexOf(delimiter, at + 1)) {
    if (at === -1) throw malformed(open === -1 ? 'its boundary is not there' : 'it has no end');
    const next = at + delimiter.length;
    if (!isLineStart(body, at)) continue;
    const isLast = body.toString('latin1', next, next + 2) === '--';
    if (!isWholeLine(body, at) || !(isLast || isBreak(body, next))) {
      throw malformed('a line begins with its boundary and does not end there');
    }
    if (open === -1 && at !== 0 && !(at === 2 && isBreak(body, 0))) {
      throw malformed('something stands before its first part');
    }
    if (open !== -1) parts.push(readPart(body.subarray(open, Math.max(open, at - 2))));
    if (!isLast) {
      open = next + 2;
      continue;
    }
    const rest = body.length - next - 2;
    if (rest !== 0 && !(rest === 2 && isBreak(body, next + 2)))
      throw malformed('something stands behind its end');
    return parts;
  }
}

const CR = 0x0d;
const LF = 0x0a;

function isBreak(body: Buffer, at: number): boolean {
  return body[at] === CR && body[at + 1] === LF;
}

/** To anybody: some take one character for a line break. */
function isLineStart(body: Buffer, at: number): boolean {
  return at === 0 || body[at - 1] === LF || body[at - 1] === CR;
}

function isWholeLine(body: Buffer, at: number): boolean {
  return at === 0 || isBreak(body, at - 2);
}

const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\0\r\n]*)$/;
/** Of one part: as much as the head of a request may be. */
const MAX_HEAD_BYTES = 16 * 1024;

function readPart(part: Buffer): FormPart {
  const end = part.indexOf('\r\n\r\n');
  const head = end === -1 ? part.subarray(0, 0) : part.subarray(0, end);
  if (end === -1 || !isUtf8(head)) throw malformed('a part has no head');
  if (end > MAX_HEAD_BYTES) throw malformed(`the head of a part is larger than ${MAX_HEAD_BYTES} bytes`);
  const fields = new Map<string, string>();
  for (const line of head.toString().split('\r\n')) {
    const [, name, value = ''] = HEADER.exec(line) ?? [];
    if (name === undefined) throw malformed('a part has a line in its head that is no field');
    const key = name.toLowerCase();
    if (fields.has(key)) throw malformed(`a part has the field ${key.slice(0, 40)} twice`);
    fields.set(key, trimWhitespace(value));
  }
  const coding = fields.get('content-transfer-encoding') ?? 'binary';
  if (!/^(?:7bit|8bit|binary)$/i.test(coding))
    throw malformed('a part has a transfer encoding; send it without');
  const disposition = readDisposition(fields.get('content-disposition') ?? '');
  const bytes = part.subarray(end + 4);
  const charsets = [...(fields.get('content-type') ?? '').matchAll(/;[ \t]*charset="?([^"; \t]*)/gi)];
  const isText = isUtf8(bytes) && charsets.every(([, charset = '']) => /^utf-?8$/i.test(charset));
  if (!disposition.isFile && !isText) throw malformed('a part is not in UTF-8');
  return { ...disposition, bytes };
}

const PARAMETER = /;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:[^"\\]|\\(?!"))*)"|([^\s";,\\]+))[ \t]*/y;

function readDisposition(text: string): Pick<FormPart, 'name' | 'isFile'> {
  const [head] = /^form-data[ \t]*(?=;)/i.exec(text) ?? [];
  if (head === undefined) throw malformed('a part is not form-data with a name');
  const parameters = new Map<string, string>();
  for (let at = head.length; at < text.length; at = PARAMETER.lastIndex) {
    PARAMETER.lastIndex = at;
    const [found, key = '', quoted, token = ''] = PARAMETER.exec(text) ?? [];
    const known = key.toLowerCase();
    if (found === undefined || parameters.has(known)) throw malformed('a part says in two ways what it is');
    parameters.set(known, quoted ?? token);
  }
  const name = parameters.get('name');
  if (name === undefined || name.includes('\\') || parameters.has('name*')) {
    throw malformed('a part has no plain name');
  }
  return { name, isFile: parameters.has('filename') || parameters.has('filename*') };
}

function malformed(why: string): GatewayError {
  return new GatewayError('invalid_argument', `the body is not a multipart form of its boundary: ${why}`);
}
