// Reads JSON text into objects without prototypes: duplicate members are found, depth and number of values bounded,
// and any part can be located afterwards. JSON.parse does none of these.
import type { JsonValue } from '../../core/json.ts';
import { numberEnd } from '../../core/json-number.ts';
import {
  emptyObject,
  LimitFault,
  MAX_TEXT_FAULTS,
  type ReadText,
  type TextFault,
  type TextLimits,
  tooManyMembers,
} from './text-reading.ts';

export function readJson(text: string, limits: TextLimits): ReadText {
  const reader = new JsonReader(text, limits, undefined);
  const { value, faults } = reader.read();
  return {
    value,
    faults,
    locate: (paths) => {
      const root = wantedOf(paths);
      new JsonReader(text, limits, root).read();
      return paths.map((path) => offsetOf(root, path));
    },
  };
}

/** Parts whose place is asked for, as a tree. */
interface Wanted {
  offset: number;
  readonly children: Map<string, Wanted>;
}

function wantedOf(paths: readonly (readonly string[])[]): Wanted {
  const root: Wanted = { offset: 0, children: new Map() };
  for (const path of paths) {
    let at = root;
    for (const key of path) {
      const next = at.children.get(key) ?? { offset: -1, children: new Map() };
      at.children.set(key, next);
      at = next;
    }
  }
  return root;
}

function offsetOf(root: Wanted, path: readonly string[]): number {
  let at = root;
  let { offset } = root;
  for (const key of path) {
    const next = at.children.get(key);
    if (next === undefined || next.offset < 0) return offset;
    at = next;
    offset = next.offset;
  }
  return offset;
}

class SyntaxFault extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const SPACE = /[ \t\r\n]*/y;
const PLAIN_TEXT = /[^"\\\u0000-\u001f]*/y;
const ESCAPED_TEXT = /(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})){0,10000}/y;

class JsonReader {
  readonly #text: string;
  readonly #limits: TextLimits;
  readonly #root: Wanted | undefined;
  readonly #faults: TextFault[] = [];
  /** The way to the value that is being read. */
  readonly #path: (string | number)[] = [];
  #at = 0;
  #nodes = 0;

  constructor(text: string, limits: TextLimits, root: Wanted | undefined) {
    this.#text = text;
    this.#limits = limits;
    this.#root = root;
  }

  read(): { value: JsonValue | undefined; faults: readonly TextFault[] } {
    try {
      if (this.#text.startsWith('\ufeff')) this.#at = 1;
      const value = this.#readValue(0, this.#root);
      this.#skipSpace();
      if (this.#at < this.#text.length) throw new SyntaxFault('nothing may follow the value', this.#at);
      return { value, faults: this.#faults };
    } catch (error) {
      if (!(error instanceof SyntaxFault || error instanceof LimitFault)) throw error;
      const { message, offset } = error;
      return { value: undefined, faults: [...this.#faults, { severity: 'error', message, offset }] };
    }
  }

  #readValue(depth: number, wanted: Wanted | undefined): JsonValue {
    this.#skipSpace();
    if (wanted !== undefined) wanted.offset = this.#at;
    this.#nodes += 1;
    if (this.#nodes > this.#limits.nodes) {
      throw new LimitFault(`the document holds more than ${this.#limits.nodes} values`, this.#at);
    }
    switch (this.#text[this.#at]) {
      case '{':
        return this.#readObject(depth + 1, wanted);
      case '[':
        return this.#readArray(depth + 1, wanted);
      case '"':
        return this.#readString();
      case 't':
        return this.#readWord('true', true);
      case 'f':
        return this.#readWord('false', false);
      case 'n':
        return this.#readWord('null', null);
      default:
        return this.#readNumber();
    }
  }

  #readObject(depth: number, wanted: Wanted | undefined): JsonValue {
    this.#checkDepth(depth);
    const object = emptyObject();
    const start = this.#at;
    this.#at += 1;
    this.#skipSpace();
    if (this.#take('}')) return object;
    for (let members = 1; ; members++) {
      this.#checkMembers(members, start);
      this.#skipSpace();
      this.#readMember(object, depth, wanted);
      this.#skipSpace();
      if (this.#take('}')) return object;
      if (!this.#take(',')) throw new SyntaxFault('a "," or "}" is due', this.#at);
    }
  }

  #readMember(object: { [key: string]: JsonValue }, depth: number, wanted: Wanted | undefined): void {
    const start = this.#at;
    if (this.#text[start] !== '"') throw new SyntaxFault('a member name in double quotes is due', start);
    const key = this.#readString();
    this.#skipSpace();
    if (!this.#take(':')) throw new SyntaxFault('a ":" is due behind a member name', this.#at);
    if (key in object)
      this.#warn(`the member ${JSON.stringify(key.slice(0, 80))} is given twice; the last one counts`, start);
    this.#path.push(key);
    object[key] = this.#readValue(depth, wanted?.children.get(key));
    this.#path.pop();
  }

  #readArray(depth: number, wanted: Wanted | undefined): JsonValue {
    this.#checkDepth(depth);
    const array: JsonValue[] = [];
    const start = this.#at;
    this.#at += 1;
    this.#skipSpace();
    if (this.#take(']')) return array;
    for (;;) {
      this.#checkMembers(array.length + 1, start);
      this.#path.push(array.length);
      array.push(this.#readValue(depth, wanted?.children.get(String(array.length))));
      this.#path.pop();
      this.#skipSpace();
      if (this.#take(']')) return array;
      if (!this.#take(',')) throw new SyntaxFault('a "," or "]" is due', this.#at);
    }
  }

  #readString(): string {
    const start = this.#at + 1;
    const plainEnd = this.#match(PLAIN_TEXT, start);
    if (this.#text[plainEnd] === '"') {
      this.#at = plainEnd + 1;
      return this.#text.slice(start, plainEnd);
    }
    let end = plainEnd;
    // In pieces: a regular expression holds only so much of one repetition.
    for (let next = this.#match(ESCAPED_TEXT, end); next > end; next = this.#match(ESCAPED_TEXT, end))
      end = next;
    if (this.#text[end] !== '"')
      throw new SyntaxFault('this is no text in double quotes as JSON has it', end);
    this.#at = end + 1;
    return JSON.parse(this.#text.slice(start - 1, end + 1));
  }

  #readNumber(): number {
    const end = numberEnd(this.#text, this.#at);
    if (end === this.#at) throw new SyntaxFault('a value is due', this.#at);
    const value = Number(this.#text.slice(this.#at, end));
    this.#at = end;
    return value;
  }

  #readWord<T extends JsonValue>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw new SyntaxFault('a value is due', this.#at);
    this.#at += word.length;
    return value;
  }

  #checkDepth(depth: number): void {
    if (depth <= this.#limits.depth) return;
    throw new LimitFault(`the document is nested deeper than ${this.#limits.depth} levels`, this.#at);
  }

  /** Where it begins is where it is told: what is too much is the whole. */
  #checkMembers(count: number, start: number): void {
    const { members } = this.#limits;
    if (count > members) throw new LimitFault(tooManyMembers(this.#path.map(String), members), start);
  }

  #skipSpace(): void {
    const code = this.#text.charCodeAt(this.#at);
    if (code > 0x20) return;
    this.#at = this.#match(SPACE, this.#at);
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  /** Where the longest match from an offset ends; the offset if there is none. */
  #match(pattern: RegExp, from: number): number {
    pattern.lastIndex = from;
    return pattern.test(this.#text) ? pattern.lastIndex : from;
  }

  #warn(message: string, offset: number): void {
    if (this.#faults.length < MAX_TEXT_FAULTS) this.#faults.push({ severity: 'warning', message, offset });
  }
}
