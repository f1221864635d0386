// What a joined field is called, after the field that refers (graphql reference, section 5.1).

/** `customerName`, `customerId` → `customer`; `customer` → `customerResource`. */
export function joinedName(field: string): string {
  const [, stem] = /^(.+?)(?:Name|Id)$/.exec(field) ?? [];
  return stem ?? `${field}Resource`;
}

/** `bookNames`, `bookIds` → `books`; `related` → `relatedResources`. */
export function joinedListName(field: string): string {
  const [, stem] = /^(.+?)(?:Names|Ids)$/.exec(field) ?? [];
  return stem === undefined ? `${field}Resources` : plural(stem);
}

function plural(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}
