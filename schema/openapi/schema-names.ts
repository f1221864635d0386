// Names for schemas that references lead to: components keep theirs, others are named for where they stand.
// The same document always gives the same names.
import type { Place } from './place.ts';

export class SchemaNames {
  readonly #byPlace = new Map<string, string>();
  readonly #taken = new Set<string>();
  /** By the name that many want: the number that comes next. */
  readonly #numbers = new Map<string, number>();

  /** Components of the entry document come first, so that nobody takes their names. */
  claim(place: Place, name: string): void {
    this.#byPlace.set(keyOf(place), name);
    this.#taken.add(name);
  }

  find(place: Place): string | undefined {
    return this.#byPlace.get(keyOf(place));
  }

  /** A new name for a place that has none: the shortest that is free, from where it stands. */
  create(place: Place): string {
    const wanted = wantedNames(place);
    const [longest = 'Schema'] = wanted.slice(-1);
    let name = wanted.find((one) => !this.#taken.has(one)) ?? longest;
    if (this.#taken.has(name)) {
      let number = this.#numbers.get(longest) ?? 2;
      while (this.#taken.has(`${longest}_${number}`)) number += 1;
      name = `${longest}_${number}`;
      this.#numbers.set(longest, number + 1);
    }
    this.claim(place, name);
    return name;
  }

  get size(): number {
    return this.#byPlace.size;
  }
}

function keyOf(place: Place): string {
  return `${place.file} ${place.pointer}`;
}

/** Words that say what kind of thing a part is and not what it means. */
const SILENT = new Set([
  ...['schema', 'items', 'properties', 'patternProperties', 'definitions', '$defs', 'schemas', 'components'],
  ...['content', 'paths', 'responses', 'requestBodies', 'headers', 'allOf', 'anyOf', 'oneOf'],
]);
/** What stands below these is called so by somebody. */
const NAMING = new Set(['properties', 'patternProperties', 'definitions', '$defs', 'schemas', 'paths']);
const STATUS = /^(?:[1-5](?:\d\d|XX)|default)$/i;
const MAX_LENGTH = 100;

interface Word {
  readonly text: string;
  /** It says something without the words before it. */
  readonly isName: boolean;
}

/**
 * `#/components/schemas/Pet` and `pet.yaml` are both a pet. What has no name of its own is called by its way from
 * something that has one, as far as it takes to be told apart: `#/paths/~1pets/get/responses/200/content/…/schema` is
 * `pets_get_response`, its property `owner` is `owner`, or else `pets_get_response_owner`.
 */
function wantedNames({ path, file }: Place): readonly string[] {
  const words = path
    .flatMap((part, index) => wordOf(part, path[index - 1], path[index - 2]) ?? [])
    .map(({ text, isName }) => ({ text: plain(text), isName }))
    .filter(({ text }) => text !== '');
  const names: string[] = [];
  let name = '';
  // From the end on: how far it is to the root does not matter to what comes of it.
  for (const [index, { text, isName }] of [...words.entries()].reverse()) {
    name = name === '' ? text : `${text}_${name}`;
    if (names.length > 0 && name.length > MAX_LENGTH) break;
    if (isName || index === 0) names.push(name);
  }
  const ofFile = plain((file.split('/').at(-1) ?? '').replace(/\.[^.]*$/, ''));
  return names.length > 0 ? names.map(cut) : [cut(ofFile || 'Schema')];
}

/** Undefined for what says nothing. `above`: the part before it, `aboveThat`: the one before that. */
function wordOf(part: string, above = '', aboveThat = ''): Word | undefined {
  const isNamed = aboveThat === 'components' || (NAMING.has(above) && !NAMING.has(aboveThat));
  if (isNamed) return { text: part, isName: /[A-Za-z]/.test(part) };
  if (above === 'responses' && STATUS.test(part)) {
    return { text: part.startsWith('2') ? 'response' : `response${part}`, isName: false };
  }
  if (part === 'parameters') return { text: 'parameter', isName: false };
  if (part === 'requestBody') return { text: 'request', isName: false };
  if (part === 'additionalProperties') return { text: 'value', isName: false };
  if (SILENT.has(part) || above === 'content' || !/[A-Za-z]/.test(part)) return undefined;
  return { text: part, isName: false };
}

/** Of a long text no more is looked at than a name can hold. */
function plain(text: string): string {
  const begun = text.replace(/^[^A-Za-z0-9.-]+/, '').slice(0, 2 * MAX_LENGTH);
  return begun.replaceAll(/[^A-Za-z0-9._-]+/g, '_').replaceAll(/^_+|_+$/g, '');
}

function cut(name: string): string {
  return name.slice(0, MAX_LENGTH);
}
