// Header blocks to fields, with the table that the peer fills as it goes. Source: RFC 7541.
// A list that is longer than we take is still read to its end, since the table belongs to all streams.
import { decodeHuffman } from './huffman.ts';
import { ConnectionError, DEFAULT_TABLE_BYTES, ErrorCode, MAX_HEADER_LIST_BYTES } from './protocol.ts';
import { type Field, STATIC_TABLE } from './static-table.ts';

/** RFC 7541 §4.1. */
const FIELD_OVERHEAD = 32;
/** Blocks whose meaning is kept; a peer has two or three at a time. */
const MAX_KEPT_BLOCKS = 64;
/** A block of up to so many indexes is worth keeping, and is a key that is an exact number. */
const MAX_KEPT_LENGTH = 6;
/** No length or index is as large: five bytes after the first, or four full ones. */
const MAX_INTEGER = 0x0fff_ffff;

/** `read` makes of a list what the user of the connection needs; it is asked once for a block that comes again. */
export class HeaderDecoder<T> {
  readonly #read: (fields: readonly Field[] | undefined) => T;
  /** The latest first, as their indexes count. */
  #table: Field[] = [];
  #tableBytes = 0;
  #tableLimit = DEFAULT_TABLE_BYTES;
  /** By the indexes that make up the block; good until the table changes. */
  readonly #kept = new Map<number, T>();
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /** `read` gets undefined for a list that is longer than is taken. */
  constructor(read: (fields: readonly Field[] | undefined) => T) {
    this.#read = read;
  }

  /** @throws ConnectionError for a block that is none: the table cannot be trusted any more. */
  decode(bytes: Buffer, start: number, end: number): T {
    const key = keyOf(bytes, start, end);
    const known = key === 0 ? undefined : this.#kept.get(key);
    if (known !== undefined) return known;
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    const result = this.#read(this.#fields());
    // What is indexed wholly has not changed the table.
    if (key !== 0 && this.#kept.size < MAX_KEPT_BLOCKS) this.#kept.set(key, result);
    return result;
  }

  #fields(): readonly Field[] | undefined {
    const fields: Field[] = [];
    let listBytes = 0;
    let maySetSize = true;
    while (this.#at < this.#end) {
      const first = this.#bytes[this.#at] as number;
      if ((first & 0xe0) === 0x20) {
        if (!maySetSize) throw broken('a table size in the midst of a block');
        this.#setTableLimit(this.#integer(0x1f));
        continue;
      }
      maySetSize = false;
      const field = first >= 0x80 ? this.#indexed(this.#integer(0x7f)) : this.#literal(first);
      listBytes += field[0].length + field[1].length + FIELD_OVERHEAD;
      if (listBytes <= MAX_HEADER_LIST_BYTES) fields.push(field);
    }
    return listBytes <= MAX_HEADER_LIST_BYTES ? fields : undefined;
  }

  #literal(first: number): Field {
    const isIndexed = (first & 0xc0) === 0x40;
    const index = this.#integer(isIndexed ? 0x3f : 0x0f);
    const name = index === 0 ? this.#text() : this.#indexed(index)[0];
    const field: Field = [name, this.#text()];
    if (isIndexed) this.#add(field);
    return field;
  }

  #indexed(index: number): Field {
    const field =
      index <= STATIC_TABLE.length ? STATIC_TABLE[index - 1] : this.#table[index - STATIC_TABLE.length - 1];
    if (field === undefined) throw broken('an index beyond the table');
    return field;
  }

  #integer(mask: number): number {
    let value = (this.#bytes[this.#at++] as number) & mask;
    if (value < mask) return value;
    for (let shift = 0; ; shift += 7) {
      if (this.#at >= this.#end) throw broken('an integer without an end');
      const byte = this.#bytes[this.#at++] as number;
      // Zeros in front of nothing are no number either, after as many bytes as the largest needs.
      if (shift > 28) throw broken('an integer that is too large');
      value += (byte & 0x7f) * 2 ** shift;
      if (value > MAX_INTEGER) throw broken('an integer that is too large');
      if (byte < 0x80) return value;
    }
  }

  #text(): string {
    if (this.#at >= this.#end) throw broken('a field without its end');
    const isHuffman = (this.#bytes[this.#at] as number) >= 0x80;
    const length = this.#integer(0x7f);
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#end) throw broken('a text beyond the end of its block');
    if (!isHuffman) return this.#bytes.toString('latin1', start, this.#at);
    const text = decodeHuffman(this.#bytes, start, this.#at);
    if (text === undefined) throw broken('a text that is no Huffman code');
    return text;
  }

  #setTableLimit(limit: number): void {
    if (limit > DEFAULT_TABLE_BYTES) throw broken('a table that is larger than was agreed');
    this.#tableLimit = limit;
    this.#evict(limit);
    this.#kept.clear();
  }

  /** One that is larger than the table empties it (RFC 7541 §4.4). */
  #add(field: Field): void {
    const size = field[0].length + field[1].length + FIELD_OVERHEAD;
    this.#evict(this.#tableLimit - size);
    if (size <= this.#tableLimit) {
      this.#table.unshift(field);
      this.#tableBytes += size;
    }
    this.#kept.clear();
  }

  #evict(limit: number): void {
    while (this.#tableBytes > limit) {
      const last = this.#table.pop();
      if (last === undefined) return;
      this.#tableBytes -= last[0].length + last[1].length + FIELD_OVERHEAD;
    }
  }
}

/** A number for a short block that is indexed wholly, or 0. Each index is a byte of its own there, none of them 0. */
function keyOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > MAX_KEPT_LENGTH) return 0;
  let key = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte <= 0x80 || byte === 0xff) return 0;
    key = key * 256 + byte;
  }
  return key;
}

function broken(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.compressionError, `headers hold ${what}`);
}
