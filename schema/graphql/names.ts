// How proto names become GraphQL names (graphql reference, section 2). Pure text; which of two clashing names
// yields is decided in name-table.ts.

/** `shop.v1.Order.Item` → `OrderItem`: the package is dropped, nesting is joined. */
export function joinedTypeName(typeName: string, packageName: string): string {
  const local = packageName === '' ? typeName : typeName.slice(packageName.length + 1);
  return validName(local.split('.').map(upperFirst).join(''));
}

/** `book_owner`, `book-owner` → `BookOwner`. */
export function pascalCase(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map(upperFirst)
    .join('');
}

/** `ListBooks` → `listBooks`, `URLMap` → `urlMap`, `list_books` → `listBooks`. */
export function lowerCamelCase(text: string): string {
  const pascal = pascalCase(text);
  const [capitals = ''] = /^[A-Z]*/.exec(pascal) ?? [];
  // In a run of capitals the last one starts the next word, unless the run is followed by no lower-case letter.
  const length = capitals.length > 1 && /^[a-z]/.test(pascal.slice(capitals.length)) ? -1 : 0;
  const head = Math.max(capitals.length + length, Math.min(1, capitals.length));
  return pascal.slice(0, head).toLowerCase() + pascal.slice(head);
}

export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const VALID_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function isValidName(name: string): boolean {
  return VALID_NAME.test(name) && !name.startsWith('__');
}

/** The smallest change that makes a name valid: `_` for bad characters and before a digit, `x__` for `__`. */
export function validName(name: string): string {
  if (isValidName(name)) return name;
  const cleaned = name.replace(/[^A-Za-z0-9_]/g, '_');
  if (cleaned === '' || /^[0-9]/.test(cleaned)) return validName(`_${cleaned}`);
  return cleaned.startsWith('__') ? `x${cleaned}` : cleaned;
}

/** What is called so instead, where a name is taken: `name_`, then `name_2` and on. */
export function nextName(name: string, isFree: (name: string) => boolean): string {
  const longer = name.endsWith('_') ? name : `${name}_`;
  if (longer !== name && isFree(longer)) return longer;
  // Names without a letter that GraphQL knows are all alike, and may be thousands: no number is tried by itself.
  let free = 2;
  while (!isFree(longer + free)) free *= 2;
  for (let low = free / 2; free - low > 1; ) {
    const middle = Math.floor((low + free) / 2);
    if (isFree(longer + middle)) free = middle;
    else low = middle;
  }
  return longer + free;
}

/** Names no enum value may have. Source: GraphQL specification, section 2.9.6. */
export const RESERVED_ENUM_VALUES: ReadonlySet<string> = new Set(['true', 'false', 'null']);

/**
 * GraphQL names of an enum's values, in order. The enum's own name in front (`BOOK_STATUS_` of BookStatus, for
 * nested enums also that of the joined name) goes if every value has it and every rest is a valid name.
 */
export function enumValueNames(enumNames: readonly string[], values: readonly string[]): string[] {
  for (const enumName of enumNames) {
    const rests = values.map((value) => withoutEnumPrefix(enumName, value));
    // `A_B_X` and `AB_X` of an enum AB would both be X.
    if (rests.every((rest): rest is string => rest !== undefined) && new Set(rests).size === rests.length)
      return rests;
  }
  return values.map(validEnumValue);
}

export function validEnumValue(value: string): string {
  const name = validName(value);
  return RESERVED_ENUM_VALUES.has(name) ? `_${name}` : name;
}

/** Compares letters and digits alone, so that `HTTP2Method` matches `HTTP2_METHOD_` as well as `HTTP_2_METHOD_`. */
function withoutEnumPrefix(enumName: string, value: string): string | undefined {
  const wanted = enumName.replaceAll('_', '').toUpperCase();
  let matched = 0;
  let at = 0;
  while (matched < wanted.length && at < value.length) {
    const char = value.charAt(at++);
    if (char === '_') continue;
    if (char.toUpperCase() !== wanted.charAt(matched)) return undefined;
    matched++;
  }
  if (matched < wanted.length || value.charAt(at) !== '_') return undefined;
  const rest = value.slice(at + 1);
  return VALID_NAME.test(rest) && !rest.startsWith('__') && !RESERVED_ENUM_VALUES.has(rest)
    ? rest
    : undefined;
}

/**
 * The last part in which two packages differ, seen from the newcomer: `v1beta1` of `shop.v1beta1` beside
 * `shop.v1`. Undefined if the newcomer has no such part.
 */
export function distinguishingPart(newcomer: string, owner: string): string | undefined {
  const ours = newcomer.split('.').reverse();
  const theirs = owner.split('.').reverse();
  return ours.find((part, index) => part !== '' && part !== theirs[index]);
}
