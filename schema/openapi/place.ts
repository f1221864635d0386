// A part of a document together with where it stands. Readers walk a document by places, so that whatever they find
// wrong has a pointer; the pointer's text is made only then.
import type { JsonObject, JsonValue } from '../../core/json.ts';

export class Place {
  /** Path of the file, as it was sent. */
  readonly file: string;
  readonly value: JsonValue;
  readonly #parent: Place | undefined;
  readonly #key: string;

  private constructor(file: string, value: JsonValue, parent: Place | undefined, key: string) {
    this.file = file;
    this.value = value;
    this.#parent = parent;
    this.#key = key;
  }

  static root(file: string, value: JsonValue): Place {
    return new Place(file, value, undefined, '');
  }

  /** The member or item of that name, if it is there; null counts as not there. */
  get(key: string): Place | undefined {
    const { value } = this;
    if (typeof value !== 'object' || value === null) return undefined;
    const child = Array.isArray(value)
      ? /^\d{1,9}$/.test(key)
        ? value[Number(key)]
        : undefined
      : value[key];
    return child === undefined || child === null ? undefined : new Place(this.file, child, this, key);
  }

  /** As `get`, also for null. */
  has(key: string): boolean {
    const { value } = this;
    return typeof value === 'object' && value !== null && !Array.isArray(value) && value[key] !== undefined;
  }

  /** Members in order; none if this is no object. */
  entries(): [key: string, place: Place][] {
    const { object } = this;
    if (object === undefined) return [];
    return Object.keys(object).map((key) => [key, new Place(this.file, object[key] ?? null, this, key)]);
  }

  /** Items in order; none if this is no array. */
  items(): Place[] {
    const { value } = this;
    if (!Array.isArray(value)) return [];
    return value.map((item, index) => new Place(this.file, item, this, String(index)));
  }

  get object(): JsonObject | undefined {
    const { value } = this;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  }

  /** The text of a member; empty if it is none. */
  text(key: string): string {
    const value = this.object?.[key];
    return typeof value === 'string' ? value : '';
  }

  flag(key: string): boolean {
    return this.object?.[key] === true;
  }

  /** What this is a member or item of; undefined for a whole file. */
  get parent(): Place | undefined {
    return this.#parent;
  }

  get path(): readonly string[] {
    const path: string[] = [];
    let at: Place = this;
    for (let parent = at.#parent; parent !== undefined; parent = at.#parent) {
      path.push(at.#key);
      at = parent;
    }
    return path.reverse();
  }

  /** JSON pointer within the file, as a fragment: `#/paths/~1pets/get`. */
  get pointer(): string {
    return pointerOf(this.path);
  }

  /** The last step of the way here; empty for a whole file. */
  get key(): string {
    return this.#key;
  }
}

/** A value as text: itself if it is a scalar. Objects without a prototype cannot say what they are themselves. */
export function textOf(value: JsonValue | undefined): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
}

export function pointerOf(path: readonly string[]): string {
  return `#${path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
}
