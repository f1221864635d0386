// Objects whose property names are data, as lists of entries: `additionalProperties` and nothing else.
import type { ValueShape } from '../../../core/graph.ts';
import type { JsonSchema } from '../../../core/http-operation.ts';
import { originOfKey } from '../name-book.ts';
import type { SchemaPlace } from './overlay-names.ts';
import { type Direction, named, required, type TypeBook, type Typed } from './type-book.ts';

export function buildEntries(
  schema: JsonSchema,
  place: SchemaPlace,
  direction: Direction,
  types: TypeBook,
): Typed {
  const { kind } = types.view.look(schema).meaning;
  const isLeaf = kind === 'scalar' || kind === 'enum' || kind === 'any' || kind === 'free';
  if (isLeaf && types.builder.mapping.options.maps === 'json') return types.scalar('JSONObject');
  const value = types.typeOf(
    schema,
    { stem: `${place.stem}Value`, pointer: `${place.pointer}/additionalProperties` },
    direction,
  );
  const key = `${direction} entry ${place.pointer}`;
  const known = types.components.get(key);
  const entry = known ?? addEntry(value, place, direction, types);
  types.components.set(key, entry);
  return {
    value: { kind: 'entries', entry, value: value.value },
    type: { list: { name: entry, isRequired: true }, isRequired: false },
    mayBeNull: false,
  };
}

function addEntry(value: Typed, place: SchemaPlace, direction: Direction, types: TypeBook): string {
  const preferred = `${place.stem}Entry${direction === 'input' ? 'Input' : ''}`;
  const origin = originOfKey(place.pointer);
  const name = types.builder.claimPlain({ preferred, role: `${direction}Entry`, origin });
  const head = { name, description: '', origin: place.pointer };
  const key = { kind: 'scalar', scalar: 'String' } as const;
  const common = { description: '', deprecation: undefined };
  const valueType = required(value.type, types.isPresent(value, direction));
  if (direction === 'output') {
    types.builder.add({
      kind: 'object',
      ...head,
      fields: [
        { name: 'key', type: named('String', true), ...common, source: single('key', key) },
        { name: 'value', type: valueType, ...common, source: single('value', value.value) },
      ],
    });
  } else {
    const target = (path: string, shape: ValueShape) =>
      ({ kind: 'single', key: path, path, value: shape }) as const;
    types.builder.add({
      kind: 'input',
      isOneOf: false,
      ...head,
      fields: [
        { name: 'key', type: named('String', true), ...common, target: target('key', key) },
        { name: 'value', type: valueType, ...common, target: target('value', value.value) },
      ],
    });
  }
  return name;
}

function single(key: string, value: ValueShape) {
  return { kind: 'single', key, path: key, value, absent: null } as const;
}
