// Collects what is wrong with a request, by JSON path, up to a bound.
import type { Violation } from '../../core/error.ts';

/** transcoding reference, section 6: all violations up to 20. */
const MAX_VIOLATIONS = 20;

export class Violations {
  readonly #found = new Map<string, Violation>();

  /** The first word about a field counts: what is found later follows from it. */
  add(field: string, description: string): void {
    if (!this.isFull && !this.#found.has(field)) this.#found.set(field, { field, description });
  }

  get isFull(): boolean {
    return this.#found.size >= MAX_VIOLATIONS;
  }

  get isEmpty(): boolean {
    return this.#found.size === 0;
  }

  get list(): readonly Violation[] {
    return [...this.#found.values()];
  }
}

/** `a` + `b` → `a.b`; a key that is no plain name is quoted: `a["x y"]`. */
export function childPath(path: string, key: string): string {
  const short = key.length > 200 ? `${key.slice(0, 200)}…` : key;
  if (!/^[A-Za-z_@$][A-Za-z0-9_$-]*$/.test(short)) return `${path}[${JSON.stringify(short)}]`;
  return path === '' ? short : `${path}.${short}`;
}

export function itemPath(path: string, index: number): string {
  return `${path}[${index}]`;
}

/** A place on the way down a message. Made for every value, put into words only for a wrong one. */
export interface Trail {
  readonly parent: Trail | undefined;
  /** A key, or the index of a list's item. */
  readonly part: string | number;
}

/** `a.b[3]`; the root is the empty text. */
export function trailText(trail: Trail | undefined): string {
  if (trail === undefined) return '';
  const before = trailText(trail.parent);
  return typeof trail.part === 'number' ? itemPath(before, trail.part) : childPath(before, trail.part);
}
