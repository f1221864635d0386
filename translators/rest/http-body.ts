// google.api.HttpBody: bytes of any media type beside JSON, in both directions.
// Source: google/api/httpbody.proto; transcoding reference, section 7.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { lengthDelimited, messageInField, recordsOf } from './wire-parts.ts';

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

/** Whether it can be the Content-Type of an answer, as it may have to be one day. */
export function isContentType(text: string): boolean {
  return HEADER_VALUE.test(text);
}

/** `field`: the HttpBody inside a message. Throws a plain Error for bytes that are no such message. */
export function readHttpBody(wire: Uint8Array, field?: DescField): HttpBody {
  const body = field === undefined ? wire : messageInField(wire, field);
  const contentType = Buffer.from(recordsOf(body, CONTENT_TYPE).at(-1) ?? []).toString('latin1');
  if (contentType !== '' && !isContentType(contentType)) throw new Error('no content type of HTTP');
  return { contentType, data: recordsOf(body, DATA).at(-1) ?? new Uint8Array() };
}
