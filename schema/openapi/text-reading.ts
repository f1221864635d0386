// What the readers of JSON and YAML have in common: a bounded value without prototypes, and where its parts stand.
import type { JsonValue } from '../../core/json.ts';
import { pointerOf } from './place.ts';

export interface TextLimits {
  /** Containers within containers. */
  readonly depth: number;
  /** Values of all kinds. */
  readonly nodes: number;
  /** Members of one object, items of one list. */
  readonly members: number;
  /** Values that YAML aliases stand for, each time they are used. */
  readonly aliasNodes: number;
}

export interface TextFault {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** In UTF-16 units from the start of the text. */
  readonly offset: number;
}

export interface ReadText {
  /** Undefined: the text is none of the language. */
  readonly value: JsonValue | undefined;
  readonly faults: readonly TextFault[];
  /** Offset of what a path leads to, or of the nearest that holds it. Paths are member names and indexes. */
  readonly locate: (paths: readonly (readonly string[])[]) => readonly number[];
}

/** More are counted, not listed. */
export const MAX_TEXT_FAULTS = 20;

/** An object for keys from outside: `__proto__` is a key like any other. */
export function emptyObject(): { [key: string]: JsonValue } {
  return Object.create(null);
}

/** Where a text breaks its limits; stops the reading. */
export class LimitFault extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** In words what holds too much; `path` leads to it. */
export function tooManyMembers(path: readonly string[], members: number): string {
  return `${pointerOf(path)}: this holds more than ${members} members`;
}

export type LineFinder = (offset: number) => { readonly line: number; readonly column: number };

/** 1-based lines and columns of offsets. The text is walked once, when the first is asked for. */
export function createLineFinder(text: string): LineFinder {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}
