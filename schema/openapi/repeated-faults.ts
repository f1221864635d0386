// Harmless faults that a document repeats, such as a format of its own in each schema: one remark for all of a kind,
// where the first stands, with how many more there are.
import type { JsonObject } from '../../core/json.ts';
import { KNOWN_FORMATS } from './known-formats.ts';
import type { Place } from './place.ts';
import type { DocumentRule, Remarks } from './remarks.ts';
import { quote } from './source-bundle.ts';

/** More are counted, not listed: whoever has so many formats of their own knows. */
const MAX_FORMATS = 20;
const MAX_EXAMPLES = 3;

interface Repeated {
  readonly first: Place;
  count: number;
}

/** Formats that nobody knows; values of such a schema are taken for what its type is. */
export class FormatCheck {
  readonly #found = new Map<string, Repeated>();
  /** A schema that many references lead to is read many times. */
  readonly #seen = new WeakSet<JsonObject>();

  check(schema: Place, object: JsonObject): void {
    const { format } = object;
    if (typeof format !== 'string' || KNOWN_FORMATS.has(format) || this.#seen.has(object)) return;
    this.#seen.add(object);
    const known = this.#found.get(format);
    if (known === undefined) this.#found.set(format, { first: schema.get('format') ?? schema, count: 1 });
    else known.count += 1;
  }

  remark(remarks: Remarks): void {
    const formats = [...this.#found];
    for (const [format, { first, count }] of formats.slice(0, MAX_FORMATS)) {
      const more = count === 1 ? '' : `; it is given ${count} times, here first`;
      remarks.warn(first, 'format', `nobody knows the format ${quote(format)}, it is ignored${more}`);
    }
    const [next] = formats.slice(MAX_FORMATS);
    if (next === undefined) return;
    const [, { first }] = next;
    const message = `${formats.length - MAX_FORMATS} more formats that nobody knows are ignored, this is the first`;
    remarks.warn(first, 'format', message);
  }
}

/** One remark for all names that break a rule: `names` in order, `fault` in words that follow the first. */
export function remarkNames(
  remarks: Remarks,
  rule: DocumentRule,
  names: readonly (readonly [name: string, place: Place])[],
  fault: string,
): void {
  const [first, ...others] = names;
  if (first === undefined) return;
  const [name, place] = first;
  remarks.warn(place, rule, `${quote(name)} ${fault}${furtherNames('so do', others)}`);
}

/** `; so do 7 more: "b", "c", "d", …` */
export function furtherNames(
  lead: string,
  others: readonly (readonly [name: string, place: Place])[],
): string {
  if (others.length === 0) return '';
  const examples = others.slice(0, MAX_EXAMPLES).map(([other]) => quote(other));
  const end = others.length > MAX_EXAMPLES ? ', …' : '';
  return `; ${lead} ${others.length} more: ${examples.join(', ')}${end}`;
}
