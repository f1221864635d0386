// Which keywords of a stranger's schema are taken over as they stand, and in which form. A keyword with a value that no
// JSON Schema may have would make the whole document one that tools refuse, the schemas of all others included.
import type { JsonObject, JsonValue } from '../../../core/json.ts';

type Reader = (value: JsonValue) => JsonValue | undefined;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ...named(['title', 'description', 'format', '$comment', 'contentEncoding', 'contentMediaType'], text),
  ...named(['deprecated', 'readOnly', 'writeOnly', 'uniqueItems'], flag),
  ...named(['maximum', 'minimum', 'exclusiveMaximum', 'exclusiveMinimum'], number),
  ...named(['maxLength', 'minLength', 'maxItems', 'minItems', 'maxContains', 'minContains'], count),
  ...named(['maxProperties', 'minProperties'], count),
  ...named(['default', 'const'], data),
  ...named(['enum', 'examples'], list),
  ...named(['type'], types),
  ...named(['required'], texts),
  ...named(['multipleOf'], (value) => (typeof value === 'number' && value > 0 ? value : undefined)),
  ...named(['pattern'], pattern),
  ...named(['xml'], (value) => (isObject(value) ? data(value) : undefined)),
  ...named(['externalDocs'], (value) =>
    isObject(value) && typeof value.url === 'string' ? data(value) : undefined,
  ),
  ...named(['dependentRequired'], dependentRequired),
]);

/** Undefined: the keyword is none that stands for itself, or its value is none that it may have. */
export function readKeyword(keyword: string, value: JsonValue): JsonValue | undefined {
  if (keyword.startsWith('x-')) return data(value);
  return READERS.get(keyword)?.(value);
}

/**
 * Data as it is; undefined if something in it is called `$ref` and holds text. Tools that resolve references take it
 * for one wherever it stands, and might fetch what a stranger has written there.
 */
export function data(value: JsonValue): JsonValue | undefined {
  return holdsReference(value) ? undefined : value;
}

function holdsReference(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(holdsReference);
  if (!isObject(value)) return false;
  return Object.entries(value).some(
    ([key, inner]) => (key === '$ref' && typeof inner === 'string') || holdsReference(inner),
  );
}

function named(keywords: readonly string[], read: Reader): (readonly [string, Reader])[] {
  return keywords.map((keyword) => [keyword, read] as const);
}

function text(value: JsonValue): JsonValue | undefined {
  return typeof value === 'string' ? value : undefined;
}

function texts(value: JsonValue): JsonValue | undefined {
  const found = Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  return found.length > 0 ? [...new Set(found)] : undefined;
}

function flag(value: JsonValue): JsonValue | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function number(value: JsonValue): JsonValue | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function count(value: JsonValue): JsonValue | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? value : undefined;
}

/** Without what is there twice, as far as that is easily told. */
function list(value: JsonValue): JsonValue | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const seen = new Set<JsonValue>();
  return data(value.filter((item) => !seen.has(item) && seen.add(item)));
}

function types(value: JsonValue): JsonValue | undefined {
  return Array.isArray(value) ? texts(value) : text(value);
}

/** Only made, never run: other programs will compile it, and one that is none stops them. */
function pattern(value: JsonValue): JsonValue | undefined {
  if (typeof value !== 'string') return undefined;
  for (const flags of ['u', '']) {
    try {
      RegExp(value, flags);
      return value;
    } catch {
      // Perhaps in the other mode.
    }
  }
  return undefined;
}

function dependentRequired(value: JsonValue): JsonValue | undefined {
  if (!isObject(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, needed]) =>
      Array.isArray(needed) ? [[name, needed.filter((one) => typeof one === 'string')] as const] : [],
    ),
  );
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
