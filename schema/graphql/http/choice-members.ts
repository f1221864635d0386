// The members of a oneOf or anyOf of objects: what each is called, and how answers are told apart
// (graphql reference, section 4). Never by position.
import type { Constant, UnionChoice, UnionEvidence } from '../../../core/graph.ts';
import { type JsonSchema, schemaOfRef } from '../../../core/http-operation.ts';
import { lowerCamelCase, pascalCase, upperFirst, validName } from '../names.ts';
import { componentKey, type SchemaPlace } from './overlay-names.ts';
import type { Discriminator, Look, Meaning, ObjectMeaning } from './schema-look.ts';
import type { SchemaView } from './schema-view.ts';
import { mergeTwins } from './twin-members.ts';

export interface ChoiceMember {
  readonly meaning: ObjectMeaning;
  readonly look: Look;
  readonly place: SchemaPlace;
  /** Of the member in a `@oneOf` input. */
  readonly fieldName: string;
  /** What the discriminator says of it. */
  readonly constants: readonly Constant[];
  /** Values of the discriminator that mean it. */
  readonly told: readonly string[];
}

/** In words why there are none that types could show. */
export function findMembers(
  { members, discriminator }: Meaning & { kind: 'choice' },
  view: SchemaView,
  place: SchemaPlace,
): readonly ChoiceMember[] | string {
  const found = new Map<string, ChoiceMember>();
  for (const schema of members) {
    const look = view.look(schema);
    if (look.meaning.kind !== 'object') return 'it may be an object or something else';
    const component = look.component ?? referenced(schema);
    const name = component ?? nameByContent(look, view);
    if (name === undefined) return 'one of the objects that it may be has neither a name nor a title';
    const pascal = validName(upperFirst(pascalCase(name)));
    const isOwn = look.component !== undefined;
    const own = isOwn
      ? { stem: pascal, pointer: componentKey(name) }
      : { stem: place.stem + pascal, pointer: `${place.pointer}/${encodeURIComponent(name)}` };
    const told = discriminator === undefined ? [] : valuesOf(component, look, discriminator, view);
    const [value] = told;
    const twin = found.get(own.pointer);
    const meaning = twin === undefined || isOwn ? look.meaning : mergeTwins(twin.meaning, look.meaning);
    found.set(own.pointer, {
      meaning,
      look,
      place: own,
      fieldName: validName(lowerCamelCase(name)),
      constants: value === undefined || discriminator === undefined ? [] : [[discriminator.key, value]],
      told,
    });
  }
  const names = [...found.values()].map(({ fieldName }) => fieldName);
  if (new Set(names).size < names.length) return 'two of the objects that it may be have the same name';
  return [...found.values()];
}

/** In words why answers cannot be told apart. */
export function tellApart(
  members: readonly ChoiceMember[],
  typeOf: (member: ChoiceMember) => string,
  discriminator: Discriminator | undefined,
  view: SchemaView,
): UnionChoice | string {
  const evidence = members.map((member) => evidenceOf(member, typeOf(member), view));
  const isTold = discriminator !== undefined && members.every(({ told }) => told.length > 0);
  if (!isTold) {
    for (const [index, one] of evidence.entries()) {
      const twin = evidence.slice(index + 1).find((other) => !isSeparable(one, other));
      if (twin !== undefined) {
        return `${one.type} and ${twin.type} cannot be told apart: there is no discriminator, and no required or constant property that only one of them has`;
      }
    }
  }
  return {
    discriminator: isTold
      ? {
          key: discriminator.key,
          members: members.flatMap((member) => member.told.map((value) => [value, typeOf(member)] as const)),
        }
      : undefined,
    members: evidence,
  };
}

function evidenceOf({ meaning }: ChoiceMember, type: string, view: SchemaView): UnionEvidence {
  const required: string[] = [];
  const constants: Constant[] = [];
  for (const name of meaning.required) {
    const schema = meaning.properties.get(name);
    const property = schema === undefined ? undefined : view.look(schema);
    if (property?.isWriteOnly === true) continue;
    required.push(name);
    const constant = property && constantOf(property);
    if (constant !== undefined) constants.push([name, constant]);
  }
  return { type, required, constants, known: [...meaning.properties.keys()] };
}

/** A constant, or an enum of one value. */
function constantOf({ constant, meaning }: Look): string | number | boolean | undefined {
  if (typeof constant === 'string' || typeof constant === 'number' || typeof constant === 'boolean')
    return constant;
  if (meaning.kind !== 'enum' || meaning.values.length !== 1) return undefined;
  return meaning.values[0];
}

/** Two constants that differ, or a required property that the other does not have. */
function isSeparable(a: UnionEvidence, b: UnionEvidence): boolean {
  const differ = a.constants.some(([key, value]) =>
    b.constants.some(([other, its]) => other === key && its !== value),
  );
  return differ || hasOwnProof(a, b) || hasOwnProof(b, a);
}

function hasOwnProof({ required }: UnionEvidence, { known }: UnionEvidence): boolean {
  return required.some((name) => !known.includes(name));
}

/** OpenAPI 3.2, "Discriminator Object": the mapping, else the component's own name; a constant says it, too. */
function valuesOf(
  component: string | undefined,
  { meaning }: Look,
  { key, mapping }: Discriminator,
  view: SchemaView,
): string[] {
  const mapped = [...mapping].filter(([, name]) => name === component).map(([value]) => value);
  const property = meaning.kind === 'object' ? meaning.properties.get(key) : undefined;
  const look = property === undefined ? undefined : view.look(property);
  const constant = look && constantOf(look);
  const own = look?.meaning.kind === 'enum' && look.meaning.values.length === 1 ? look.meaning.values : [];
  const said = [...mapped, ...(constant === undefined ? own : [constant])].map(String);
  if (said.length > 0) return [...new Set(said)];
  return component === undefined ? [] : [component];
}

/** The component among the parts of an `allOf`. */
function referenced(schema: JsonSchema): string | undefined {
  if (typeof schema === 'boolean') return undefined;
  const own = schemaOfRef(schema.$ref);
  if (own !== undefined || !Array.isArray(schema.allOf)) return own;
  for (const part of schema.allOf) {
    const name =
      typeof part === 'object' && part !== null && !Array.isArray(part) ? referenced(part) : undefined;
    if (name !== undefined) return name;
  }
  return undefined;
}

/** A title, a constant that it holds, or the property that it must have. */
function nameByContent({ meaning, title }: Look, view: SchemaView): string | undefined {
  if (title !== '') return title;
  if (meaning.kind !== 'object') return undefined;
  for (const name of meaning.required) {
    const property = meaning.properties.get(name);
    const constant = property === undefined ? undefined : constantOf(view.look(property));
    if (typeof constant === 'string') return constant;
  }
  const [first] = meaning.required;
  return first;
}
