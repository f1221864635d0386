// How deep the brackets of a .proto text go, in one pass. The compiler's time grows with the square of the
// depth and it does not look at its clock meanwhile, so such a text must not reach it.
// Not a parser: what is wrong with the text otherwise is for the compiler to say.

/** The 1-based line on which brackets outside comments and strings are first nested deeper than `most`. */
export function findDeepBracket(text: string, most: number): number | undefined {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    switch (text[index]) {
      case '{':
      case '<':
      case '[':
      case '(':
        depth += 1;
        if (depth > most) return text.slice(0, index).split('\n').length;
        break;
      case '}':
      case '>':
      case ']':
      case ')':
        depth = Math.max(0, depth - 1);
        break;
      case '/':
        index = endOfComment(text, index);
        break;
      case '"':
      case "'":
        index = endOfString(text, index);
        break;
    }
  }
  return undefined;
}

/** Index of the last character of the comment that may begin at `start`. */
function endOfComment(text: string, start: number): number {
  if (text[start + 1] === '/') return lastBefore(text, text.indexOf('\n', start));
  if (text[start + 1] === '*') {
    const end = text.indexOf('*/', start + 2);
    return end === -1 ? text.length : end + 1;
  }
  return start;
}

/** Index of the closing quote; an unfinished string ends with its line, as the compiler reads it. */
function endOfString(text: string, start: number): number {
  const quote = text[start];
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === quote || text[index] === '\n') return index;
  }
  return text.length;
}

function lastBefore(text: string, end: number): number {
  return end === -1 ? text.length : end;
}
