// Collects what is wrong with a request, by JSON path, up to a bound.
import type { Violation } from '../../core/error.ts';

/** transcoding reference, section 6: all violations up to 20. */
const MAX_VIOLATIONS = 20;

export class Violations {
  readonly #found: Violation[] = [];

  add(field: string, description: string): void {
    if (this.#found.length < MAX_VIOLATIONS) this.#found.push({ field, description });
  }

  get isFull(): boolean {
    return this.#found.length >= MAX_VIOLATIONS;
  }

  get list(): readonly Violation[] {
    return this.#found;
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
