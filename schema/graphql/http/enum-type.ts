// An enum of a JSON Schema as a GraphQL enum: values become names, and are mapped back (graphql reference, section 4).
import { validEnumValue } from '../names.ts';
import { componentKey, type SchemaPlace } from './overlay-names.ts';
import type { Look } from './schema-look.ts';
import { freeName, type TypeBook } from './type-book.ts';

/** The name of the type; it is built once. */
export function buildHttpEnum(
  values: readonly (string | number)[],
  look: Look,
  place: SchemaPlace,
  types: TypeBook,
): string {
  const key = `enum ${look.component === undefined ? place.pointer : componentKey(look.component)}`;
  const known = types.components.get(key);
  if (known !== undefined) return known;
  const name = types.claim('enum', place, look, place.stem);
  types.components.set(key, name);
  const names = new Set<string>();
  types.builder.add({
    kind: 'enum',
    name,
    description: types.describe(look),
    origin: place.pointer,
    values: values.map((value, index) => {
      const valueName = freeName(validEnumValue(String(value)), names);
      names.add(valueName);
      return {
        name: valueName,
        protoName: String(value),
        ...(typeof value === 'number' && { value }),
        number: index,
        description: '',
        deprecation: undefined,
      };
    }),
  });
  return name;
}
