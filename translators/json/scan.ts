// Reads JSON text (RFC 8259) without losing what JSON.parse loses: the text of numbers and duplicate keys.
// Which number becomes what is decided later, led by the field's type (lead.ts).
import { GatewayError } from '../../core/error.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { numberEnd } from '../../core/json-number.ts';

/** A number as it was written. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Objects are Maps in order of appearance, so that no key can touch a prototype. */
export type JsonNode = null | boolean | string | JsonNumber | JsonNode[] | JsonNodeObject;
export type JsonNodeObject = Map<string, JsonNode>;

/** As `JSON.parse` would give it, numbers as doubles; keys are own members whatever they are called. */
export function plainJson(node: JsonNode): JsonValue {
  if (node instanceof JsonNumber) return Number(node.text);
  if (Array.isArray(node)) return node.map(plainJson);
  if (!(node instanceof Map)) return node;
  const members: JsonObject = Object.create(null);
  for (const [key, item] of node) members[key] = plainJson(item);
  return members;
}

/**
 * Arrays and objects within each other. A message level may take two of them (a list of messages), and the
 * limit of 100 message levels is checked by type; this one only keeps the scanner's own stack small.
 */
const MAX_JSON_DEPTH = 210;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** @throws GatewayError `invalid_argument`, type `invalid-json`, naming line and column (1-based). */
export function scanJson(text: string): JsonNode {
  return new Scanner(text).document();
}

class Scanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonNode {
    this.#space();
    const node = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#fail(`the document ended before ${this.#here()}`);
    return node;
  }

  #value(): JsonNode {
    switch (this.#text[this.#at]) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #nested<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_JSON_DEPTH) this.#fail(`nesting is deeper than ${MAX_JSON_DEPTH} levels`);
    this.#at += 1;
    const node = read();
    this.#depth -= 1;
    return node;
  }

  #object(): JsonNodeObject {
    const members: JsonNodeObject = new Map();
    this.#space();
    if (this.#take('}')) return members;
    for (;;) {
      const start = this.#at;
      if (this.#text[this.#at] !== '"') this.#fail(`expected a quoted key, found ${this.#here()}`);
      const key = this.#string();
      if (members.has(key)) this.#fail(`the key ${quote(key)} is there twice`, start);
      this.#space();
      if (!this.#take(':')) this.#fail(`expected ":" after the key ${quote(key)}, found ${this.#here()}`);
      this.#space();
      members.set(key, this.#value());
      this.#space();
      if (this.#take('}')) return members;
      if (!this.#take(',')) this.#fail(`expected "," or "}", found ${this.#here()}`);
      this.#space();
    }
  }

  #array(): JsonNode[] {
    const items: JsonNode[] = [];
    this.#space();
    if (this.#take(']')) return items;
    for (;;) {
      items.push(this.#value());
      this.#space();
      if (this.#take(']')) return items;
      if (!this.#take(',')) this.#fail(`expected "," or "]", found ${this.#here()}`);
      this.#space();
    }
  }

  #string(): string {
    const start = this.#at;
    this.#at += 1;
    let value = '';
    for (;;) {
      value += this.#plain();
      const next = this.#text[this.#at];
      if (next === '"') {
        this.#at += 1;
        // The bytes were valid UTF-8, so a lone surrogate can only come from an escape.
        if (!value.isWellFormed()) this.#fail('a \\u escape is half of a surrogate pair', start);
        return value;
      }
      if (next === undefined) this.#fail('the string is not closed', start);
      if (next !== '\\') this.#fail(`a control character in a string must be escaped, found ${this.#here()}`);
      value += this.#escape();
    }
  }

  /** Up to a quotation mark, an escape or a control character. */
  #plain(): string {
    const start = this.#at;
    let at = start;
    for (;;) {
      const code = this.#text.charCodeAt(at);
      // NaN, behind the end, is not greater than anything.
      if (!(code >= 0x20) || code === QUOTE || code === BACKSLASH) break;
      at += 1;
    }
    this.#at = at;
    return this.#text.slice(start, at);
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    const plain = ESCAPES.get(letter);
    if (plain !== undefined) {
      this.#at += 2;
      return plain;
    }
    const hex = this.#text.slice(this.#at + 2, this.#at + 6);
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(hex)) this.#fail('an escape no JSON string has');
    this.#at += 6;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #number(): JsonNumber {
    const end = numberEnd(this.#text, this.#at);
    if (end === this.#at) this.#fail(`expected a value, found ${this.#here()}`);
    const text = this.#text.slice(this.#at, end);
    this.#at = end;
    if (/[0-9a-zA-Z.+-]/.test(this.#text[this.#at] ?? '')) this.#fail('a number no JSON document has');
    return new JsonNumber(text);
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail(`expected a value, found ${this.#here()}`);
    this.#at += word.length;
    return value;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  #here(): string {
    const character = this.#text[this.#at];
    return character === undefined ? 'the end of the text' : quote(character);
  }

  #fail(what: string, at = this.#at): never {
    const before = this.#text.slice(0, at);
    const line = before.split('\n').length;
    const column = at - before.lastIndexOf('\n');
    throw new GatewayError(
      'invalid_argument',
      `the JSON is malformed at line ${line}, column ${column}: ${what}`,
      {
        type: 'invalid-json',
      },
    );
  }
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
