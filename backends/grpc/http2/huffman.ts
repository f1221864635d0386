// The Huffman code of HPACK. Source: RFC 7541, section 5.2 and appendix B. The code is canonical: codes of a length
// follow each other by symbol, and each length goes on where the one before ended. So the lengths say it all.

/** Bits of each byte's code, and of EOS at the end, as appendix B lists them. */
const LENGTHS: readonly number[] = [
  [13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28],
  [28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28],
  [6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6],
  [5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10],
  [13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7],
  [7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6],
  [15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5],
  [6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28],
  [20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23],
  [24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24],
  [22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23],
  [21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23],
  [26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25],
  [19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27],
  [20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23],
  [26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26],
  [30],
].flat();

const SHORTEST = 5;
const LONGEST = 30;
const EOS = 256;
/** Codes of up to so many bits, which are nearly all that occur, are found by one look. */
const QUICK_BITS = 8;

/** For each length: the first code after the last one of that length, and what to add to a code for its place. */
const limits = new Uint32Array(LONGEST + 1);
const offsets = new Int32Array(LONGEST + 1);
/** Symbols by length, then by value. */
const symbols = new Uint16Array(LENGTHS.length);
/** By the next eight bits: symbol and length of the code they begin with, or 0 where it is longer. */
const quick = new Uint16Array(1 << QUICK_BITS);

fillTables();

function fillTables(): void {
  let code = 0;
  let place = 0;
  for (let length = SHORTEST; length <= LONGEST; length += 1) {
    code <<= 1;
    offsets[length] = place - code;
    for (let symbol = 0; symbol < LENGTHS.length; symbol += 1) {
      if (LENGTHS[symbol] !== length) continue;
      symbols[place] = symbol;
      if (length <= QUICK_BITS) {
        const spare = QUICK_BITS - length;
        quick.fill((symbol << 4) | length, code << spare, (code + 1) << spare);
      }
      place += 1;
      code += 1;
    }
    limits[length] = code;
  }
}

/** The text, one character per byte; undefined if it holds EOS or does not end in less than a byte of ones. */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string | undefined {
  const lastBit = end * 8;
  let text = '';
  let bit = start * 8;
  while (bit < lastBit) {
    const found = quick[byteAt(bytes, bit, end)] as number;
    const length = found & 0xf;
    if (length > 0 && bit + length <= lastBit) {
      text += String.fromCharCode(found >>> 4);
      bit += length;
      continue;
    }
    const code = longCode(bytes, bit, lastBit);
    if (code === undefined) return isPadding(bytes, bit, end) ? text : undefined;
    if (code.symbol === EOS) return undefined;
    text += String.fromCharCode(code.symbol);
    bit += code.length;
  }
  return text;
}

/** Eight bits from any bit on; zeros follow the end. */
function byteAt(bytes: Uint8Array, bit: number, end: number): number {
  const at = bit >>> 3;
  const two = ((bytes[at] as number) << 8) | (at + 1 < end ? (bytes[at + 1] as number) : 0);
  return (two >>> (8 - (bit & 7))) & 0xff;
}

/** Undefined if the bits end before a code does. */
function longCode(
  bytes: Uint8Array,
  from: number,
  lastBit: number,
): { readonly symbol: number; readonly length: number } | undefined {
  let code = 0;
  for (let bit = from; bit < lastBit; bit += 1) {
    code = (code << 1) | (((bytes[bit >>> 3] as number) >>> (7 - (bit & 7))) & 1);
    const length = bit - from + 1;
    if (length >= SHORTEST && code < (limits[length] as number))
      return { symbol: symbols[code + (offsets[length] as number)] as number, length };
  }
  return undefined;
}

/** RFC 7541 §5.2: the first bits of EOS, which are ones, and fewer than eight. */
function isPadding(bytes: Uint8Array, bit: number, end: number): boolean {
  const left = end * 8 - bit;
  return left < 8 && byteAt(bytes, bit, end) >>> (8 - left) === (1 << left) - 1;
}
