// Parameters of a registered document's operations as OpenAPI 3.1 writes them, from whatever version they came.
import type { HttpParameter, ParameterStyle } from '../../../core/http-operation.ts';
import type { JsonObject } from '../../../core/json.ts';
import { paragraphs } from '../texts.ts';
import { data } from './schema-keywords.ts';
import type { SchemaShelf } from './schema-shelf.ts';

/** A query that is one value (3.2) is no parameter of 3.1; `querystringText` speaks of it. */
export function parameterValues(shelf: SchemaShelf, parameters: readonly HttpParameter[]): JsonObject[] {
  const seen = new Set<string>();
  return parameters.flatMap((parameter) => {
    const key = `${parameter.place} ${parameter.name}`;
    if (parameter.place === 'querystring' || !isSentOn(parameter) || seen.has(key)) return [];
    seen.add(key);
    return [parameterValue(shelf, parameter)];
  });
}

/** A header with an underscore is dropped on the way: some servers take it for another. */
function isSentOn({ place, name }: HttpParameter): boolean {
  return place !== 'header' || !name.includes('_');
}

function parameterValue(shelf: SchemaShelf, parameter: HttpParameter): JsonObject {
  const { name, place, isRequired, isDeprecated, mediaType } = parameter;
  const form = formOf(parameter);
  const schema = form.isText ? { type: 'string' } : shelf.copy(parameter.schema);
  const example = parameter.example === undefined ? undefined : data(parameter.example);
  const description = paragraphs(parameter.description.trim(), form.note);
  return {
    name,
    in: place,
    ...(description !== '' && { description }),
    ...(isRequired && { required: true }),
    ...(isDeprecated && { deprecated: true }),
    ...(mediaType === undefined
      ? { ...spelling(parameter, form.style, schema), schema }
      : { content: { [mediaType]: { schema } } }),
    ...(example !== undefined && !form.isText && { example }),
  };
}

interface Form {
  readonly style: ParameterStyle;
  /** The text is described, not what it stands for. */
  readonly isText: boolean;
  readonly note: string;
}

/** Two styles that 3.1 does not have: tabs come from 2.0, plain cookies from 3.2. */
function formOf({ style }: HttpParameter): Form {
  if (style === 'tabDelimited')
    return { style: 'form', isText: true, note: 'Several values, with a tab between two of them.' };
  if (style === 'cookie')
    return { style: 'form', isText: false, note: 'Sent as it is, without percent-encoding.' };
  return { style, isText: false, note: '' };
}

const DEFAULT_STYLE = {
  path: 'simple',
  query: 'form',
  querystring: 'form',
  header: 'simple',
  cookie: 'form',
} as const;

/** What is so anyway is not said; nor is how a list would be written, of what is none. */
function spelling(
  { place, explode, allowReserved }: HttpParameter,
  style: ParameterStyle,
  { type }: JsonObject,
): JsonObject {
  const isSingle = typeof type === 'string' && type !== 'array' && type !== 'object';
  return {
    ...(style !== DEFAULT_STYLE[place] && { style }),
    ...(explode !== (style === 'form') && !isSingle && { explode }),
    ...(allowReserved && place === 'query' && { allowReserved }),
  };
}

/** What a document says of its query as a whole. */
export function querystringText(parameters: readonly HttpParameter[]): string {
  const whole = parameters.find(({ place }) => place === 'querystring');
  if (whole === undefined) return '';
  const type = whole.mediaType ?? 'text';
  return paragraphs(`The query is one value of the type \`${type}\`.`, whole.description.trim());
}
