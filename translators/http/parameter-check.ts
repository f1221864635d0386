// Holds the parameters of a request against the document of its operation: each is read by its style, and refused where
// another reader could read it otherwise.

import type { Violation } from '../../core/error.ts';
import type { RawHeaders } from '../../core/http-message.ts';
import type { HttpDocument, HttpOperation, HttpParameter } from '../../core/http-operation.ts';
import type { JsonValue } from '../../core/json.ts';
import type { JsonReading } from '../json/unambiguous.ts';
import { ambiguousPair, isListed, repeatedName } from './given-twice.ts';
import { headerLines, isJson } from './media-types.ts';
import { readJsonText } from './read-form.ts';
import { readWholeQuery } from './read-whole-query.ts';
import { createSchemaCheck, type SchemaCheck, type SchemaFinding } from './schema-check.ts';
import {
  type RawPairs,
  readCookieValue,
  readHeaderValue,
  readPathValue,
  readQueryValue,
  splitQuery,
} from './style-reader.ts';

export interface ParameterSource {
  /** Decoded values of the path by name. */
  readonly path: ReadonlyMap<string, string>;
  /** Without its question mark, undecoded. */
  readonly query: string;
  readonly headers: RawHeaders;
}

export type ParameterCheck = (source: ParameterSource) => Violation[];

type Schemas = HttpDocument['schemas'];

interface Checked {
  readonly parameter: HttpParameter;
  readonly check: SchemaCheck;
}

/** Made once per operation. */
export function createParameterCheck({ parameters }: HttpOperation, schemas: Schemas): ParameterCheck {
  const checked = parameters.map((parameter): Checked => {
    return { parameter, check: createSchemaCheck(parameter.schema, schemas, 'request') };
  });
  const names = new Set(parameters.filter(({ place }) => place === 'query').map(({ name }) => name));
  const hasCookies = parameters.some(({ place }) => place === 'cookie');
  return (source) => {
    const cookieLines = headerLines(source.headers, 'cookie');
    const given: Given = {
      ...source,
      query: splitQuery(source.query),
      wholeQuery: source.query,
      names,
      cookies: splitCookies(cookieLines),
    };
    const violations = checked.flatMap((one) => violationsOf(one, given, schemas));
    if (hasCookies && cookieLines.length > 1)
      violations.push({ field: 'header/Cookie', description: 'is given twice' });
    return violations;
  };
}

interface Given {
  readonly path: ReadonlyMap<string, string>;
  readonly query: RawPairs;
  readonly wholeQuery: string;
  readonly headers: RawHeaders;
  readonly cookies: RawPairs;
  /** All that the document has in the query. */
  readonly names: ReadonlySet<string>;
}

/** Names as they are, to be compared so. */
function splitCookies(lines: readonly string[]): RawPairs {
  const pairs = lines.flatMap((line) => line.split(';')).map((pair) => pair.trim());
  return pairs
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? ['', pair] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    });
}

function violationsOf({ parameter, check }: Checked, given: Given, schemas: Schemas): Violation[] {
  const field = `${parameter.place}/${parameter.name}`;
  const said = ({ pointer, message }: SchemaFinding): Violation => ({
    field: field + pointer,
    description: message,
  });
  const ambiguity = ambiguityOf(parameter, given, schemas);
  if (ambiguity !== undefined) return [said(ambiguity)];
  const reading = readGiven(parameter, given, schemas);
  if (reading === undefined) return parameter.isRequired ? [{ field, description: 'is required' }] : [];
  return 'flaw' in reading ? [said(reading.flaw)] : check(reading.value).map(said);
}

function readGiven(parameter: HttpParameter, given: Given, schemas: Schemas): JsonReading | undefined {
  const { place, mediaType } = parameter;
  if (place === 'querystring') return readWholeQuery(parameter, given.wholeQuery, schemas);
  const value = readStyled(parameter, given, schemas);
  if (value === undefined) return undefined;
  const isText = mediaType !== undefined && typeof value === 'string' && isJson(mediaType);
  return isText ? readJsonText(value) : { value };
}

function ambiguityOf(parameter: HttpParameter, given: Given, schemas: Schemas): SchemaFinding | undefined {
  switch (parameter.place) {
    case 'query':
      return ambiguousPair(parameter, given.query, given.names, schemas);
    case 'cookie':
      return repeatedName(parameter, namesOf(given.cookies), schemas);
    case 'header': {
      const lines = headerLines(given.headers, parameter.name.toLowerCase());
      return lines.length > 1 && !isListed(parameter, schemas)
        ? { pointer: '', message: 'is given twice' }
        : undefined;
    }
    case 'path': {
      if (parameter.style !== 'matrix') return undefined;
      const text = given.path.get(parameter.name) ?? '';
      return repeatedName(parameter, namesOf(splitQuery(text.replaceAll(';', '&'))), schemas);
    }
    case 'querystring':
      return undefined;
  }
}

function namesOf(pairs: RawPairs): readonly string[] {
  return pairs.map(([name]) => name);
}

function readStyled(one: HttpParameter, given: Given, schemas: Schemas): JsonValue | undefined {
  // One text of a media type, whatever the schema says.
  const parameter: HttpParameter =
    one.mediaType === undefined ? one : { ...one, schema: true, style: 'form', explode: false };
  switch (parameter.place) {
    case 'path': {
      const text = given.path.get(parameter.name);
      return text === undefined ? undefined : readPathValue(parameter, text, schemas);
    }
    case 'query':
      return readQueryValue(parameter, given.query, schemas);
    case 'header': {
      const lines = headerLines(given.headers, parameter.name.toLowerCase());
      return lines.length === 0 ? undefined : readHeaderValue(parameter, lines.join(', '), schemas);
    }
    case 'cookie':
      return readCookieValue(parameter, given.cookies, schemas);
    case 'querystring':
      return undefined;
  }
}
