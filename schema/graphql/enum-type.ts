// A proto enum as a GraphQL enum. A zero value named `*_UNSPECIFIED` is no value there: it reads as null.
import type { DescEnum, DescEnumValue } from '@bufbuild/protobuf';
import type { EnumValue } from '../../core/graph.ts';
import { commentOf } from '../proto/source-info.ts';
import { deprecationOf, typeDescription } from './docs.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { enumValueNames, joinedTypeName, validEnumValue } from './names.ts';
import type { ServiceMapping } from './service-mapping.ts';

export function buildEnum(desc: DescEnum, builder: GraphBuilder): void {
  const { mapping } = builder;
  const names = valueNames(desc, mapping);
  const values = new Map<string, EnumValue>();
  const offered = offeredValues(desc, mapping);
  for (const [index, value] of desc.values.entries()) {
    if (!offered.has(value)) continue;
    const name = mapping.entryOf(value).rename ?? names[index] ?? value.name;
    const holder = values.get(name);
    if (holder === undefined) values.set(name, enumValue(name, value));
    else builder.reportValueClash(name, holder.protoName, value);
  }
  builder.add({
    kind: 'enum',
    name: builder.enumName(desc),
    description: typeDescription(desc),
    origin: desc.typeName,
    values: [...values.values()],
  });
}

function valueNames(desc: DescEnum, mapping: ServiceMapping): readonly string[] {
  const values = desc.values.map((value) => value.name);
  if (mapping.options.enumNames === 'full') return values.map(validEnumValue);
  return enumValueNames([desc.name, joinedTypeName(desc.typeName, desc.file.proto.package)], values);
}

function enumValue(name: string, value: DescEnumValue): EnumValue {
  return {
    name,
    protoName: value.name,
    number: value.number,
    description: commentOf(value),
    deprecation: deprecationOf(value),
  };
}

/** ProtoJSON of an enum field that is absent with implicit presence; null if the zero value is not offered. */
export function zeroEnumValue(desc: DescEnum, mapping: ServiceMapping): string | null {
  const zero = desc.values.find((value) => value.number === 0);
  return zero !== undefined && offeredValues(desc, mapping).has(zero) ? zero.name : null;
}

/** An enum must have a value: one that has nothing but `*_UNSPECIFIED` keeps it. */
function offeredValues(desc: DescEnum, mapping: ServiceMapping): ReadonlySet<DescEnumValue> {
  const shown = mapping.shownValues(desc);
  const offered = shown.filter(({ number, name }) => number !== 0 || !/(^|_)UNSPECIFIED$/.test(name));
  return new Set(shown.every(({ number }) => number === 0) ? shown : offered);
}
