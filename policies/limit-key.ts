// Whose count it is: the parts of a limit's key as one text that no other tuple of parts has.
// Source: security reference, section 5.1 (7).
import type { CallOrigin } from '../core/call-origin.ts';
import type { Operation } from '../core/operation.ts';
import type { LimitKeyPart } from '../core/rate-limit.ts';

export interface KeyFacts {
  readonly origin: CallOrigin | undefined;
  /** Undefined for what a document as a whole costs. */
  readonly operation: Operation | undefined;
}

export type KeyWriter = (facts: KeyFacts) => string;

type PartReader = (facts: KeyFacts) => string | undefined;

/** Compiled once per limit. A part that is missing is the address, told apart from a part of the same text. */
export function keyWriter(by: readonly LimitKeyPart[]): KeyWriter {
  const readers = by.map(partReader);
  return (facts) => {
    let key = '';
    for (const read of readers) {
      const value = read(facts);
      key += value === undefined ? tagged('a', addressOf(facts)) : tagged('v', value);
    }
    return key;
  };
}

/** With its length, so that parts that are merely joined cannot be shifted into each other. */
function tagged(tag: string, value: string): string {
  return `${tag}${value.length}:${value}`;
}

/** Who has no address shares one count with all such callers. */
function addressOf({ origin }: KeyFacts): string {
  return origin?.address ?? '';
}

function partReader(part: LimitKeyPart): PartReader {
  const [kind = '', name = ''] = split(part);
  switch (kind) {
    case 'route':
      return ({ origin }) => origin?.route;
    case 'operation':
      return ({ operation }) => operation?.id;
    case 'header': {
      const header = name.toLowerCase();
      return ({ origin }) => origin?.header(header);
    }
    case 'path':
      return ({ origin }) => origin?.variable(name);
    default:
      // The address; and the consumer, since nobody says yet who a caller is.
      return () => undefined;
  }
}

function split(part: LimitKeyPart): readonly string[] {
  const dot = part.indexOf('.');
  return dot === -1 ? [part] : [part.slice(0, dot), part.slice(dot + 1)];
}
