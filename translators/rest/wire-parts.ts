// Pieces of wire bytes that are put beside a message made elsewhere, or taken out of one: what comes later on the wire
// counts. Source: protobuf encoding, "length-delimited records", "groups" and "last one wins".
import type { DescField } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** A record of wire type 2. */
export function lengthDelimited(field: number, content: Uint8Array): Buffer {
  return Buffer.concat([tag(field, WireType.LengthDelimited), varint(content.length), content]);
}

/** A record of a field that is a message: with its length before it, or between two tags where its type says so. */
export function messageRecord(field: DescField, content: Uint8Array): Buffer {
  const { number } = field;
  if (!isGroup(field)) return lengthDelimited(number, content);
  return Buffer.concat([tag(number, WireType.StartGroup), content, tag(number, WireType.EndGroup)]);
}

/** Contents of all length-delimited records of a field. Throws a plain Error for bytes that are no message. */
export function recordsOf(wire: Uint8Array, number: number): Uint8Array[] {
  return contents(wire, number, WireType.LengthDelimited);
}

/** Wire bytes of the message that a field of another holds; empty if it is absent. Throws a plain Error for no message. */
export function messageInField(wire: Uint8Array, field: DescField): Uint8Array {
  const wireType = isGroup(field) ? WireType.StartGroup : WireType.LengthDelimited;
  // Joined, records of one message are the merged message.
  return Buffer.concat(contents(wire, field.number, wireType));
}

function contents(wire: Uint8Array, number: number, wireType: WireType): Uint8Array[] {
  const found: Uint8Array[] = [];
  const reader = new BinaryReader(wire);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field !== number) {
      reader.skip(type, field);
      continue;
    }
    if (type !== wireType) throw new Error('a field of another wire type');
    found.push(type === WireType.StartGroup ? groupContent(wire, reader, field) : reader.bytes());
  }
  return found;
}

function groupContent(wire: Uint8Array, reader: BinaryReader, number: number): Uint8Array {
  const start = reader.pos;
  for (;;) {
    const end = reader.pos;
    const [field, type] = reader.tag();
    if (type !== WireType.EndGroup) reader.skip(type, field);
    else if (field === number) return wire.subarray(start, end);
    else throw new Error('a group that ends as another');
  }
}

function isGroup(field: DescField): boolean {
  return field.fieldKind === 'message' && field.delimitedEncoding;
}

function tag(field: number, wireType: WireType): Buffer {
  return varint(field * 8 + wireType);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
