// Walks the bytes of a message and tells which singular messages in it are written in more than one record.
import type { DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** Paths of singular message fields that occur more than once in one message. */
export function messagesTwice(type: DescMessage, bytes: Uint8Array, path = ''): string[] {
  const found: string[] = [];
  const seen = new Set<number>();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = type.fields.find((one) => one.number === number);
    if (field?.message === undefined || wireType !== WireType.LengthDelimited || field.fieldKind === 'map') {
      reader.skip(wireType, number);
      continue;
    }
    const at = `${path}${field.name}`;
    if (field.fieldKind === 'message' && seen.has(number)) found.push(at);
    seen.add(number);
    found.push(...messagesTwice(field.message, reader.bytes(), `${at}.`));
  }
  return found;
}
