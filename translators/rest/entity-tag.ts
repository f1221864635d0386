// Entity tags of answers, and what If-Match and If-None-Match ask of them. Sources: RFC 9110 §8.8.3 and §13.1.2.
import { hash } from 'node:crypto';
import type { ContentCoding } from './content-coding.ts';

/** 132 bits: enough that two answers never meet in one tag. */
const TAG_LENGTH = 22;

/** A strong tag of these bytes in this coding: each coding is a representation of its own. */
export function entityTag(bytes: Uint8Array, coding: ContentCoding | undefined): string {
  const digest = hash('sha256', bytes, 'base64url').slice(0, TAG_LENGTH);
  return coding === undefined ? `"${digest}"` : `"${digest}-${coding}"`;
}

/** The upstream's own tag is of the bytes as they were: coded they are equivalent, no longer the same. */
export function codedTag(own: string, coding: ContentCoding | undefined): string {
  return coding === undefined || own.startsWith('W/') ? own : `W/${own}`;
}

const TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;

export function isEntityTag(text: string): boolean {
  return TAG.test(text);
}

/** Weak comparison: `W/"a"` is `"a"`. */
export function matchesTag(ifNoneMatch: string, tag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = withoutWeakness(tag);
  // A tag may hold a comma: what is between two commas is looked at only to be compared with a tag that holds none.
  return opaque.includes(',')
    ? ifNoneMatch.includes(opaque)
    : ifNoneMatch.split(',').some((one) => withoutWeakness(one.trim()) === opaque);
}

function withoutWeakness(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}

/**
 * What an `If-Match` names, if that is one tag: `"abc"` and `W/"abc"` name abc, and so does abc, as some clients have
 * it; `*` stays. Undefined for several, and for none: a field of a request holds one.
 */
export function singleTag(ifMatch: string): string | undefined {
  const [, quoted, plain] = SINGLE_TAG.exec(ifMatch) ?? [];
  return quoted ?? plain;
}

const SINGLE_TAG = /^(?:(?:W\/)?"([\x21\x23-\x7e\x80-\xff]+)"|([^\s",]+))$/;
