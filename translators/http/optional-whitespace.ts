// Optional whitespace around values of fields: spaces and tabs, and nothing else that a language calls blank.

const SPACE = 0x20;
const TAB = 0x09;

/** RFC 9110 §5.6.3. By index: a pattern that is anchored at the end alone tries every run of spaces again and again. */
export function trimWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}
