// Names of enums for the fast codecs: quoted, by number, on the way to JSON; numbers by name on the way back.
import type { DescEnum } from '@bufbuild/protobuf';
import type { EnumNames } from './message-plan.ts';

const encoder = new TextEncoder();
const DENSE_ENUM_NUMBERS = 64;

export function quotedNames(type: DescEnum): EnumNames {
  const names = new Map<number, Uint8Array>();
  for (const { number, name } of type.values) {
    // An alias is written by the name that the library chooses.
    names.set(number, encoder.encode(JSON.stringify(type.value[number]?.name ?? name)));
  }
  return {
    dense: Array.from({ length: DENSE_ENUM_NUMBERS }, (_, number) => names.get(number)),
    sparse: names,
  };
}

export function enumNumbers(type: DescEnum): ReadonlyMap<string, number> {
  return new Map(type.values.map(({ name, number }) => [name, number]));
}
