// Collects what is wrong with a document, then says where: pointer, line and column are looked up for all at once.
import { type Problem, sortProblems } from '../../core/problem.ts';
import { type Place, pointerOf } from './place.ts';
import type { LineFinder, ReadText } from './text-reading.ts';

/** Rules by which documents are judged; listed in docs/registration.md. */
export const DOCUMENT_RULES = [
  ...(['openapi-version', 'no-operations', 'source', 'reference', 'too-large', 'json', 'yaml'] as const),
  ...(['openapi-schema', 'operation', 'operation-id', 'path', 'parameter', 'responses'] as const),
  ...([
    'media-type',
    'schema',
    'schema-type',
    'pattern',
    'link',
    'server',
    'format',
    'name',
    'more-problems',
  ] as const),
] as const;
export type DocumentRule = (typeof DOCUMENT_RULES)[number];

export interface ParsedFile {
  readonly path: string;
  readonly findLine: LineFinder;
  readonly locate: ReadText['locate'];
}

/** Remarks of the same words that are listed, each with its place; more are counted. Errors are all listed. */
const MAX_ALIKE = 5;

/** Different ones that are told apart; whoever sends a document decides how many there are. */
const MAX_KNOWN = 50_000;

interface Remark {
  readonly severity: Problem['severity'];
  readonly rule: DocumentRule;
  readonly message: string;
  readonly file: string;
  readonly path: readonly string[];
}

interface Alike {
  listed: number;
  unlisted: number;
  /** The last one of them that is listed. */
  last: Remark;
}

export class Remarks {
  readonly #remarks: Remark[] = [];
  readonly #known = new Set<string>();
  readonly #alike = new Map<string, Alike>();
  readonly #limit: number;
  #dropped = 0;
  #hasErrors = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  error(place: Place, rule: DocumentRule, message: string): void {
    this.#hasErrors = true;
    this.#add('error', place, rule, message);
  }

  warn(place: Place, rule: DocumentRule, message: string): void {
    this.#add('warning', place, rule, message);
  }

  note(place: Place, rule: DocumentRule, message: string): void {
    this.#add('note', place, rule, message);
  }

  get hasErrors(): boolean {
    return this.#hasErrors;
  }

  #add(severity: Problem['severity'], place: Place, rule: DocumentRule, message: string): void {
    const { file, path } = place;
    // A thing that many references lead to is read many times, and wrong once.
    const key = JSON.stringify([severity, rule, message, file, path]);
    if (this.#known.has(key)) return;
    if (this.#known.size < MAX_KNOWN) this.#known.add(key);
    const remark = { severity, rule, message, file, path };
    const alike = this.#alike.get(`${severity} ${rule} ${message}`);
    if (alike !== undefined && alike.listed >= MAX_ALIKE && severity !== 'error') {
      alike.unlisted += 1;
      return;
    }
    // Errors are never crowded out by warnings.
    if (this.#remarks.length >= this.#limit * (severity === 'error' ? 2 : 1)) {
      this.#dropped += 1;
      return;
    }
    this.#remarks.push(remark);
    if (alike === undefined) {
      this.#alike.set(`${severity} ${rule} ${message}`, { listed: 1, unlisted: 0, last: remark });
    } else {
      alike.listed += 1;
      alike.last = remark;
    }
  }

  /** Behind the last one that is listed of many alike. */
  #more(remark: Remark): string {
    const { severity, rule, message } = remark;
    const alike = this.#alike.get(`${severity} ${rule} ${message}`);
    if (alike === undefined || alike.last !== remark || alike.unlisted === 0) return '';
    return `; and so at ${alike.unlisted} more places`;
  }

  problems(files: ReadonlyMap<string, ParsedFile>): Problem[] {
    const byFile = new Map<string, Remark[]>();
    for (const remark of this.#remarks) {
      const list = byFile.get(remark.file);
      if (list === undefined) byFile.set(remark.file, [remark]);
      else list.push(remark);
    }
    const problems: Problem[] = [];
    for (const [path, remarks] of byFile) {
      const file = files.get(path);
      const offsets = file?.locate(remarks.map((remark) => remark.path)) ?? [];
      for (const [index, remark] of remarks.entries()) {
        const { severity, rule, message } = remark;
        problems.push({
          severity,
          rule,
          message: `${pointerOf(remark.path)}: ${message}${this.#more(remark)}`,
          path,
          ...file?.findLine(offsets[index] ?? 0),
        });
      }
    }
    if (this.#dropped > 0) {
      const message = `${this.#dropped} more problems were found and are not listed`;
      problems.push({ severity: this.#hasErrors ? 'error' : 'warning', rule: 'more-problems', message });
    }
    return sortProblems(problems);
  }
}
