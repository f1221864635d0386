// Path templates of google/api/http.proto: their text read into plain immutable data.
//   Template = "/" Segments [ ":" LITERAL ]     Segment = "*" | "**" | LITERAL | "{" FieldPath [ "=" Segments ] "}"
// Beyond that text: "/" alone is the root, literals and `*` may follow the one `**` (googleapis needs both).
// Whether a variable's field exists is check-binding's question; matching is path-trie's.
import type { Problem, Result } from '../../core/problem.ts';

/** Limits of one template; a longer one is no path anybody would call. */
export const MAX_TEMPLATE_SEGMENTS = 32;
export const MAX_TEMPLATE_LENGTH = 2048;

/**
 * `any` (`*`) is one non-empty segment, `rest` (`**`) zero or more; a literal's text is decoded, case-sensitive.
 * `affix` is one segment with variables between its literals, of which there is one more; only OpenAPI has it.
 */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'affix'; readonly literals: readonly string[] }
  | { readonly kind: 'any' }
  | { readonly kind: 'rest' };

export interface TemplateVariable {
  /** Proto field names, from the request message down. */
  readonly fieldPath: readonly string[];
  /** More than one segment, or `**`: then `%2F` in a path stays as it is. */
  readonly isMultiSegment: boolean;
  /**
   * Range of `Template.segments`, `end` exclusive. An index behind `Template.restIndex` is shifted, in a path
   * of n segments, by n - segments.length.
   */
  readonly start: number;
  readonly end: number;
  /** Which of the variables of its `affix` segment it is. */
  readonly piece?: number;
}

export interface Template {
  /** As declared. */
  readonly text: string;
  readonly segments: readonly Segment[];
  /** In order of appearance. */
  readonly variables: readonly TemplateVariable[];
  /** Custom verb, decoded, without its colon. */
  readonly verb: string | undefined;
  /** Index of the `**` in `segments`, or -1. */
  readonly restIndex: number;
}

/** Reads a template, or says everything that is wrong with it; a problem's `column` counts from 1 in `text`. */
export function parseTemplate(text: string): Result<Template> {
  if (text.length > MAX_TEMPLATE_LENGTH) {
    const message = `path template of ${text.length} characters is longer than ${MAX_TEMPLATE_LENGTH}`;
    return { ok: false, problems: [{ severity: 'error', message, rule: 'path-template', column: 1 }] };
  }
  return new TemplateParser(text).parse();
}

const ANY: Segment = Object.freeze({ kind: 'any' });
const REST: Segment = Object.freeze({ kind: 'rest' });
const FIELD_PATH = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;
/** Most literals: they hold nothing that needs a closer look. */
const ORDINARY = /^\w[\w.-]*$/;
/** What cannot stand in a request path as it is: it would end the path, or be refused there. */
const UNPATHLIKE = /[\u0000-\u0020\u007f?#\\]/;
const MAX_PROBLEMS = 20;

// Global, since only then `lastIndex` says where to search from and where it ended.
const SEGMENT_END = /[/:{}]/g;
const NAME_END = /[=}]/g;
const SLASH = /\//g;
const BRACE = /\}/g;
const SLASH_OR_COLON = /[/:]/g;
const SLASH_OR_BRACE = /[/}]/g;

class TemplateParser {
  readonly #text: string;
  readonly #problems: Problem[] = [];
  readonly #segments: Segment[] = [];
  readonly #variables: TemplateVariable[] = [];
  #restIndex = -1;
  #verb: string | undefined;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Result<Template> {
    if (this.#text[0] === '/') this.#at = 1;
    else this.#problem(0, 'does not start with "/"');
    if (this.#text === '/') this.#segments.push({ kind: 'literal', text: '' });
    else this.#readSegments(false);
    if (this.#segments.length > MAX_TEMPLATE_SEGMENTS) {
      this.#problem(0, `has ${this.#segments.length} segments, more than ${MAX_TEMPLATE_SEGMENTS},`);
    }
    if (this.#problems.length > 0) return { ok: false, problems: this.#problems };
    const value: Template = {
      text: this.#text,
      segments: this.#segments,
      variables: this.#variables,
      verb: this.#verb,
      restIndex: this.#restIndex,
    };
    return { ok: true, value, problems: [] };
  }

  /** Inside a variable it stops at `}`, outside at the end of the text. */
  #readSegments(isInVariable: boolean): void {
    for (;;) {
      this.#readSegment(isInVariable);
      if (this.#peek() === ':') this.#readVerb(isInVariable);
      if (!isInVariable && this.#peek() === '}') {
        this.#problem(this.#at, 'has a "}" that no "{" opens');
        this.#skipTo(SLASH);
      }
      if (this.#peek() !== '/') return;
      this.#at++;
    }
  }

  #readSegment(isInVariable: boolean): void {
    const start = this.#at;
    if (this.#peek() === '{') {
      if (!isInVariable) {
        this.#readVariable();
        return;
      }
      this.#problem(start, 'has a variable inside a variable; give each its own segments');
      this.#skipTo(BRACE);
      this.#at = Math.min(this.#at + 1, this.#text.length);
      return;
    }
    const end = this.#findEnd(SEGMENT_END);
    const raw = this.#text.slice(start, end);
    this.#at = end;
    if (this.#peek() === '{') {
      this.#problem(end, 'has a variable that is only part of a segment; a variable stands between slashes');
      this.#skipTo(BRACE);
      this.#skipTo(isInVariable ? SLASH_OR_BRACE : SLASH_OR_COLON);
    } else if (raw === '*') {
      this.#segments.push(ANY);
    } else if (raw === '**') {
      if (this.#restIndex >= 0) this.#problem(start, 'has a second "**"; one is allowed');
      else this.#restIndex = this.#segments.length;
      this.#segments.push(REST);
    } else if (raw.includes('*')) {
      this.#problem(start, `has "${raw}"; a wildcard is a whole segment, a literal asterisk is %2A`);
    } else if (raw === '') {
      this.#problem(start, 'has an empty segment; segments are separated by one "/" and none ends the path');
    } else {
      const text = this.#literal(start, raw);
      if (text === '.' || text === '..')
        this.#problem(start, `has the segment "${raw}", which no path may hold`);
      this.#segments.push({ kind: 'literal', text });
    }
  }

  #readVariable(): void {
    const open = this.#at++;
    const nameEnd = this.#findEnd(NAME_END);
    const name = this.#text.slice(this.#at, nameEnd);
    const fieldPath = name.split('.');
    if (!FIELD_PATH.test(name)) {
      this.#problem(this.#at, `has the variable name "${name}"; write field names joined by dots`);
    } else if (this.#variables.some((variable) => variable.fieldPath.join('.') === name)) {
      this.#problem(this.#at, `binds "${name}" twice; bind each field once`);
    }
    this.#at = nameEnd;
    const start = this.#segments.length;
    if (this.#peek() === '=') {
      this.#at++;
      if (this.#peek() === '/') {
        this.#problem(this.#at, 'has a variable that captures the leading "/"; put the slash before the "{"');
        this.#at++;
      }
      this.#readSegments(true);
    } else {
      this.#segments.push(ANY);
    }
    if (this.#peek() !== '}') {
      this.#problem(this.#at, `has no "}" for the "{" of column ${open + 1}`);
      this.#skipTo(SLASH);
      return;
    }
    this.#at++;
    if (this.#at < this.#text.length && !'/:}'.includes(this.#peek())) {
      this.#problem(this.#at, 'has text after a "}"; a variable stands between slashes');
      this.#skipTo(SLASH_OR_COLON);
    }
    const end = this.#segments.length;
    const holdsRest = this.#restIndex >= start;
    this.#variables.push({ fieldPath, isMultiSegment: end - start > 1 || holdsRest, start, end });
  }

  /** At a colon: the verb if it ends the template, else a problem. */
  #readVerb(isInVariable: boolean): void {
    const start = this.#at + 1;
    const end = this.#findEnd(isInVariable ? SLASH_OR_BRACE : SLASH);
    const raw = this.#text.slice(start, end);
    if (isInVariable || end < this.#text.length) {
      this.#problem(this.#at, 'has a ":" before its end; a verb comes last, a literal colon is %3A');
    } else if (raw === '') {
      this.#problem(this.#at, 'ends in ":" without a verb');
    } else if (/[:{}*]/.test(raw)) {
      this.#problem(start, `has the verb "${raw}"; a verb is one literal without ":", "*" or braces`);
    } else {
      this.#verb = this.#literal(start, raw);
      // A path's verb starts at its last colon, so this one would never be found.
      if (this.#verb.includes(':')) this.#problem(start, `has the verb "${raw}"; a verb holds no colon`);
    }
    this.#at = end;
  }

  #literal(start: number, raw: string): string {
    if (ORDINARY.test(raw)) return raw;
    const bad = UNPATHLIKE.exec(raw);
    if (bad !== null) {
      const code = bad[0].charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
      this.#problem(start + bad.index, `has a character that a path cannot hold; write it as %${code}`);
    }
    if (raw.includes('%00')) this.#problem(start, 'has %00, which no path may hold');
    if (!raw.isWellFormed()) this.#problem(start, 'has half of a surrogate pair');
    try {
      return decodeURIComponent(raw);
    } catch {
      this.#problem(start, `has "${raw}"; after "%" come two hex digits, and the bytes are UTF-8`);
      return raw;
    }
  }

  /** The character at hand, or an empty string at the end. */
  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  /** Index of the next of some characters, or of the end. */
  #findEnd(stops: RegExp): number {
    stops.lastIndex = this.#at;
    return stops.test(this.#text) ? stops.lastIndex - 1 : this.#text.length;
  }

  #skipTo(stops: RegExp): void {
    this.#at = this.#findEnd(stops);
  }

  #problem(at: number, what: string): void {
    if (this.#problems.length >= MAX_PROBLEMS) return;
    const column = at + 1;
    const message = `path template "${this.#text.slice(0, 200)}" ${what} (column ${column})`;
    this.#problems.push({ severity: 'error', message, rule: 'path-template', column });
  }
}
