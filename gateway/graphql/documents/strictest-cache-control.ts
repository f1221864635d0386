// What may be kept of an answer that was made of several: as long as the shortest, as private as the most private.
// Sources: RFC 9111 §5.2.2; graphql reference, section 11.

/** Directives that forbid something; what one part says holds for the whole. */
const RESTRICTIONS = [
  'no-store',
  'no-cache',
  'private',
  'must-revalidate',
  'proxy-revalidate',
  'no-transform',
] as const;

/** `undefined` stands for a part that says nothing. Undefined: none of them says anything. */
export function strictestCacheControl(parts: readonly (string | undefined)[]): string | undefined {
  const stated = parts.filter((part) => part !== undefined);
  if (stated.length === 0) return undefined;
  const read = stated.map(readDirectives);
  if (read.some((directives) => directives.has('no-store'))) return 'no-store';
  const found = RESTRICTIONS.filter((name) => read.some((directives) => directives.has(name)));
  const ages = shortest(read, 'max-age');
  const shared = found.includes('private') ? undefined : shortest(read, 's-maxage');
  // A part that says nothing may be different at once.
  const isUnknown = stated.length < parts.length || (ages === undefined && shared === undefined);
  if (isUnknown && !found.includes('no-cache')) found.unshift('no-cache');
  const isPublic =
    stated.length === parts.length &&
    !found.includes('private') &&
    read.every((directives) => directives.has('public'));
  return [
    ...(isPublic ? ['public'] : []),
    ...found,
    ...(ages === undefined || isUnknown ? [] : [`max-age=${ages}`]),
    ...(shared === undefined || isUnknown ? [] : [`s-maxage=${shared}`]),
  ].join(', ');
}

/** Undefined unless every part has it. */
function shortest(read: readonly ReadonlyMap<string, string>[], name: string): number | undefined {
  const ages = read.map((directives) => Number(directives.get(name) ?? Number.NaN));
  return ages.every((age) => Number.isInteger(age) && age >= 0) ? Math.min(...ages) : undefined;
}

const MAX_DIRECTIVES = 30;

function readDirectives(header: string): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  for (const item of header.toLowerCase().split(',', MAX_DIRECTIVES)) {
    const [name = '', value = ''] = item.split('=', 2).map((part) => part.trim());
    if (name !== '') directives.set(name, value.replaceAll('"', ''));
  }
  return directives;
}
