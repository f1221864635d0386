// google.api.HttpBody: bytes of any media type beside JSON, in both directions.
// Source: google/api/httpbody.proto; transcoding reference, section 7.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { after, high, low, readVarint, skipValue } from '../json/fast/varint.ts';
import { lengthDelimited } from './wire-parts.ts';

const CONTENT_TYPE = 1;
const DATA = 2;

export interface HttpBody {
  /** Empty if none was said. */
  readonly contentType: string;
  readonly data: Uint8Array;
}

export function isHttpBody(message: Pick<DescMessage, 'typeName'> | undefined): boolean {
  return message?.typeName === 'google.api.HttpBody';
}

/** Wire bytes of the message. */
export function writeHttpBody({ contentType, data }: HttpBody): Buffer {
  return Buffer.concat([
    ...(contentType === '' ? [] : [lengthDelimited(CONTENT_TYPE, Buffer.from(contentType))]),
    ...(data.length === 0 ? [] : [lengthDelimited(DATA, data)]),
  ]);
}

// Visible ASCII and spaces between: anything else in a header is a mistake or an attack.
const HEADER_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,500}[\x21-\x7e])?$/;

/** `field`: the HttpBody inside a message. Throws a plain Error for bytes that are no such message. */
export function readHttpBody(wire: Uint8Array, field?: DescField): HttpBody {
  const body = field === undefined ? wire : Buffer.concat(records(wire, field.number));
  const contentType = Buffer.from(records(body, CONTENT_TYPE).at(-1) ?? []).toString('latin1');
  if (contentType !== '' && !HEADER_VALUE.test(contentType)) throw new Error('no content type of HTTP');
  return { contentType, data: records(body, DATA).at(-1) ?? new Uint8Array() };
}

/** Wire bytes of the message that a field of another holds; empty if it is absent. Throws a plain Error for no message. */
export function messageOfField(wire: Uint8Array, number: number): Uint8Array {
  return Buffer.concat(records(wire, number));
}

/** Contents of all length-delimited records of a field; joined, they are the merged message. */
function records(wire: Uint8Array, number: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = 0;
  while (at < wire.length) {
    readVarint(wire, at, wire.length);
    const tag = low;
    const start = after;
    if (high !== 0 || tag >>> 3 === 0) throw new Error('no protobuf message');
    at = skipValue(wire, start, wire.length, tag & 7);
    if (tag >>> 3 !== number) continue;
    if ((tag & 7) !== 2) throw new Error('a field of another wire type');
    readVarint(wire, start, wire.length);
    found.push(wire.subarray(after, at));
  }
  return found;
}
