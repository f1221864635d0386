// Indents JSON text without reading it into values: numbers keep their digits and members their order.

const INDENT = '  ';
/** Deep lists of little take many times their size in spaces; beyond this the text stays as it is. */
const MAX_LENGTH = 16 * 1024 * 1024;

/** `json` is what our own writers made: no space outside of strings. */
export function prettyJson(json: Uint8Array): Uint8Array {
  const text = Buffer.from(json.buffer, json.byteOffset, json.length).toString();
  const parts: string[] = [];
  let length = 0;
  let depth = 0;
  const add = (part: string): void => {
    parts.push(part);
    length += part.length;
  };
  for (let at = 0; at < text.length; ) {
    const character = text[at] as string;
    let end = at + 1;
    switch (character) {
      case '{':
      case '[':
        if (text[end] === '}' || text[end] === ']') {
          end += 1;
          add(text.slice(at, end));
        } else {
          depth += 1;
          add(`${character}${lineOf(depth)}`);
        }
        break;
      case '}':
      case ']':
        depth -= 1;
        add(`${lineOf(depth)}${character}`);
        break;
      case ',':
        add(`,${lineOf(depth)}`);
        break;
      case ':':
        add(': ');
        break;
      default:
        end = character === '"' ? endOfString(text, at) : endOfWord(text, at);
        add(text.slice(at, end));
    }
    at = end;
    if (length > MAX_LENGTH) return json;
  }
  return Buffer.from(`${parts.join('')}\n`);
}

function lineOf(depth: number): string {
  return `\n${INDENT.repeat(depth)}`;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && !',}]:'.includes(text[at] as string)) at += 1;
  return at;
}
