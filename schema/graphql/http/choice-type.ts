// A choice of objects: in answers a union, in requests an input of which one member is given (graphql reference,
// section 4).
import { type ChoiceMember, findMembers, tellApart } from './choice-members.ts';
import { componentKey, type SchemaPlace } from './overlay-names.ts';
import type { Look, Meaning } from './schema-look.ts';
import { type Direction, inputName, named, type TypeBook, type Typed } from './type-book.ts';

export function buildChoice(
  meaning: Meaning & { kind: 'choice' },
  look: Look,
  place: SchemaPlace,
  direction: Direction,
  types: TypeBook,
): Typed {
  const members = findMembers(meaning, types.view, place);
  if (typeof members === 'string') return types.json(place, members);
  const [only, second] = members;
  if (only !== undefined && second === undefined) {
    return types.object(only.meaning, only.look, only.place, direction);
  }
  return direction === 'output'
    ? unionOf(members, meaning, look, place, types)
    : oneOfInput(members, look, place, types);
}

function unionOf(
  members: readonly ChoiceMember[],
  meaning: Meaning & { kind: 'choice' },
  look: Look,
  place: SchemaPlace,
  types: TypeBook,
): Typed {
  const names = members.map((member) =>
    types.objectType(member.meaning, member.look, member.place, 'output'),
  );
  if (names.includes(undefined)) return types.scalar('JSON');
  const choice = tellApart(
    members,
    (member) => names[members.indexOf(member)] ?? '',
    meaning.discriminator,
    types.view,
  );
  if (typeof choice === 'string') return types.json(place, choice);
  const key = `union ${look.component === undefined ? place.pointer : componentKey(look.component)}`;
  const known = types.components.get(key);
  const name = known ?? types.claim('union', place, look, place.stem);
  types.components.set(key, name);
  types.builder.add({
    kind: 'union',
    name,
    description: types.describe(look),
    origin: place.pointer,
    members: choice.members.map(({ type }) => type),
    choice,
  });
  return { value: { kind: 'choice', type: name }, type: named(name), mayBeNull: true };
}

function oneOfInput(
  members: readonly ChoiceMember[],
  look: Look,
  place: SchemaPlace,
  types: TypeBook,
): Typed {
  const key = `oneOf ${look.component === undefined ? place.pointer : componentKey(look.component)}`;
  const known = types.components.get(key);
  const name = known ?? types.claim('oneOf', place, look, inputName(place.stem));
  if (known === undefined) {
    types.components.set(key, name);
    const fields = members.flatMap((member) => {
      const type = types.objectType(member.meaning, member.look, member.place, 'input');
      if (type === undefined) return [];
      const { constants } = member;
      const value = { kind: 'message', type } as const;
      return {
        name: member.fieldName,
        type: named(type),
        description: member.look.description,
        deprecation: undefined,
        target: {
          kind: 'single',
          key: member.fieldName,
          path: member.fieldName,
          value,
          ...(constants.length > 0 && { constants }),
        } as const,
      };
    });
    types.builder.add({
      kind: 'input',
      name,
      description: types.describe(look),
      origin: place.pointer,
      isOneOf: true,
      fields,
    });
  }
  return { value: { kind: 'choice', type: name }, type: named(name), mayBeNull: false };
}
