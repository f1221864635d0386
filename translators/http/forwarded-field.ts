// The field `Forwarded` (RFC 7239): which way a request came, one element for each proxy that it passed.
// It is read from its end, as far as somebody asks. Proxies write behind what they got, so that what a client sent along,
// unbalanced quotation marks included, lies to the left of all that can be believed and has no say in how that is read.
import { isIP } from 'node:net';

/** What one proxy says of the request that it got. Absent is what it does not say. */
export interface ForwardedElement {
  /** IP address that it came from, without brackets and port. `unknown` and made up names are none. */
  readonly for?: string;
  /** As it stands. */
  readonly host?: string;
  /** In lower case. */
  readonly proto?: string;
}

/** More proxies than any request passes. */
const MAX_ELEMENTS = 64;
const MAX_PARAMETERS = 16;

/** From the last proxy to the first. Ends early before an element that is none. Several lines are joined by commas. */
export function* forwardedElements(field: string): Generator<ForwardedElement, void, void> {
  let end = skipBlanks(field, field.length);
  for (let count = 0; count < MAX_ELEMENTS; count += 1) {
    // RFC 9110 §5.6.1.2: empty members of a list are no members.
    while (field[end - 1] === ',') end = skipBlanks(field, end - 1);
    if (end === 0) return;
    const read = readElement(field, end);
    if (read === undefined) return;
    yield read.element;
    end = read.start;
  }
}

/** What ends at `end`, up to a comma or the beginning of the field. */
function readElement(
  field: string,
  end: number,
): { readonly element: ForwardedElement; readonly start: number } | undefined {
  const told = new Map<string, string>();
  let at = end;
  while (at > 0 && field[at - 1] !== ',') {
    // RFC 7239 has no blanks around it, unlike other parameters (RFC 9110 §5.6.6); there is but one way to read them.
    if (field[at - 1] === ';') {
      at = skipBlanks(field, at - 1);
      continue;
    }
    const value = readValue(field, at);
    if (value === undefined || field[value.start - 1] !== '=') return undefined;
    const start = skipToken(field, value.start - 1);
    const name = field.slice(start, value.start - 1).toLowerCase();
    // RFC 7239 §4: each parameter once.
    if (name === '' || told.has(name) || told.size === MAX_PARAMETERS) return undefined;
    told.set(name, value.text);
    at = skipBlanks(field, start);
    if (at > 0 && field[at - 1] !== ';' && field[at - 1] !== ',') return undefined;
  }
  const element = elementOf(told);
  return element && { element, start: at };
}

function elementOf(told: ReadonlyMap<string, string>): ForwardedElement | undefined {
  const [node, host, proto] = [told.get('for'), told.get('host'), told.get('proto')];
  const address = node === undefined ? '' : addressOf(node);
  if (address === undefined) return undefined;
  return {
    ...(address !== '' && { for: address }),
    ...(host !== undefined && { host }),
    ...(proto !== undefined && { proto: proto.toLowerCase() }),
  };
}

/** RFC 7239 §6. A port, or a name that stands for one, may follow. */
const NODE =
  /^(?:([0-9.]{7,15})|\[([0-9a-f:.]{2,45})\]|unknown|_[a-z0-9._-]+)(?::(?:[0-9]{1,5}|_[a-z0-9._-]+))?$/i;

/** Empty for what names nobody; undefined for what is no node. */
function addressOf(node: string): string | undefined {
  const parts = NODE.exec(node);
  if (parts === null) return undefined;
  const [, v4, v6] = parts;
  if (v4 !== undefined) return isIP(v4) === 4 ? v4 : undefined;
  if (v6 !== undefined) return isIP(v6) === 6 ? v6 : undefined;
  return '';
}

/** A token or a quoted string that ends at `end`. */
function readValue(
  field: string,
  end: number,
): { readonly text: string; readonly start: number } | undefined {
  if (field[end - 1] === '"') return readQuoted(field, end);
  const start = skipToken(field, end);
  return start === end ? undefined : { text: field.slice(start, end), start };
}

/** RFC 9110 §5.6.4, without the marks around it. */
const QUOTED = /^(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*$/;

/** The mark that opens it has no backslash before it, but each within has. */
function readQuoted(
  field: string,
  end: number,
): { readonly text: string; readonly start: number } | undefined {
  let start = field.lastIndexOf('"', end - 2);
  while (start > 0 && field[start - 1] === '\\') start = field.lastIndexOf('"', start - 1);
  if (start < 0 || end < 2) return undefined;
  const text = field.slice(start + 1, end - 1);
  return QUOTED.test(text) ? { text: text.replace(/\\(.)/g, '$1'), start } : undefined;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]$/;

/** Where the token that ends at `end` begins; `end` if there is none. */
function skipToken(field: string, end: number): number {
  let start = end;
  while (start > 0 && TOKEN.test(field[start - 1] ?? '')) start -= 1;
  return start;
}

function skipBlanks(field: string, end: number): number {
  let start = end;
  while (start > 0 && (field[start - 1] === ' ' || field[start - 1] === '\t')) start -= 1;
  return start;
}

/** An element for each address, the client's first; host and protocol are what the client asked for. */
export function writeForwarded(
  addresses: readonly string[],
  { host, proto }: { readonly host: string; readonly proto: string },
): string {
  const [client, ...proxies] = addresses.map((address) => `for=${nodeOf(address)}`);
  const asked = [client, ...(host === '' ? [] : [`host=${quotedIfNeeded(host)}`]), `proto=${proto}`];
  return [asked.join(';'), ...proxies].join(', ');
}

function nodeOf(address: string): string {
  const family = isIP(address);
  if (family === 4) return address;
  // A zone says something to the one machine alone, and RFC 7239 has none.
  return family === 6 ? `"[${address.replace(/%.*$/s, '')}]"` : 'unknown';
}

function quotedIfNeeded(text: string): string {
  return skipToken(text, text.length) === 0 && text !== '' ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}
