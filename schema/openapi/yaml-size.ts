// How much a YAML text holds, told from its tokens alone: to make a tree of it takes ten times as long and a hundred
// times its length in memory. What is counted here is never more than what the tree would have.
import { Lexer } from 'yaml';
import { LimitFault, type TextLimits, tooManyMembers } from './text-reading.ts';

/** Shorter texts are read as quickly as they are counted. */
const SHORT_LENGTH = 128 * 1024;

const SCALAR = '\u001f';
const FLOW_END = '\u0018';

interface Level {
  readonly kind: 'map' | 'list' | 'flow';
  /** Of its members, in block style. */
  readonly column: number;
  readonly offset: number;
  members: number;
  /** Of the member that is being read; a list's are numbered. */
  key: string | undefined;
}

/** @throws LimitFault where the text holds too much */
export function checkYamlSize(text: string, limits: TextLimits): void {
  if (text.length <= SHORT_LENGTH) return;
  const counter = new Counter(limits);
  for (const token of new Lexer().lex(text)) counter.take(token);
}

class Counter {
  readonly #limits: TextLimits;
  readonly #levels: Level[] = [];
  #offset = 0;
  #column = 0;
  #values = 0;
  #isScalarNext = false;
  /** The scalar or alias before, which a `:` makes a key. */
  #last = { text: '', column: 0, offset: 0 };

  constructor(limits: TextLimits) {
    this.#limits = limits;
  }

  take(token: string): void {
    if (token === SCALAR) {
      this.#isScalarNext = true;
      return;
    }
    if (this.#isScalarNext || token.startsWith('*')) this.#takeValue(token);
    else this.#takeSign(token);
    this.#isScalarNext = false;
    // The signs of the lexer's own stand for nothing in the text.
    if (token === FLOW_END || token === '\u0002') return;
    this.#offset += token.length;
    const lineEnd = token.lastIndexOf('\n');
    this.#column = lineEnd < 0 ? this.#column + token.length : token.length - lineEnd - 1;
  }

  #takeValue(text: string): void {
    this.#last = { text, column: this.#column, offset: this.#offset };
    this.#count();
  }

  #takeSign(token: string): void {
    const top = this.#levels.at(-1);
    switch (token) {
      case '{':
      case '[':
        this.#open({ kind: 'flow', column: this.#column, offset: this.#offset });
        return;
      case '}':
      case ']':
      case FLOW_END:
        if (top?.kind === 'flow') this.#levels.pop();
        return;
      case ',':
        if (top?.kind === 'flow') {
          top.key = undefined;
          this.#addMember(top);
        }
        return;
      case ':':
        if (top?.kind === 'flow') top.key = this.#last.text;
        else this.#blockMember('map', this.#last.column, this.#last.offset).key = this.#last.text;
        return;
      case '-':
        if (top?.kind !== 'flow') this.#blockMember('list', this.#column, this.#offset);
        return;
      default:
        // A quoted text comes without the sign before scalars.
        if (token.startsWith('"') || token.startsWith("'")) this.#takeValue(token);
    }
  }

  /** Of the collection that has its members at this column; what is further in has ended. */
  #blockMember(kind: 'map' | 'list', column: number, offset: number): Level {
    let top = this.#levels.at(-1);
    // A list may stand as far out as the key that it belongs to.
    while (top !== undefined && (top.column > column || (top.column === column && isOver(top, kind)))) {
      this.#levels.pop();
      top = this.#levels.at(-1);
    }
    if (top === undefined || top.column < column || top.kind !== kind) {
      return this.#open({ kind, column, offset });
    }
    this.#addMember(top);
    return top;
  }

  #open(level: Omit<Level, 'members' | 'key'>): Level {
    const opened: Level = { ...level, members: 1, key: undefined };
    this.#levels.push(opened);
    this.#count();
    return opened;
  }

  #addMember(level: Level): void {
    level.members += 1;
    const { members } = this.#limits;
    // In flow style the last comma may have nothing behind it.
    if (level.members <= members + (level.kind === 'flow' ? 1 : 0)) return;
    const path = this.#levels.slice(0, this.#levels.indexOf(level)).map((one) => keyOf(one));
    throw new LimitFault(tooManyMembers(path, members), level.offset);
  }

  #count(): void {
    this.#values += 1;
    // Every key was taken for a value before its colon came.
    if (this.#values > this.#limits.nodes * 2) {
      throw new LimitFault(`the document holds more than ${this.#limits.nodes} values`, this.#offset);
    }
  }
}

function keyOf({ key, members }: Level): string {
  if (key === undefined) return String(members - 1);
  return /^["']/.test(key) ? key.slice(1, -1) : key;
}

function isOver(level: Level, kind: 'map' | 'list'): boolean {
  return level.kind === 'list' && kind === 'map';
}
