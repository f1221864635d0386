// Which fields of an answer a client wants, as `$fields` says: paths separated by commas, in proto or JSON names.
// Source: Google's system parameters; AIP-157; google/protobuf/field_mask.proto.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { Projection } from '../../core/codec.ts';
import { findField } from '../json/fields.ts';
import { jsonFormOf } from '../json/well-known.ts';

export interface ResponseMask {
  /** As it was given. */
  readonly text: string;
  /** Proto paths, in the order given. */
  readonly paths: readonly string[];
  /** Undefined: all of it. */
  readonly projection: Projection | undefined;
}

type Tree = Map<string, Projection | undefined>;

const MAX_PARTS = 100;

/** The mask, or in words why it is none. `message` is the type of the answer; undefined if it has no fields. */
export function parseResponseMask(text: string, message: DescMessage | undefined): ResponseMask | string {
  const fields: Tree = new Map();
  const paths: string[] = [];
  let isWhole = false;
  for (const given of text.split(',')) {
    const path = given.trim();
    if (path === '*') {
      isWhole = true;
      paths.push(path);
      continue;
    }
    if (message === undefined) return 'this answer has no fields to choose from';
    const names = resolve(path, message);
    if (typeof names === 'string') return names;
    paths.push(names.join('.'));
    add(fields, names);
  }
  return { text, paths, projection: isWhole ? undefined : { fields } };
}

/** Proto names along a path. Maps and well-known types are taken whole; a list stands for each of its messages. */
function resolve(path: string, message: DescMessage): readonly string[] | string {
  const parts = path.split('.');
  // `a.*` is all of a.
  if (parts.length > 1 && parts.at(-1) === '*') parts.pop();
  if (parts.length > MAX_PARTS) return `a path may have ${MAX_PARTS} parts`;
  const names: string[] = [];
  let at: DescMessage | undefined = message;
  for (const part of parts) {
    const field: DescField | undefined = at === undefined ? undefined : findField(at, part);
    if (field === undefined) {
      return `there is no field ${JSON.stringify(part.slice(0, 100))}${names.length > 0 ? ` in ${names.join('.')}` : ''}`;
    }
    names.push(field.name);
    at = field.fieldKind !== 'map' && field.message !== undefined ? entered(field.message) : undefined;
  }
  return names;
}

function entered(message: DescMessage): DescMessage | undefined {
  return jsonFormOf(message) === 'message' ? message : undefined;
}

/** A path that is there as a whole takes in those that are longer. */
function add(fields: Tree, names: readonly string[]): void {
  let at = fields;
  names.forEach((name, index) => {
    const isLast = index === names.length - 1;
    if (isLast) at.set(name, undefined);
    else if (at.has(name) && at.get(name) === undefined) at = new Map();
    else {
      const inner = (at.get(name)?.fields as Tree | undefined) ?? new Map();
      at.set(name, { fields: inner });
      at = inner;
    }
  });
}
