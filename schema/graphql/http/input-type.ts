// An object schema as a GraphQL input type: what clients may set of it.
import type { Constant, InputField, TypeRef, ValueShape } from '../../../core/graph.ts';
import { deprecationReason } from '../docs.ts';
import { pascalCase } from '../names.ts';
import { propertyKey } from './overlay-names.ts';
import { freeName, memberName, type ObjectToBuild, required, type TypeBook } from './type-book.ts';

export function buildHttpInput(
  { name, description, component, meaning, place }: ObjectToBuild,
  types: TypeBook,
): void {
  const { options } = types.builder.mapping;
  const { overlay } = options;
  const fields = new Map<string, InputField>();
  const constants: Constant[] = [];
  for (const [key, schema] of meaning.properties) {
    const pointer = propertyKey(place.pointer, key);
    const entry = overlay.get(pointer);
    const property = types.view.look(schema);
    const isAsked = meaning.required.has(key);
    if (property.isReadOnly || entry?.hide === true) continue;
    // There is nothing to say: it has one value.
    if (isAsked && property.constant !== undefined) {
      constants.push([key, property.constant]);
      continue;
    }
    const typed = types.typeOf(schema, { stem: place.stem + pascalCase(key), pointer }, 'input');
    const isTold = types.isToldByChoice(component, key);
    const isRequired = isAsked && !property.isNullable && !property.hasDefault && !isTold;
    const field: InputField = {
      name: freeName(entry?.rename ?? memberName(key, options), fields),
      description: property.description,
      // GraphQL allows no deprecated input that must be given.
      deprecation: property.isDeprecated && !isRequired ? deprecationReason(property.description) : undefined,
      ...placed(key, typed.value, required(typed.type, isRequired), property.isNullable),
    };
    fields.set(field.name, field);
  }
  types.addInput({
    kind: 'input',
    name,
    description,
    origin: place.pointer,
    isOneOf: false,
    fields: fields.size === 0 ? [EMPTY_FIELD] : [...fields.values()],
    ...(constants.length > 0 && { constants }),
  });
}

function placed(
  key: string,
  value: ValueShape,
  type: TypeRef,
  isNullable: boolean,
): Pick<InputField, 'type' | 'target'> {
  return {
    type,
    target: { kind: 'single', key, path: key, value, ...(isNullable && { takesNull: true as const }) },
  };
}

/** GraphQL has no input type without fields. */
const EMPTY_FIELD = Object.freeze<InputField>({
  name: '_empty',
  type: { name: 'Boolean', isRequired: false },
  description: 'Without effect: nothing of it can be set.',
  deprecation: undefined,
  target: { kind: 'none' },
});
