// The path that a document's servers put before its own paths. Hosts are not read: where calls go, the registrant says.
import { type Place, textOf } from './place.ts';
import type { Reading } from './reading.ts';
import { quote } from './source-bundle.ts';

/** Of the first server of the innermost that has any; without a slash at its end, empty for the root. */
export function basePath(reading: Reading, ...places: readonly Place[]): string {
  if (reading.version === '2.0') return swaggerBasePath(reading, places[0]);
  for (const place of [...places].reverse()) {
    const server = place.get('servers')?.items()[0];
    if (server !== undefined) return pathOfServer(reading, server);
  }
  return '';
}

function swaggerBasePath(reading: Reading, root: Place | undefined): string {
  const place = root?.get('basePath');
  if (place === undefined) return '';
  return checkedPath(reading, place, textOf(place.value));
}

function pathOfServer(reading: Reading, server: Place): string {
  const url = server.text('url').replaceAll(/\{([^{}]*)\}/g, (_whole, name: string) => {
    const value = server.get('variables')?.get(name)?.get('default')?.value;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : name;
  });
  const [, path = ''] = /^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?:\/\/[^/?#]*)?([^?#]*)/.exec(url) ?? [];
  return checkedPath(reading, server, path);
}

/** A pattern would look at all of them from each of them. */
function withoutLast(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end -= 1;
  return text.slice(0, end);
}

function checkedPath(reading: Reading, place: Place, path: string): string {
  const trimmed = withoutLast(path, '/').replace(/^\.?\/*(?=.)/, '/');
  const isPlain =
    trimmed === '' || /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~!$&'()*+,;=:@%-]+)+$/.test(trimmed);
  if (isPlain && !/%(?![0-9A-Fa-f]{2})/.test(trimmed)) return trimmed;
  reading.remarks.warn(
    place,
    'server',
    `the path ${quote(path)} of the server cannot be served; none is used`,
  );
  return '';
}
