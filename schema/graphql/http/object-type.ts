// An object schema as a GraphQL object type: what answers show of it.
import type { OutputField } from '../../../core/graph.ts';
import { deprecationReason } from '../docs.ts';
import { pascalCase } from '../names.ts';
import { propertyKey } from './overlay-names.ts';
import {
  freeName,
  isPromised,
  memberName,
  type ObjectToBuild,
  required,
  type TypeBook,
} from './type-book.ts';

export function buildHttpObject(
  { name, description, component, meaning, place }: ObjectToBuild,
  types: TypeBook,
): void {
  const { options } = types.builder.mapping;
  const { overlay } = options;
  if (meaning.hasOthers)
    types.notes.leftOut(`${place.pointer}/additionalProperties`, 'it stands beside properties');
  const fields = new Map<string, OutputField>();
  for (const [key, schema] of meaning.properties) {
    const pointer = propertyKey(place.pointer, key);
    const entry = overlay.get(pointer);
    const property = types.view.look(schema);
    if (property.isWriteOnly || entry?.hide === true) continue;
    const typed = types.typeOf(schema, { stem: place.stem + pascalCase(key), pointer }, 'output');
    const isText = typed.value.kind === 'scalar' && typed.value.scalar === 'String';
    const isId = isText && types.identifiers.has(`${component ?? ''} ${key}`);
    const value = isId ? ({ kind: 'scalar', scalar: 'ID', isOpen: true } as const) : typed.value;
    const isThere = isPromised(meaning.required.has(key) && !typed.mayBeNull, options);
    const isRequired = isThere || entry?.nonNull === true;
    const field: OutputField = {
      name: freeName(entry?.rename ?? memberName(key, options), fields),
      type: required(isId ? { name: 'ID', isRequired } : typed.type, isRequired),
      description: property.description,
      deprecation: property.isDeprecated ? deprecationReason(property.description) : undefined,
      source: { kind: 'single', key, path: key, value, absent: null },
    };
    fields.set(field.name, field);
  }
  types.builder.add({
    kind: 'object',
    name,
    description,
    origin: place.pointer,
    fields: fields.size === 0 ? [EMPTY_FIELD] : [...fields.values()],
  });
}

/** GraphQL has no object without fields. */
const EMPTY_FIELD = Object.freeze<OutputField>({
  name: '_empty',
  type: { name: 'Boolean', isRequired: false },
  description: 'Always null: nothing of it is shown.',
  deprecation: undefined,
  source: { kind: 'none' },
});
