// Paths of fields as people write them in a configuration, found in messages: `requests.id`, in proto or JSON names.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import type { FieldPath, KeyField } from '../../../core/graph.ts';
import { graphScalar, wellKnownScalar, zeroOf } from '../value-shapes.ts';

const MAX_PARTS = 32;

export interface FoundPath extends FieldPath {
  readonly fields: readonly [DescField, ...DescField[]];
  readonly last: DescField;
}

/** The fields along a path, or in words why there is none. */
export function findPath(message: DescMessage, text: string): FoundPath | string {
  const parts = text.split('.');
  if (parts.length > MAX_PARTS) return `${shown(text)} has more than ${MAX_PARTS} parts`;
  const fields: DescField[] = [];
  let at: DescMessage | undefined = message;
  for (const part of parts) {
    const holder: DescMessage | undefined = at;
    if (holder === undefined) return `${shown(text)} goes below a field that is no message`;
    const field: DescField | undefined =
      holder.fields.find(({ name }) => name === part) ??
      holder.fields.find(({ jsonName }) => jsonName === part);
    if (field === undefined) return `${holder.typeName} has no field ${shown(part)}`;
    fields.push(field);
    const inner: DescMessage | undefined = field.fieldKind === 'map' ? undefined : field.message;
    at = inner !== undefined && wellKnownScalar(inner) === undefined ? inner : undefined;
  }
  const [first, ...rest] = fields;
  if (first === undefined) return 'the path is empty';
  return {
    fields: [first, ...rest],
    last: rest.at(-1) ?? first,
    keys: fields.map(({ jsonName }) => jsonName),
    path: fields.map(({ name }) => name),
  };
}

/** What two values must have in common to be compared; undefined for what cannot be a key. */
export function keyTypeOf(field: DescField): string | undefined {
  if (field.fieldKind === 'map') return undefined;
  if (field.enum !== undefined) return `the enum ${field.enum.typeName}`;
  const scalar = field.message === undefined ? graphScalar(field.scalar) : wellKnownScalar(field.message);
  switch (scalar) {
    case 'String':
    case 'Boolean':
    case 'Int':
    case 'UInt32':
    case 'Int64':
    case 'UInt64':
    case 'Bytes':
      return scalar;
    default:
      return undefined;
  }
}

/** Places in the path of fields that take many. */
export function repeatedPlaces({ fields }: FoundPath): number[] {
  return fields.flatMap((field, index) =>
    field.fieldKind === 'list' || field.fieldKind === 'map' ? [index] : [],
  );
}

/**
 * The path with what absence of its last field means. `isAlone`: it is the whole key; then an empty text that cannot
 * be told from an absent one is no key.
 */
export function keyField({ keys, path, last }: FoundPath, isAlone: boolean): KeyField {
  return { keys, path, absent: absentKey(last, isAlone) };
}

function absentKey(field: DescField, isAlone: boolean): KeyField['absent'] {
  if (field.presence !== FeatureSet_FieldPresence.IMPLICIT || field.oneof !== undefined) return null;
  if (field.fieldKind === 'enum') return field.enum.values.find(({ number }) => number === 0)?.name ?? null;
  if (field.fieldKind !== 'scalar') return null;
  const zero = zeroOf(field.scalar);
  return zero === '' && isAlone ? null : zero;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
