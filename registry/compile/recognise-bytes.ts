// Says what bytes are that were sent as a descriptor set and are none. Judged by content, never by name.
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';

const EXPECTED =
  'expected a binary FileDescriptorSet (buf build -o api.binpb, or protoc --include_imports -o api.binpb)';

/** As much of the bytes as is looked at. */
const SAMPLE_BYTES = 4096;

/** What text or archive the bytes look like, with what to do about it; undefined if they may be a set. */
export function recogniseForeignBytes(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return `the descriptor set is empty; ${EXPECTED}`;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    return 'this is gzip-compressed; send the descriptor set uncompressed';
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return `this is a zip archive; ${EXPECTED}`;
  const text = Buffer.from(bytes.subarray(0, SAMPLE_BYTES)).toString('utf8');
  return isText(text) ? recogniseText(text.replace(/^\ufeff/, '').trimStart()) : undefined;
}

/** For bytes that could not be read as a set: one file instead of a set is the commonest mistake. */
export function isSingleFileDescriptor(bytes: Uint8Array): boolean {
  try {
    const file = fromBinary(FileDescriptorProtoSchema, bytes);
    return file.name.endsWith('.proto') && file.messageType.length + file.service.length > 0;
  } catch {
    return false;
  }
}

export function expectedSet(): string {
  return EXPECTED;
}

// A set is full of lengths and numbers below 0x20; text has none but line ends and tabs. The last
// characters of a sample may be a cut one, so a few replacement characters at its end do not count.
function isText(sample: string): boolean {
  return !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(sample) && !/\ufffd(?=.{4})/s.test(sample);
}

function recogniseText(text: string): string {
  if (/^(syntax|edition|package|import|message|service|enum|option|extend|\/\/|\/\*)/.test(text)) {
    return 'this looks like .proto text; send it under "files", with the imports it needs';
  }
  if (/^\{?\s*"?(openapi|swagger)"?\s*:/m.test(text))
    return 'this looks like an OpenAPI document; send it under "openapi"';
  if (/^[[{]/.test(text)) return `this looks like JSON; ${EXPECTED}`;
  if (/^[A-Za-z0-9+/_-]{16,}={0,2}\s*$/.test(text) || /^[A-Za-z0-9+/_\r\n-]{1000,}={0,2}\s*$/.test(text)) {
    return 'this looks like base64 encoded once too often; send the bytes it stands for';
  }
  return `this is text; ${EXPECTED}`;
}
