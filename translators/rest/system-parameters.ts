// Parameters that every method has, beside those of its request: how the answer is written, and how much of it.
// Source: Google's system parameters; transcoding reference, section 12.
import type { DescMessage } from '@bufbuild/protobuf';
import { GatewayError } from '../../core/error.ts';
import { findField } from '../json/fields.ts';
import type { NameTest } from './name-test.ts';
import { parseResponseMask, type ResponseMask } from './response-mask.ts';

const ALTS = ['json', 'json;enum-encoding=int', 'sse', 'media'] as const;
export type Alt = (typeof ALTS)[number];

export interface SystemParameters {
  /** The query without them. */
  readonly query: string;
  readonly alt: Alt | undefined;
  readonly pretty: boolean;
  readonly mask: ResponseMask | undefined;
}

export interface SystemRules {
  readonly request: DescMessage;
  /** What a response mask chooses from; undefined: the answer has no fields. */
  readonly answer: DescMessage | undefined;
  readonly isStream: boolean;
  readonly isHttpBody: boolean;
  /** Parameters the service wants dropped: a bare spelling among them is none of ours. */
  readonly isIgnored: NameTest;
}

/** Undefined if there are none, which is most of the time. `header` is X-Goog-FieldMask. */
export type SystemReader = (query: string, header: Header) => SystemParameters | undefined;

type Header = string | readonly string[] | undefined;

const NAMES = ['alt', 'fields', 'prettyPrint'] as const;
type Name = (typeof NAMES)[number];

/** Queries that cannot hold one are passed by. Names may be percent-encoded. */
const SUSPECT = /[$%]|(?:^|&)(?:alt|fields|prettyPrint)(?:[=&]|$)/;

export function createSystemReader(rules: SystemRules): SystemReader {
  const spellings = new Map<string, Name | 'callback'>([['$callback', 'callback']]);
  for (const name of NAMES) {
    spellings.set(`$${name}`, name);
    // A field of the request takes the bare spelling.
    if (findField(rules.request, name) === undefined && !rules.isIgnored(name)) spellings.set(name, name);
  }
  return (query, header) => {
    if (header === undefined && !SUSPECT.test(query)) return undefined;
    return read(query, header, spellings, rules);
  };
}

interface Given {
  /** As it was spelled. */
  readonly spelling: string;
  readonly value: string;
}

function read(
  query: string,
  header: Header,
  spellings: ReadonlyMap<string, Name | 'callback'>,
  rules: SystemRules,
): SystemParameters | undefined {
  const given = new Map<Name, Given>();
  if (header !== undefined)
    given.set('fields', { spelling: 'x-goog-fieldmask', value: [header].flat().join(',') });
  const rest: string[] = [];
  for (const part of query.split('&')) {
    const equals = part.indexOf('=');
    const spelling = decode(equals === -1 ? part : part.slice(0, equals));
    const name = spelling === undefined ? undefined : spellings.get(spelling);
    const value = name === undefined || equals === -1 ? '' : decode(part.slice(equals + 1));
    // What is malformed is refused by the reader of queries.
    if (name === undefined || spelling === undefined || value === undefined) {
      rest.push(part);
      continue;
    }
    if (name === 'callback') throw refusal(spelling, 'JSONP is not served');
    if (given.has(name)) throw refusal(spelling, 'the parameter is there twice');
    given.set(name, { spelling, value });
  }
  if (given.size === 0) return undefined;
  return {
    query: rest.join('&'),
    alt: readAlt(given.get('alt'), rules),
    pretty: readPretty(given.get('prettyPrint')),
    mask: readMask(given.get('fields'), given.get('alt')?.value, rules),
  };
}

function readAlt(given: Given | undefined, rules: SystemRules): Alt | undefined {
  if (given === undefined) return undefined;
  const alt = ALTS.find((one) => one === given.value);
  if (alt === undefined) throw refusal(given.spelling, `must be one of ${ALTS.join(', ')}`);
  if (alt === 'sse' && (!rules.isStream || rules.isHttpBody)) {
    throw refusal(given.spelling, 'only a stream of messages can be sent as events');
  }
  if (alt === 'media' && !rules.isHttpBody) throw refusal(given.spelling, 'this method answers with JSON');
  return alt;
}

function readPretty(given: Given | undefined): boolean {
  if (given === undefined || given.value === 'false') return false;
  // Google's own clients send it without a value as well.
  if (given.value === 'true' || given.value === '') return true;
  throw refusal(given.spelling, 'must be true or false');
}

function readMask(
  given: Given | undefined,
  alt: string | undefined,
  { answer, isHttpBody }: SystemRules,
): ResponseMask | undefined {
  if (given === undefined) return undefined;
  const isMedia = isHttpBody && (alt === undefined || alt === 'media');
  const mask = parseResponseMask(given.value, isMedia ? undefined : answer);
  if (typeof mask === 'string') throw refusal(given.spelling, mask);
  return mask;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function refusal(field: string, description: string): GatewayError {
  return new GatewayError('invalid_argument', `${field}: ${description}`, {
    violations: [{ field, description }],
  });
}
