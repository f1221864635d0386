// When two sources bring a type of the same full name, is it the same type? It is if everything the graph would
// show of it, and of all it refers to, is equal. Comments do not count.
import { createHash } from 'node:crypto';
import type { DescEnum, DescField, DescMessage, DescOneof } from '@bufbuild/protobuf';
import type { OverlayEntry } from '../../core/graph-settings.ts';
import { notesOf } from './annotations.ts';
import { components } from './components.ts';
import type { ServiceMapping } from './service-mapping.ts';

export type NamedDesc = DescMessage | DescEnum;

/**
 * A key per type of `roots` and all they refer to; equal keys mean equal types, whichever source they came from.
 * What the service's settings make of a type is part of what it is.
 */
export function contentKeys(
  roots: Iterable<NamedDesc>,
  mapping: ServiceMapping,
): ReadonlyMap<NamedDesc, string> {
  const keys = new Map<NamedDesc, string>();
  for (const component of components(roots, references)) {
    // Members of a cycle share one text; what they refer to outside of it has its key already.
    const text = component
      .map((member) => [
        member.typeName,
        ownContent(member, mapping),
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

function ownContent(desc: NamedDesc, mapping: ServiceMapping): unknown {
  const { prefix, typeNames, enumNames } = mapping.options;
  const { extensions } = mapping.options;
  const naming = [prefix, typeNames, extensions, wishes(mapping.entryOf(desc))];
  if (desc.kind === 'enum') {
    const values = desc.values.map((value) => [
      value.name,
      value.number,
      value.deprecated,
      wishes(mapping.entryOf(value)),
    ]);
    return [naming, enumNames, values];
  }
  const oneofs = desc.oneofs.map((oneof: DescOneof) => wishes(mapping.entryOf(oneof)));
  return [naming, desc.fields.map((field) => fieldContent(field, mapping)), oneofs];
}

function fieldContent(field: DescField, mapping: ServiceMapping): unknown {
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
    mapping.isJsonMap(field),
    wishes(mapping.entryOf(field)),
  ];
}

/** What of an entry changes a type. */
function wishes({ rename, hide, nonNull, oneof }: OverlayEntry): unknown {
  return [rename, hide, nonNull, oneof];
}
