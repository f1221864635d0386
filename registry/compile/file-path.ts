// Which paths a source's files may have. They become files in a private folder, so everything that another
// file system could read differently is refused rather than repaired. Security reference, section 7.3.

const ENDINGS = ['.proto', '.json', '.yaml', '.yml', '.binpb'];

// Settings of the compiler: they can name other modules or start plugins.
const COMPILER_SETTINGS = /^buf(\.[a-z]+)*\.(yaml|json|lock)$/i;

// Control characters, and those that change the direction of text: they could falsify what a log shows.
const INVISIBLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

/** What is wrong with a path and what would be right, or undefined. */
export function findPathFault(path: string, maxBytes: number): string | undefined {
  if (path === '')
    return 'a path is empty; name the file as its imports name it, such as library/v1/library.proto';
  if (Buffer.byteLength(path) > maxBytes) return `is longer than ${maxBytes} bytes`;
  if (!path.isWellFormed() || INVISIBLE.test(path)) return 'holds control characters';
  if (path.includes('\\')) return 'holds a backslash; write / between folders';
  if (/^[A-Za-z]:/.test(path)) return 'begins with a drive; paths are relative, as imports write them';
  if (path.startsWith('/')) return 'begins with /; paths are relative, as imports write them';
  if (/[:*?"<>|]/.test(path)) return 'holds one of : * ? " < > |, which not every file system can store';
  const segments = path.split('/');
  for (const segment of segments) {
    if (segment === '.' || segment === '..') return `holds the segment ${segment}; write the path without it`;
    if (segment === '') return 'holds an empty segment; write one / between folders and none at the end';
    if (Buffer.byteLength(segment) > 255) return 'holds a segment longer than 255 bytes';
  }
  const name = segments.at(-1) ?? '';
  if (COMPILER_SETTINGS.test(name)) {
    return 'is a settings file of the compiler; those are never read from a source, leave it out';
  }
  if (!ENDINGS.some((ending) => name.endsWith(ending) && name !== ending)) {
    return `must end in ${ENDINGS.slice(0, -1).join(', ')} or ${ENDINGS.at(-1)}`;
  }
  return undefined;
}

/** Two paths with the same key would be one file on some file system. */
export function pathKey(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** A stranger's text for use inside a message: quoted, short, without invisible characters. */
export function quoted(text: string): string {
  const short = text.length > 120 ? `${text.slice(0, 120)}…` : text;
  return JSON.stringify(short.toWellFormed()).replace(
    new RegExp(INVISIBLE, 'gu'),
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
