// Which content coding an answer gets. Source: RFC 9110 §12.5.3 and §12.4.2.
import { GatewayError } from '../../core/error.ts';

/** Best first where a client likes several alike: by what they cost for what they save. */
export const CODINGS = ['zstd', 'br', 'gzip'] as const;
export type ContentCoding = (typeof CODINGS)[number];

export interface CodingChoice {
  /** Undefined: as it is. */
  readonly coding: ContentCoding | undefined;
  /** Even an answer too small to be worth it must be coded. */
  readonly isIdentityRefused: boolean;
}

const AS_IT_IS: CodingChoice = Object.freeze({ coding: undefined, isIdentityRefused: false });

/** Clients send few different headers; a stranger who sends many makes us parse each, and remember none beyond these. */
const known = new Map<string, CodingChoice>();
const MAX_KNOWN = 200;
const MAX_KNOWN_LENGTH = 200;

export function chooseCoding(acceptEncoding: string | undefined): CodingChoice {
  if (acceptEncoding === undefined) return AS_IT_IS;
  let choice = known.get(acceptEncoding);
  if (choice === undefined) {
    choice = readChoice(acceptEncoding);
    if (known.size < MAX_KNOWN && acceptEncoding.length <= MAX_KNOWN_LENGTH)
      known.set(acceptEncoding, choice);
  }
  return choice;
}

/**
 * To be asked before the call, so that nothing is done for an answer that nobody will read.
 * @throws GatewayError `not-acceptable` if the client refuses every coding that there is, `identity` included.
 */
export function assertCoding(acceptEncoding: string | undefined): void {
  if (acceptEncoding === undefined) return;
  const { coding, isIdentityRefused } = chooseCoding(acceptEncoding);
  if (coding !== undefined || !isIdentityRefused) return;
  throw new GatewayError(
    'invalid_argument',
    `Accept-Encoding refuses every coding of the answer; accept one of ${CODINGS.join(', ')} or identity`,
    { type: 'not-acceptable' },
  );
}

/** Parts of a list that are looked at; there are a dozen codings in the world. */
const MAX_ITEMS = 30;
const WEIGHT = /^q[ \t]*=[ \t]*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/;

function readChoice(header: string): CodingChoice {
  const weights = new Map<string, number>();
  for (const item of header.toLowerCase().split(',', MAX_ITEMS)) {
    const [name = '', weight, ...others] = item.split(';').map((part) => part.trim());
    const q = weight === undefined ? 1 : Number(WEIGHT.exec(weight)?.[1] ?? Number.NaN);
    if (name === '' || Number.isNaN(q) || others.length > 0) continue;
    // RFC 9110 §8.4.1.3: one coding by two names.
    weights.set(name === 'x-gzip' ? 'gzip' : name, q);
  }
  const rest = weights.get('*');
  const identity = weights.get('identity') ?? (rest === 0 ? 0 : undefined);
  let coding: ContentCoding | undefined;
  // What is not said to be disliked is taken as it is only where nothing else was asked for.
  let best = identity ?? 0;
  for (const candidate of CODINGS) {
    const weight = weights.get(candidate) ?? rest ?? 0;
    if (weight === 0 || weight < best || (coding !== undefined && weight === best)) continue;
    coding = candidate;
    best = weight;
  }
  return { coding, isIdentityRefused: identity === 0 };
}

/** Text in one form or another; pictures, archives and what nobody knows are as small as they get. */
const COMPRESSIBLE =
  /^(?:text\/|application\/(?:json|x-ndjson|jsonl|javascript|xml|yaml|x-yaml|graphql|wasm|x-www-form-urlencoded|protobuf|x-protobuf)(?:$|[ ;])|image\/(?:svg\+xml|bmp)|[a-z]+\/[a-z0-9.-]{1,100}\+(?:json|xml|yaml|text)(?:$|[ ;]))/i;

export function isCompressible(contentType: string): boolean {
  return COMPRESSIBLE.test(contentType);
}
