// How a value must not be given, since of two spellings each reader takes another: first, last, both, or a list.
// Sources: RFC 9110 §5.3 (fields), RFC 6265 §5.4 (cookies); queries and forms have no rule at all.
import type { HttpDocument, HttpParameter, JsonSchema } from '../../core/http-operation.ts';
import { pointerStep } from '../json/pointer.ts';
import type { SchemaFinding } from './schema-check.ts';
import { propertyNames, propertyOf, typesOf } from './schema-types.ts';
import { decode, isContainer, MAX_DEEP, type RawPairs } from './style-reader.ts';

type Schemas = HttpDocument['schemas'];
type Given = Pick<HttpParameter, 'name' | 'style' | 'explode' | 'schema' | 'mediaType'>;

const TWICE = 'is given twice';
const BY_MEMBERS = 'must be given by its members, as name[member]=value';

/** Whether anything is a right value, so that it does not matter which one is read. */
function takesAnything(schema: JsonSchema): boolean {
  return schema === true || (typeof schema === 'object' && Object.keys(schema).length === 0);
}

/** A header of several lines is one list; only what is no list has a line of its own. */
export function isListed({ schema, mediaType }: Given, schemas: Schemas): boolean {
  return mediaType === undefined && isContainer(schema, schemas);
}

/**
 * Of a query or a form. `names`: what may stand beside it; some readers take `a[]` for `a`, so it may not unless it is
 * among these. Undefined: all is well.
 */
export function ambiguousPair(
  parameter: Given,
  pairs: RawPairs,
  names: ReadonlySet<string>,
  schemas: Schemas,
): SchemaFinding | undefined {
  const { name, schema, mediaType } = parameter;
  if (mediaType === undefined && takesAnything(schema)) return undefined;
  const keys = pairs.map(([key]) => decode(key, true) ?? key);
  if (mediaType === undefined && parameter.style === 'deepObject')
    return ambiguousMember(parameter, keys, schemas);
  if (keys.some((key) => key.startsWith(`${name}[`) && !names.has(key)))
    return found('has brackets behind its name');
  const own = pairs.filter((_pair, index) => keys[index] === name);
  if (own.some(([, value]) => decode(value, true) === undefined))
    return found('must be percent-encoded UTF-8');
  if (pairs.some((pair) => isBehindSemicolon(name, pair)))
    return found('stands behind a ";", which some take for "&"');
  return repeatedName(parameter, keys, schemas);
}

/** Of names as they are, each with a value: of cookies, of a path in the style `matrix`. */
export function repeatedName(
  parameter: Given,
  keys: readonly string[],
  schemas: Schemas,
): SchemaFinding | undefined {
  const counted = countedNames(parameter, schemas);
  const seen = new Set<string>();
  for (const key of keys) {
    if (!counted.has(key)) continue;
    if (seen.has(key)) return found(TWICE, key === parameter.name ? '' : pointerStep(key));
    seen.add(key);
  }
  return undefined;
}

function found(message: string, pointer = ''): SchemaFinding {
  return { pointer, message };
}

const NONE: ReadonlySet<string> = new Set();

/** Names that stand for one value each. */
function countedNames(parameter: Given, schemas: Schemas): ReadonlySet<string> {
  const { name, schema, explode } = parameter;
  if (takesAnything(schema) && parameter.mediaType === undefined) return NONE;
  if (!explode || !isListed(parameter, schemas)) return new Set([name]);
  return typesOf(schema, schemas).has('array') ? NONE : propertyNames(schema, schemas);
}

function isBehindSemicolon(name: string, [key, value]: RawPairs[number]): boolean {
  if (!key.includes(';') && !value.includes(';')) return false;
  const pieces = `${key}=${value}`.split(';').slice(1);
  return pieces.some((piece) => decode(piece.split('=')[0] ?? '', true) === name);
}

/** `name[a]=1&name[a][b]=2`: a member is one value, and no two kinds of one. */
function ambiguousMember(
  { name, schema }: Given,
  keys: readonly string[],
  schemas: Schemas,
): SchemaFinding | undefined {
  if (keys.includes(name)) return found(BY_MEMBERS);
  const own = keys.filter((key) => key.startsWith(`${name}[`));
  const seen = new Set<string>();
  const holders = new Set<string>();
  for (const key of own) {
    const inner = key.slice(name.length);
    if (!/^(?:\[[^[\]]*\])+$/.test(inner)) return found(BY_MEMBERS);
    const steps = inner.slice(1, -1).split('][');
    if (steps.length > MAX_DEEP) return found('has members that are nested too deeply');
    const leaf = steps.reduce<JsonSchema>((part, step) => propertyOf(part, schemas, step), schema);
    const isMany = takesAnything(leaf) || typesOf(leaf, schemas).has('array');
    const pointer = steps.map(pointerStep).join('');
    if (seen.has(pointer) && !isMany) return found(TWICE, pointer);
    seen.add(pointer);
    for (let depth = 1; depth < steps.length; depth += 1)
      holders.add(steps.slice(0, depth).map(pointerStep).join(''));
  }
  const both = [...seen].find((pointer) => holders.has(pointer));
  return both === undefined ? undefined : found('is given as a whole and by its members', both);
}
