// Fields to header blocks. Source: RFC 7541. What all requests of a connection have in common is put into the peer's
// table once, and so is each path; from then on a request names them by one byte each. Nothing ever leaves the table:
// what finds no room is written out each time. Metadata, whose values are the callers', is always written out.
import { DEFAULT_TABLE_BYTES } from './protocol.ts';
import { type Field, STATIC_NAMES, STATIC_TABLE } from './static-table.ts';

const FIELD_OVERHEAD = 32;
/** Operations of one service and more; then begun anew. */
const MAX_PATHS = 4_096;
const MAX_NAMES = 256;
/** Written so that nobody on the way keeps them in a table (RFC 7541 §7.1.3). */
const SENSITIVE =
  /^(?:authorization|proxy-authorization|cookie|.*(?:token|secret|key|password|signature).*)$/;
/** RFC 9113 §8.2.1, and what gRPC allows in names of metadata. */
const NAME = /^[a-z0-9_.-]+$/;

interface KeptBlock {
  readonly bytes: Uint8Array;
  /** How many fields were in the table then: others have moved its indexes since. */
  readonly tableLength: number;
}

export class HeaderEncoder {
  readonly #common: readonly Field[];
  /** The oldest first. */
  #table: string[] = [];
  #tableBytes = 0;
  #tableLimit = DEFAULT_TABLE_BYTES;
  #isTableNew = false;
  readonly #blocks = new Map<string, KeptBlock>();
  readonly #names = new Map<string, Uint8Array>();

  /** `common`: pseudo-header fields without `:path` first, then others. */
  constructor(common: readonly Field[]) {
    this.#common = common;
  }

  /** What the peer's SETTINGS_HEADER_TABLE_SIZE says; we never use more than the default. */
  setTableLimit(peers: number): void {
    const limit = Math.min(peers, DEFAULT_TABLE_BYTES);
    if (limit === this.#tableLimit) return;
    this.#tableLimit = limit;
    this.#isTableNew = true;
    this.#table = [];
    this.#tableBytes = 0;
    this.#blocks.clear();
  }

  /** What every request to this path begins with. Must be sent next: it may teach the peer something. */
  start(path: string): Uint8Array {
    const kept = this.#blocks.get(path);
    if (kept !== undefined && kept.tableLength === this.#table.length) return kept.bytes;
    const before = this.#table.length;
    const bytes: number[] = [];
    if (this.#isTableNew) {
      // RFC 7541 §4.2: the smallest size in between, then the one that holds.
      writeInteger(bytes, 0x20, 0x1f, 0);
      writeInteger(bytes, 0x20, 0x1f, this.#tableLimit);
      this.#isTableNew = false;
    }
    for (const field of withPath(this.#common, path)) this.#writeField(bytes, field);
    const block = Uint8Array.from(bytes);
    if (this.#blocks.size >= MAX_PATHS) this.#blocks.clear();
    // A block that adds to the table is said once only.
    if (this.#table.length === before && bytes[0] !== 0x20)
      this.#blocks.set(path, { bytes: block, tableLength: before });
    return block;
  }

  /** The name of a field that is written out, its value's length and text to follow. @throws Error for a wrong name. */
  name(name: string): Uint8Array {
    let known = this.#names.get(name);
    if (known === undefined) {
      if (!NAME.test(name)) throw new Error('a metadata name may hold a-z, 0-9, "_", "." and "-" only');
      const bytes: number[] = [];
      writeLiteralName(bytes, name, SENSITIVE.test(name) ? 0x10 : 0, 0x0f);
      known = Uint8Array.from(bytes);
      if (this.#names.size >= MAX_NAMES) this.#names.clear();
      this.#names.set(name, known);
    }
    return known;
  }

  #writeField(bytes: number[], [name, value]: Field): void {
    const fixed = STATIC_TABLE.findIndex((field) => field[0] === name && field[1] === value);
    if (fixed >= 0) {
      writeInteger(bytes, 0x80, 0x7f, fixed + 1);
      return;
    }
    const line = `${name}\n${value}`;
    const place = this.#table.indexOf(line);
    if (place >= 0) {
      writeInteger(bytes, 0x80, 0x7f, STATIC_TABLE.length + this.#table.length - place);
      return;
    }
    const size = name.length + value.length + FIELD_OVERHEAD;
    if (this.#tableBytes + size <= this.#tableLimit) {
      writeLiteralName(bytes, name, 0x40, 0x3f);
      this.#table.push(line);
      this.#tableBytes += size;
    } else writeLiteralName(bytes, name, 0, 0x0f);
    writeText(bytes, value);
  }
}

/** Pseudo-header fields stand before all others (RFC 9113 §8.3). */
function withPath(common: readonly Field[], path: string): readonly Field[] {
  const isPseudo = ([name]: Field): boolean => name.startsWith(':');
  return [...common.filter(isPseudo), [':path', path], ...common.filter((field) => !isPseudo(field))];
}

function writeLiteralName(bytes: number[], name: string, pattern: number, mask: number): void {
  const known = STATIC_NAMES.get(name);
  writeInteger(bytes, pattern, mask, known ?? 0);
  if (known === undefined) writeText(bytes, name);
}

function writeText(bytes: number[], text: string): void {
  const raw = Buffer.from(text, 'latin1');
  writeInteger(bytes, 0, 0x7f, raw.length);
  for (const byte of raw) bytes.push(byte);
}

function writeInteger(bytes: number[], pattern: number, mask: number, value: number): void {
  if (value < mask) {
    bytes.push(pattern | value);
    return;
  }
  bytes.push(pattern | mask);
  let rest = value - mask;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
}
