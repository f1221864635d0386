// When two sources bring a type of the same full name, is it the same type? It is if everything the graph would
// show of it, and of all it refers to, is equal. Comments do not count.
import { createHash } from 'node:crypto';
import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import { notesOf } from './annotations.ts';
import { components } from './components.ts';

export type NamedDesc = DescMessage | DescEnum;

/** A key per type of `roots` and all they refer to; equal keys mean equal types, whichever source they came from. */
export function contentKeys(roots: Iterable<NamedDesc>): ReadonlyMap<NamedDesc, string> {
  const keys = new Map<NamedDesc, string>();
  for (const component of components(roots, references)) {
    // Members of a cycle share one text; what they refer to outside of it has its key already.
    const text = component
      .map((member) => [
        member.typeName,
        ownContent(member),
        references(member).map((to) => keys.get(to) ?? to.typeName),
      ])
      .map((part) => JSON.stringify(part))
      .sort()
      .join('\n');
    const hash = createHash('sha256').update(text).digest('base64url');
    for (const member of component) keys.set(member, `${member.typeName}#${hash}`);
  }
  return keys;
}

function references(desc: NamedDesc): NamedDesc[] {
  if (desc.kind === 'enum') return [];
  return desc.fields.flatMap((field) => field.message ?? field.enum ?? []);
}

function ownContent(desc: NamedDesc): unknown {
  return desc.kind === 'enum'
    ? desc.values.map((value) => [value.name, value.number, value.deprecated])
    : desc.fields.map(fieldContent);
}

function fieldContent(field: DescField): unknown {
  return [
    field.name,
    field.jsonName,
    field.number,
    field.fieldKind,
    field.scalar ?? field.message?.typeName ?? field.enum?.typeName,
    field.fieldKind === 'map' ? field.mapKey : 0,
    field.presence,
    field.oneof?.name ?? '',
    field.deprecated,
    notesOf(field),
  ];
}
