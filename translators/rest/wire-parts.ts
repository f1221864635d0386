// Pieces of wire bytes that are put beside a message made elsewhere: what comes later on the wire counts.
// Source: protobuf encoding, "length-delimited records" and "last one wins".

/** A record of wire type 2. */
export function lengthDelimited(field: number, content: Uint8Array): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
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
