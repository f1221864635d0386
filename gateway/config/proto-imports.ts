// Finds the imports of a .proto file, to know which files to read next. Not a parser: a file that is no valid
// proto yields what looks like imports, and the compiler says what is wrong with it.

export interface ProtoImport {
  readonly path: string;
  /** 1-based, of the quoted path. */
  readonly line: number;
  readonly column: number;
}

// Whole comments and strings, so that nothing inside them counts. Every alternative takes what it began with
// to the end of the text at worst, which keeps the scan linear.
const TOKENS =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"?|'[^'\\\n]*(?:\\[^\n][^'\\\n]*)*'?|[A-Za-z_][\w.]*|[{};]/g;

export function findImports(text: string): ProtoImport[] {
  const imports: ProtoImport[] = [];
  try {
    collectImports(text, imports);
  } catch (error) {
    // A string of millions of escapes is more than a regular expression can hold; the compiler refuses such.
    if (!(error instanceof RangeError)) throw error;
  }
  return imports;
}

function collectImports(text: string, imports: ProtoImport[]): void {
  const lines = new LineFinder(text);
  let depth = 0;
  let statement: string[] = [];
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token.startsWith('//') || token.startsWith('/*')) continue;
    if (token === '{') depth += 1;
    else if (token === '}') depth = Math.max(0, depth - 1);
    else if (depth === 0 && isQuoted(token) && isImport(statement)) {
      imports.push({ path: token.slice(1, -1), ...lines.find(index) });
    }
    if (token === ';' || token === '{' || token === '}') statement = [];
    // Three words tell an import from everything else.
    else if (statement.length < 3) statement.push(token);
  }
}

function isImport([first, second, ...rest]: readonly string[]): boolean {
  const isPlain = second === undefined;
  return first === 'import' && rest.length === 0 && (isPlain || /^(public|weak|option)$/.test(second));
}

function isQuoted(token: string): boolean {
  return token.length >= 2 && /^["']/.test(token) && token.endsWith(token.charAt(0));
}

/** Lines of ascending offsets. */
class LineFinder {
  readonly #text: string;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  find(offset: number): { line: number; column: number } {
    for (;;) {
      const end = this.#text.indexOf('\n', this.#lineStart);
      if (end < 0 || end >= offset) return { line: this.#line, column: offset - this.#lineStart + 1 };
      this.#line += 1;
      this.#lineStart = end + 1;
    }
  }
}
