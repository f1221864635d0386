// Files as one tar archive in memory, which the compiler reads from its standard input: nothing of an upload
// is ever written to disk, and an archive of plain files has no links to follow.
// Format: POSIX.1-2001 pax, https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html

const BLOCK = 512;

/** What the name field of a header holds; longer names and other alphabets go into a header of their own. */
const SHORT_NAME = /^[\x20-\x7e]{1,100}$/;

/** Writes plain files, in the order given. Paths must have been checked. */
export function writeTar(files: Iterable<readonly [path: string, content: string]>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [path, content] of files) {
    if (!SHORT_NAME.test(path)) append(parts, 'x', 'pax', Buffer.from(paxRecord('path', path)));
    append(parts, '0', SHORT_NAME.test(path) ? path : 'long', Buffer.from(content));
  }
  // The end is two empty blocks.
  parts.push(new Uint8Array(2 * BLOCK));
  return Buffer.concat(parts);
}

function append(parts: Uint8Array[], type: '0' | 'x', name: string, content: Uint8Array): void {
  parts.push(header(type, name, content.length), content);
  const rest = content.length % BLOCK;
  if (rest > 0) parts.push(new Uint8Array(BLOCK - rest));
}

function header(type: '0' | 'x', name: string, size: number): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100, 'latin1');
  block.write('0000600\0', 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136);
  // The sum is taken with spaces in its own place.
  block.write('        ', 148);
  block.write(type, 156);
  block.write('ustar\0' + '00', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)} `, 148);
  return block;
}

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, '0')}\0`;
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (rest + String(length).length !== length) length += 1;
  return `${length} ${key}=${value}\n`;
}
