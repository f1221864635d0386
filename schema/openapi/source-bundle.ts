// The files of one source, read when somebody needs them, and the references between them. What is not in the source
// does not exist: nothing is fetched, no path leads out.
import type { Problem } from '../../core/problem.ts';
import type { DocumentLimits } from './document-limits.ts';
import { Place } from './place.ts';
import { readJson } from './read-json.ts';
import { readYaml } from './read-yaml.ts';
import type { ParsedFile, Remarks } from './remarks.ts';
import { namedSchema, nameFrom, SchemaIds, schemasIn } from './schema-ids.ts';
import { createLineFinder, type LineFinder, type TextFault } from './text-reading.ts';

export interface DocumentFile {
  /** Relative, `/`-separated; references count from it. */
  readonly path: string;
  readonly content: string;
}

/** Says why a reference leads nowhere, in words that follow it. */
type Refuse = (what: string) => undefined;

export class SourceBundle {
  readonly parsed = new Map<string, ParsedFile>();
  /** Of texts that could not be read, or hold keys twice. */
  readonly problems: Problem[] = [];
  readonly #files: ReadonlyMap<string, string>;
  readonly #limits: DocumentLimits;
  readonly #remarks: Remarks;
  readonly #roots = new Map<string, Place | undefined>();
  readonly #anchors = new Map<string, ReadonlyMap<string, Place>>();
  #ids: SchemaIds | undefined;

  constructor(files: readonly DocumentFile[], limits: DocumentLimits, remarks: Remarks) {
    this.#files = new Map(files.map(({ path, content }) => [path, content]));
    this.#limits = limits;
    this.#remarks = remarks;
  }

  /** Undefined if the file is not there or cannot be read; why, is among the problems. */
  root(path: string): Place | undefined {
    if (this.#roots.has(path)) return this.#roots.get(path);
    const content = this.#files.get(path);
    const place = content === undefined ? undefined : this.#read(path, content);
    this.#roots.set(path, place);
    return place;
  }

  #read(path: string, text: string): Place | undefined {
    const isJson = /^\ufeff?\s*[{[]/.test(text) && !path.endsWith('.yaml') && !path.endsWith('.yml');
    const { value, faults, locate } = (isJson ? readJson : readYaml)(text, this.#limits);
    const findLine = createLineFinder(text);
    for (const fault of faults) this.problems.push(problemOf(fault, path, findLine, isJson));
    if (value === undefined) return undefined;
    this.parsed.set(path, { path, findLine, locate });
    return Place.root(path, value);
  }

  /**
   * What a place stands for: itself, or what its `$ref` leads to, however many steps away. Undefined was remarked:
   * `severity` is what a reference to nothing is.
   */
  resolve(place: Place, severity: 'error' | 'warning' = 'error'): Place | undefined {
    let at = place;
    for (let step = 0; step <= this.#limits.references; step++) {
      const ref = at.object?.$ref;
      if (typeof ref !== 'string') return at;
      const next = this.follow(at, ref, severity);
      if (next === undefined) return undefined;
      at = next;
    }
    const message = 'the reference leads in a circle and never to anything';
    if (severity === 'error') this.#remarks.error(place, 'reference', message);
    else this.#remarks.warn(place, 'reference', `${message}; it is ignored`);
    return undefined;
  }

  /** One step. `from` is where the reference stands, `severity` what a reference to nothing is. */
  follow(from: Place, ref: string, severity: 'error' | 'warning' = 'error'): Place | undefined {
    return this.#follow(from, ref, (what) => this.#refuse(from, ref, what, severity));
  }

  #follow(from: Place, ref: string, refuse: Refuse): Place | undefined {
    const mark = ref.indexOf('#');
    const file = mark < 0 ? ref : ref.slice(0, mark);
    const fragment = decode(mark < 0 ? '' : ref.slice(mark + 1));
    if (fragment === undefined) return refuse('is percent-encoded wrongly');
    const named = file === '' ? namedSchema(from) : this.#findNamed(from, file);
    if (named !== undefined && file !== '') return this.#walk(named, fragment, refuse);
    // Most documents with `$id` know nothing of what it does, and count from their file all the same.
    const inNamed = named && this.#walk(named, fragment, () => undefined);
    if (inNamed !== undefined) return inNamed;
    const path = file === '' ? from.file : this.#findFile(from, file, refuse);
    if (path === undefined) return undefined;
    const root = this.root(path);
    return root === undefined
      ? refuse(`leads into ${quote(path)}, which cannot be read`)
      : this.#walk(root, fragment, refuse);
  }

  /** A pointer or an anchor, from a file or a schema that references count from. */
  #walk(root: Place, fragment: string, refuse: Refuse): Place | undefined {
    if (fragment !== '' && !fragment.startsWith('/')) return this.#findAnchor(root, fragment, refuse);
    let at: Place | undefined = root;
    for (const key of fragment === '' ? [] : fragment.slice(1).split('/')) {
      at = at.get(key.replaceAll('~1', '/').replaceAll('~0', '~'));
      if (at === undefined) return refuse('leads to nothing');
    }
    return at;
  }

  /** The schema that has the name as its `$id`, in any of the files that were sent. Files go by their paths first. */
  #findNamed(from: Place, reference: string): Place | undefined {
    if (this.#findFile(from, reference, () => undefined) !== undefined) return undefined;
    const name = nameFrom(from, reference);
    if (name === undefined) return undefined;
    this.#ids ??= this.#readIds();
    return this.#ids.find(name);
  }

  #readIds(): SchemaIds {
    const ids = new SchemaIds();
    for (const [path, text] of this.#files) {
      const root = text.includes('$id') ? this.root(path) : undefined;
      if (root !== undefined) ids.add(root);
    }
    return ids;
  }

  #findFile(from: Place, file: string, refuse: Refuse): string | undefined {
    if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(file) || file.startsWith('//')) {
      return refuse(
        'leads out of what was sent; nothing is fetched: send that file along and refer to it by a relative path',
      );
    }
    const decoded = decode(file);
    if (
      decoded === undefined ||
      decoded.includes('\\') ||
      decoded.includes('\0') ||
      decoded.startsWith('/')
    ) {
      return refuse('is no relative path with "/" between its parts');
    }
    const parts = from.file.split('/').slice(0, -1);
    for (const part of decoded.split('/')) {
      if (part === '' || part === '.') continue;
      if (part !== '..') parts.push(part);
      else if (parts.pop() === undefined) {
        return refuse('leads out of the folder that was sent');
      }
    }
    const path = parts.join('/');
    if (this.#files.has(path)) return path;
    return refuse(`leads to ${quote(path)}, which was not sent`);
  }

  #findAnchor(root: Place, name: string, refuse: Refuse): Place | undefined {
    const key = `${root.file}${root.pointer}`;
    let anchors = this.#anchors.get(key);
    if (anchors === undefined) {
      anchors = anchorsIn(root);
      this.#anchors.set(key, anchors);
    }
    return anchors.get(name) ?? refuse('names an anchor that nothing has');
  }

  #refuse(from: Place, ref: string, what: string, severity: 'error' | 'warning'): undefined {
    const message = `the reference ${quote(ref)} ${what}`;
    if (severity === 'error') this.#remarks.error(from, 'reference', message);
    else this.#remarks.warn(from, 'reference', `${message}; it is ignored`);
  }
}

/** A file has those of the schemas with names of their own as well, where nobody else has the anchor. */
function anchorsIn(root: Place): ReadonlyMap<string, Place> {
  const anchors = new Map<string, Place>();
  for (const entersNamed of root.parent === undefined ? [false, true] : [false]) {
    for (const place of schemasIn(root, entersNamed)) {
      for (const keyword of ['$anchor', '$dynamicAnchor']) {
        const name = place.text(keyword);
        if (name !== '' && !anchors.has(name)) anchors.set(name, place);
      }
    }
  }
  return anchors;
}

function decode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function problemOf(
  { severity, message, offset }: TextFault,
  path: string,
  findLine: LineFinder,
  isJson: boolean,
): Problem {
  return { severity, rule: isJson ? 'json' : 'yaml', message, path, ...findLine(offset) };
}

/** A stranger's text inside a message. */
export function quote(text: string): string {
  const short = text.length > 120 ? `${text.slice(0, 120)}…` : text;
  return JSON.stringify(short.toWellFormed());
}
