// A proto enum as a GraphQL enum. A zero value named `*_UNSPECIFIED` is no value there: it reads as null.
import type { DescEnum, DescEnumValue } from '@bufbuild/protobuf';
import type { EnumType } from '../../core/graph.ts';
import { commentOf } from '../proto/source-info.ts';
import { deprecationOf } from './docs.ts';
import { enumValueNames, joinedTypeName } from './names.ts';

export function buildEnum(desc: DescEnum, name: string): EnumType {
  const joined = joinedTypeName(desc.typeName, desc.file.proto.package);
  const names = enumValueNames(
    [desc.name, joined],
    desc.values.map((value) => value.name),
  );
  const values = desc.values.flatMap((value, index) =>
    isOffered(value)
      ? {
          name: names[index] ?? value.name,
          protoName: value.name,
          number: value.number,
          description: commentOf(value),
          deprecation: deprecationOf(value),
        }
      : [],
  );
  return { kind: 'enum', name, description: commentOf(desc), origin: desc.typeName, values };
}

/** ProtoJSON of an enum field that is absent with implicit presence; null if the zero value is not offered. */
export function zeroEnumValue(desc: DescEnum): string | null {
  const zero = desc.values.find((value) => value.number === 0);
  return zero !== undefined && isOffered(zero) ? zero.name : null;
}

/** An enum must have a value: one that has nothing but `*_UNSPECIFIED` keeps it. */
function isOffered(value: DescEnumValue): boolean {
  const isUnspecified = value.number === 0 && /(^|_)UNSPECIFIED$/.test(value.name);
  return !isUnspecified || value.parent.values.every((other) => other.number === 0);
}
