// Reading small text files that people name: only regular files, only up to a bound, only UTF-8.
import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Text of a file of at most `maxBytes`. @throws FileFault */
export type ReadFile = (path: string, maxBytes: number) => Promise<string>;

export const MAX_CONFIG_BYTES = 4 * 1024 * 1024;
/** A secret, a certificate: what stands for one value. */
export const MAX_VALUE_FILE_BYTES = 1024 * 1024;

/** A file that cannot be read. `message` continues a sentence that began with the file's name. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
  readonly isMissing: boolean;

  constructor(message: string, options: { readonly cause?: unknown; readonly isMissing?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.isMissing = options.isMissing ?? false;
  }
}

export const readFile: ReadFile = async (path, maxBytes) => {
  const bytes = await readBytes(path, maxBytes);
  return decodeText(bytes).replace(/^\ufeff/, '');
};

/** A byte order mark is kept. @throws FileFault */
export function decodeText(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new FileFault('is not UTF-8 text');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** @throws FileFault */
export async function readBytes(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    // O_NONBLOCK: opening a named pipe that nobody writes to would wait for ever.
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = await handle.stat();
    if (status.isDirectory()) throw new FileFault('is a folder');
    if (!status.isFile()) throw new FileFault('is not a regular file');
    // Files of /proc and the like call themselves empty.
    const buffer = Buffer.allocUnsafe(Math.min(Math.max(status.size, 4096), maxBytes) + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) return buffer.subarray(0, length);
      length += bytesRead;
    }
    throw new FileFault(length > maxBytes ? `is larger than ${maxBytes} bytes` : 'changed while it was read');
  } catch (error) {
    if (error instanceof FileFault) throw error;
    throw describe(error);
  }
}

function describe(error: unknown): FileFault {
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new FileFault('does not exist', { cause: error, isMissing: true });
    case 'EACCES':
    case 'EPERM':
      return new FileFault('may not be read by this user', { cause: error });
    case 'EISDIR':
      return new FileFault('is a folder', { cause: error });
    case 'ELOOP':
      return new FileFault('is a symbolic link that leads in a circle', { cause: error });
    default:
      return new FileFault(`cannot be read (${codeOf(error) ?? 'unknown fault'})`, { cause: error });
  }
}

/** The `code` of a system error, such as ENOENT. */
export function codeOf(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : undefined;
}
