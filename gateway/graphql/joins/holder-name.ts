// From the name of a resource to the name of what holds it: `shelves/s1/books/b1` → `shelves/s1` (AIP-122).

/** By the first pattern that fits. Undefined if none does, or the resource is held by nothing. */
export function holderName(patterns: readonly string[], name: string): string | undefined {
  const segments = name.split('/');
  for (const pattern of patterns) {
    const parts = pattern.split('/');
    if (parts.length !== segments.length || !parts.every((part, index) => fits(part, segments[index])))
      continue;
    const length = parts.length - (isVariable(parts.at(-1)) ? 2 : 1);
    return length > 0 ? segments.slice(0, length).join('/') : undefined;
  }
  return undefined;
}

function fits(part: string, segment: string | undefined): boolean {
  return isVariable(part) ? segment !== undefined && segment !== '' : part === segment;
}

/** A segment may hold several variables, such as `{language}.{region}`. */
function isVariable(part: string | undefined): boolean {
  return part?.startsWith('{') === true;
}
