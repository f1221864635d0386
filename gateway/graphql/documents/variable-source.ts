// Where a variable of an aggregate comes from: `path.order`, `query.limit ?? 10`, `body.items`, `body`.
// Read when the configuration is; evaluated for every request.
import type { JsonObject, JsonValue } from '../../../core/json.ts';

/** One alternative of several that `??` separates: the first that is there counts. */
export type VariableSource =
  | { readonly kind: 'path' | 'query'; readonly name: string }
  /** No names: the body as a whole. */
  | { readonly kind: 'body'; readonly names: readonly string[] }
  | { readonly kind: 'literal'; readonly value: JsonValue };

export interface GivenValues {
  readonly path: ReadonlyMap<string, string>;
  readonly query: URLSearchParams;
  readonly body: JsonValue | undefined;
}

/** Names the body as a whole where a field is named. */
export const BODY = 'body';

/** What a source says: text that is yet to be read as its type, or a value as it is. */
export type SourceValue =
  | { readonly kind: 'texts'; readonly field: string; readonly texts: readonly string[] }
  | { readonly kind: 'value'; readonly field: string; readonly value: JsonValue };

const NAME = '[A-Za-z_][A-Za-z0-9_-]{0,127}';
const SOURCE = new RegExp(`^(path|query|body)((?:\\.${NAME}){0,16})$`);
const MAX_ALTERNATIVES = 8;

/** Undefined if the text is no such expression. */
export function parseVariableSource(text: string): readonly VariableSource[] | undefined {
  const parts = text.split('??').map((part) => part.trim());
  if (parts.length > MAX_ALTERNATIVES) return undefined;
  const sources: VariableSource[] = [];
  for (const part of parts) {
    const source = parseOne(part);
    if (source === undefined) return undefined;
    sources.push(source);
  }
  return sources;
}

function parseOne(text: string): VariableSource | undefined {
  const match = SOURCE.exec(text);
  if (match === null) return literalOf(text);
  const [, kind, rest = ''] = match;
  const names = rest.split('.').slice(1);
  if (kind === 'body') return { kind, names };
  // Names of path variables may have dots, as field paths do.
  const name = names.join('.');
  return name !== '' && (kind === 'path' || kind === 'query') ? { kind, name } : undefined;
}

/** JSON, or text in single quotes. */
function literalOf(text: string): VariableSource | undefined {
  const quoted = /^'([^']*)'$/.exec(text);
  if (quoted !== null) return { kind: 'literal', value: quoted[1] ?? '' };
  try {
    return { kind: 'literal', value: JSON.parse(text) as JsonValue };
  } catch {
    return undefined;
  }
}

/** Undefined if none of the alternatives is there. */
export function evaluate(sources: readonly VariableSource[], given: GivenValues): SourceValue | undefined {
  for (const source of sources) {
    const value = sourceValue(source, given);
    if (value !== undefined) return value;
  }
  return undefined;
}

function sourceValue(source: VariableSource, { path, query, body }: GivenValues): SourceValue | undefined {
  switch (source.kind) {
    case 'literal':
      return { kind: 'value', field: '', value: source.value };
    case 'path': {
      const text = path.get(source.name);
      return text === undefined ? undefined : { kind: 'texts', field: source.name, texts: [text] };
    }
    case 'query': {
      const texts = query.getAll(source.name);
      return texts.length === 0 ? undefined : { kind: 'texts', field: source.name, texts };
    }
    case 'body': {
      const value = at(body, source.names);
      return value === undefined || value === null
        ? undefined
        : { kind: 'value', field: source.names.join('.') || BODY, value };
    }
  }
}

function at(value: JsonValue | undefined, names: readonly string[]): JsonValue | undefined {
  let current = value;
  for (const name of names) {
    const isObject = typeof current === 'object' && current !== null && !Array.isArray(current);
    current =
      isObject && Object.hasOwn(current as JsonObject, name) ? (current as JsonObject)[name] : undefined;
  }
  return current;
}
