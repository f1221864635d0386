// Parameter Objects of every version; what 2.0 puts into bodies is left to read-bodies.
import {
  type HttpParameter,
  PARAMETER_STYLES,
  type ParameterPlace,
  type ParameterStyle,
} from '../../core/http-operation.ts';
import { normaliseMediaType } from './media-type.ts';
import type { Place } from './place.ts';
import { readEncoding } from './read-bodies.ts';
import { readExample } from './read-examples.ts';
import type { Reading } from './reading.ts';
import { quote } from './source-bundle.ts';

const PLACES: readonly ParameterPlace[] = ['path', 'query', 'querystring', 'header', 'cookie'];

/** Styles that a place may have; the first is its default. OpenAPI 3.2, "Style Values". */
const STYLES: Readonly<Record<ParameterPlace, readonly ParameterStyle[]>> = {
  path: ['simple', 'label', 'matrix'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'tabDelimited', 'deepObject'],
  querystring: ['form'],
  header: ['simple'],
  cookie: ['form', 'cookie'],
};

/** OpenAPI 3.x, "Parameter Object": these are described elsewhere, and ignored here. */
const IGNORED_HEADERS = new Set(['accept', 'content-type', 'authorization']);

/** Of an operation and the path it is of; the operation's own win. */
export function parameterPlaces(reading: Reading, pathItem: Place, operation: Place): readonly Place[] {
  const byKey = new Map<string, Place>();
  for (const list of [pathItem.get('parameters'), operation.get('parameters')]) {
    const seen = new Set<string>();
    for (const item of list?.items() ?? []) {
      const place = reading.bundle.resolve(item);
      if (place === undefined) continue;
      const key = `${place.text('in')} ${place.text('name')}`;
      if (seen.has(key))
        reading.remarks.warn(
          item,
          'parameter',
          `the parameter ${quote(key)} is given twice; the last one counts`,
        );
      seen.add(key);
      byKey.set(key, place);
    }
  }
  return [...byKey.values()];
}

/** Undefined for what is none, or is to be ignored. */
export function readParameter(reading: Reading, place: Place): HttpParameter | undefined {
  const name = place.text('name');
  const where = PLACES.find((one) => one === place.text('in'));
  if (where === undefined || name === '') {
    const message = `a parameter needs a name and "in" of ${PLACES.join(', ')}; it is ignored`;
    reading.remarks.warn(place, 'parameter', message);
    return undefined;
  }
  if (where === 'header' && IGNORED_HEADERS.has(name.toLowerCase())) return undefined;
  if (where === 'header' && !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
    reading.remarks.warn(place, 'parameter', `${quote(name)} is no header name; it is ignored`);
    return undefined;
  }
  const style = reading.version === '2.0' ? collectionStyle(place, where) : readStyle(reading, place, where);
  const content = place.get('content')?.entries()[0];
  const schemaPlace = content === undefined ? place.get('schema') : content[1].get('schema');
  return {
    name,
    place: where,
    isRequired: place.flag('required') || where === 'path',
    ...style,
    allowReserved: place.flag('allowReserved'),
    schema: readParameterSchema(reading, place, schemaPlace),
    mediaType: content === undefined ? undefined : normaliseMediaType(content[0]),
    ...(where === 'querystring' && { encoding: readEncoding(content?.[1].get('encoding')) }),
    description: place.text('description'),
    isDeprecated: place.flag('deprecated'),
    example: readExample(reading, place),
  };
}

/** What a parameter `Accept` lists. It is no parameter, but upstreams that compare its text take nothing else there. */
export function readAccepted(reading: Reading, places: readonly Place[]): readonly string[] {
  const place = places.find(
    (one) => one.text('in') === 'header' && one.text('name').toLowerCase() === 'accept',
  );
  const described = place?.get('schema');
  const schema = described === undefined ? place : reading.bundle.resolve(described);
  const listed = [
    schema?.get('const')?.value,
    ...(schema?.get('enum')?.items() ?? []).map(({ value }) => value),
  ];
  return listed.filter((text): text is string => typeof text === 'string' && isMediaType(text));
}

function isMediaType(text: string): boolean {
  return /^[\x20-\x7e]{1,200}$/.test(text) && normaliseMediaType(text) !== undefined;
}

function readParameterSchema(reading: Reading, place: Place, schema: Place | undefined) {
  if (schema !== undefined) return reading.schemas.read(schema);
  // In 2.0 the parameter is its own schema.
  return reading.version === '2.0' ? reading.schemas.readInline(place) : true;
}

interface Spelling {
  readonly style: ParameterStyle;
  readonly explode: boolean;
}

function readStyle(reading: Reading, place: Place, where: ParameterPlace): Spelling {
  const allowed = STYLES[where];
  const [first = 'form'] = allowed;
  const told = place.text('style');
  const style = allowed.find((one) => one === told) ?? first;
  if (told !== '' && style !== told) {
    const known = PARAMETER_STYLES.some((one) => one === told) ? `does not exist in ${where}` : 'is no style';
    reading.remarks.warn(place, 'parameter', `the style ${quote(told)} ${known}; "${style}" is used`);
  }
  const explode = place.get('explode')?.value;
  return { style, explode: typeof explode === 'boolean' ? explode : style === 'form' || style === 'cookie' };
}

/** Swagger 2.0, "Parameter Object": collectionFormat. */
function collectionStyle(place: Place, where: ParameterPlace): Spelling {
  const [first = 'form'] = STYLES[where];
  switch (place.text('collectionFormat')) {
    case 'multi':
      return { style: first, explode: true };
    case 'ssv':
      return { style: where === 'query' ? 'spaceDelimited' : first, explode: false };
    case 'pipes':
      return { style: where === 'query' ? 'pipeDelimited' : first, explode: false };
    case 'tsv':
      return { style: where === 'query' ? 'tabDelimited' : first, explode: false };
    default:
      return { style: first, explode: false };
  }
}

/** What a path names and nothing describes is text. */
export function undescribedVariable(name: string): HttpParameter {
  return {
    name,
    place: 'path',
    isRequired: true,
    style: 'simple',
    explode: false,
    allowReserved: false,
    schema: Object.assign(Object.create(null), { type: 'string' }),
    mediaType: undefined,
    description: '',
    isDeprecated: false,
    example: undefined,
  };
}
