// A finished document as it is sent: bytes, a tag for each coding, compressed once for each.
import type { JsonObject } from '../../core/json.ts';
import type { ContentCoding } from '../../translators/rest/content-coding.ts';
import { entityTag } from '../../translators/rest/entity-tag.ts';
import { compress } from '../edge/compress.ts';
import { inTurns } from './turns.ts';

export interface OpenapiDocument {
  /** JSON text in UTF-8. */
  readonly bytes: Uint8Array;
  etag(coding: ContentCoding | undefined): string;
  /** Compressed once for each coding. */
  coded(coding: ContentCoding): Promise<Uint8Array>;
}

export async function keptDocument(document: JsonObject): Promise<OpenapiDocument> {
  const bytes = Buffer.concat(await inTurns(textOf(document)));
  const compressed = new Map<ContentCoding, Promise<Uint8Array>>();
  const tag = entityTag(bytes, undefined).slice(1, -1);
  return {
    bytes,
    etag: (coding) => (coding === undefined ? `"${tag}"` : `"${tag}-${coding}"`),
    coded: (coding) => {
      let coded = compressed.get(coding);
      if (coded === undefined) {
        coded = Promise.resolve(compress(coding, bytes));
        compressed.set(coding, coded);
      }
      return coded;
    },
  };
}

/** Levels that are written member by member: `paths`, and each kind of component. */
const DEPTH = 3;

function* textOf(document: JsonObject): Generator<void, Buffer[]> {
  const pieces: Buffer[] = [];
  yield* write(document, DEPTH, pieces);
  return pieces;
}

function* write(object: JsonObject, depth: number, pieces: Buffer[]): Generator<void> {
  let separator = '{';
  for (const [key, value] of Object.entries(object)) {
    pieces.push(Buffer.from(`${separator}${JSON.stringify(key)}:`));
    separator = ',';
    yield;
    if (depth > 1 && typeof value === 'object' && value !== null && !Array.isArray(value))
      yield* write(value, depth - 1, pieces);
    else pieces.push(Buffer.from(JSON.stringify(value)));
  }
  pieces.push(Buffer.from(separator === '{' ? '{}' : '}'));
}
