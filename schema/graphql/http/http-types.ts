// JSON Schemas as GraphQL types (graphql reference, section 4). What stands where is decided here; objects, unions, enums
// and entries are built by their own files, once their names are claimed, so that types may lead in circles.
import type { GraphScalar, InputType, ValueShape } from '../../../core/graph.ts';
import { type JsonSchema, schemaOfRef } from '../../../core/http-operation.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { originOfKey } from '../name-book.ts';
import { pascalCase, upperFirst, validName } from '../names.ts';
import { isLossy } from '../value-shapes.ts';
import { buildChoice } from './choice-type.ts';
import { withoutEndless } from './endless-inputs.ts';
import { buildEntries } from './entries-type.ts';
import { buildHttpEnum } from './enum-type.ts';
import type { HttpNotes } from './http-notes.ts';
import { buildHttpInput } from './input-type.ts';
import { buildHttpObject } from './object-type.ts';
import { componentKey, type SchemaPlace } from './overlay-names.ts';
import type { Look, Meaning, ObjectMeaning } from './schema-look.ts';
import type { SchemaView } from './schema-view.ts';
import {
  type Direction,
  inputName,
  isPromised,
  named,
  required,
  type TypeBook,
  type Typed,
} from './type-book.ts';

/** Types of one service; documents that would have more get JSON. */
const MAX_TYPES = 20_000;
/** Characters of the way to a type without a name, which are also in its name. */
const MAX_POINTER = 600;
const MAX_LISTS = 20;

export interface HttpTypesOptions {
  readonly builder: GraphBuilder;
  readonly view: SchemaView;
  readonly notes: HttpNotes;
  /** Properties that identify what the component is: `Review id`. */
  readonly identifiers: ReadonlySet<string>;
  /** Properties whose value follows from the choice of a member: `Dog petType`. The client need not say them. */
  readonly discriminators: ReadonlySet<string>;
}

export class HttpTypes implements TypeBook {
  readonly builder: GraphBuilder;
  readonly view: SchemaView;
  readonly notes: HttpNotes;
  readonly identifiers: ReadonlySet<string>;
  /** Names of components' types, by direction and component. */
  readonly components = new Map<string, string>();
  readonly #discriminators: ReadonlySet<string>;
  readonly #inputs: InputType[] = [];
  readonly #waiting: (() => void)[] = [];
  /** Components that are being looked into without a type in between. */
  readonly #open = new Set<string>();
  #count = 0;

  constructor({ builder, view, notes, identifiers, discriminators }: HttpTypesOptions) {
    this.builder = builder;
    this.view = view;
    this.notes = notes;
    this.identifiers = identifiers;
    this.#discriminators = discriminators;
  }

  /** Builds what has been claimed; building may claim more. */
  finish(): void {
    for (let build = this.#waiting.pop(); build !== undefined; build = this.#waiting.pop()) build();
    for (const input of withoutEndless(this.#inputs)) this.builder.add(input);
    this.#inputs.length = 0;
  }

  /** Object types with the names of their components; undefined where they have none. */
  objects(): ReadonlyMap<string, string | undefined> {
    return new Map(
      [...this.components].flatMap(([key, name]) =>
        key.startsWith('output ') && !key.startsWith('output entry ')
          ? [[name, schemaOfRef(key.slice('output '.length))] as const]
          : [],
      ),
    );
  }

  /** An input type whose fields may have to be loosened once all are known. */
  addInput(input: InputType): void {
    this.#inputs.push(input);
  }

  isToldByChoice(component: string | undefined, property: string): boolean {
    return component !== undefined && this.#discriminators.has(`${component} ${property}`);
  }

  typeOf(schema: JsonSchema, place: SchemaPlace, direction: Direction): Typed {
    const look = this.view.look(schema);
    const { component } = look;
    if (component === undefined) {
      // Parts without a name that hold themselves, by what is merged into them, would go on for ever.
      if (place.pointer.length > MAX_POINTER)
        return this.json(place, 'it lies too deep within what has no name');
      return this.#typed(look, place, direction);
    }
    const own = componentPlace(component);
    // A list of itself, with nothing in between that has a name.
    if (this.#open.has(component)) return this.json(own, 'it holds itself without an object in between');
    if (this.#open.size >= MAX_LISTS) return this.json(own, `more than ${MAX_LISTS} lists lie in each other`);
    this.#open.add(component);
    const typed = this.#typed(look, own, direction);
    this.#open.delete(component);
    return typed;
  }

  #typed(look: Look, place: SchemaPlace, direction: Direction): Typed {
    const { meaning, isNullable } = look;
    const typed = this.#meant(meaning, look, place, direction);
    return { ...typed, mayBeNull: typed.mayBeNull || isNullable };
  }

  #meant(meaning: Meaning, look: Look, place: SchemaPlace, direction: Direction): Typed {
    switch (meaning.kind) {
      case 'any':
        return this.json(place, meaning.why, meaning.isMistake);
      case 'scalar': {
        const { isNumber } = meaning;
        const scalar = this.#available(meaning.scalar);
        return leaf(
          { kind: 'scalar', scalar, ...(isNumber === true && { isNumber }) },
          direction === 'output' && isLossy(scalar),
        );
      }
      case 'free':
        return this.scalar('JSONObject');
      case 'enum': {
        const type = buildHttpEnum(meaning.values, look, place, this);
        return { value: { kind: 'enum', type }, type: named(type), mayBeNull: direction === 'output' };
      }
      case 'list': {
        const item = this.typeOf(meaning.items, place, direction);
        return {
          value: { kind: 'list', item: item.value },
          type: { list: required(item.type, this.isPresent(item, direction)), isRequired: false },
          mayBeNull: false,
        };
      }
      case 'entries':
        return buildEntries(meaning.value, place, direction, this);
      case 'object':
        return this.object(meaning, look, place, direction);
      case 'choice':
        return buildChoice(meaning, look, place, direction, this);
    }
  }

  /** The type of an object; its fields are built later. */
  objectType(
    meaning: ObjectMeaning,
    look: Look,
    place: SchemaPlace,
    direction: Direction,
  ): string | undefined {
    if (this.#count >= MAX_TYPES) return undefined;
    const key = `${direction} ${look.component === undefined ? place.pointer : componentKey(look.component)}`;
    const known = this.components.get(key);
    if (known !== undefined) return known;
    this.#count += 1;
    const name = this.claim(
      direction,
      place,
      look,
      direction === 'input' ? inputName(place.stem) : place.stem,
    );
    this.components.set(key, name);
    const description = this.describe(look);
    const { component } = look;
    this.#waiting.push(() =>
      direction === 'output'
        ? buildHttpObject({ name, description, component, meaning, place }, this)
        : buildHttpInput({ name, description, component, meaning, place }, this),
    );
    return name;
  }

  object(meaning: ObjectMeaning, look: Look, place: SchemaPlace, direction: Direction): Typed {
    const type = this.objectType(meaning, look, place, direction);
    if (type === undefined) {
      this.notes.json(place.pointer, `the document has more than ${MAX_TYPES} types`);
      return this.scalar('JSONObject');
    }
    return { value: { kind: 'message', type, isOpen: true }, type: named(type), mayBeNull: false };
  }

  claim(role: string, place: SchemaPlace, look: Look, preferred: string): string {
    const { prefix } = this.builder.mapping.options;
    const entry =
      look.component === undefined
        ? undefined
        : this.builder.mapping.options.overlay.get(componentKey(look.component));
    const chosen = entry?.rename;
    const name =
      chosen === undefined ? upperFirst(prefix) + preferred : role === 'input' ? inputName(chosen) : chosen;
    const origin = originOfKey(look.component === undefined ? place.pointer : componentKey(look.component));
    return this.builder.claimPlain({
      preferred: validName(name),
      role,
      origin,
      isExplicit: chosen !== undefined && role !== 'input',
    });
  }

  isPresent({ mayBeNull }: Typed, direction: Direction): boolean {
    return direction === 'input' ? !mayBeNull : isPromised(!mayBeNull, this.builder.mapping.options);
  }

  /** Somebody's type may have had the name of a scalar before. */
  #available(scalar: GraphScalar): GraphScalar {
    if (scalar === 'Date' || scalar === 'SafeInteger') {
      if (this.builder.claimScalar(scalar)) return scalar;
      return scalar === 'Date' ? 'String' : 'Float';
    }
    this.builder.useScalar(scalar);
    return scalar;
  }

  /** What is said beside a reference speaks of the place, not of the type. */
  describe({ component, description }: Look): string {
    const schema = component === undefined ? undefined : this.view.component(component);
    return schema === undefined ? description : this.view.look(schema).description;
  }

  json(place: SchemaPlace, why: string | undefined, isMistake = false): Typed {
    if (why !== undefined) this.notes.json(place.pointer, why, isMistake);
    return { ...this.scalar('JSON'), mayBeNull: true };
  }

  scalar(scalar: GraphScalar): Typed {
    this.builder.useScalar(scalar);
    return leaf({ kind: 'scalar', scalar }, false);
  }
}

export function componentPlace(component: string): SchemaPlace {
  return { stem: validName(upperFirst(pascalCase(component))), pointer: componentKey(component) };
}

function leaf(value: ValueShape & { kind: 'scalar' }, mayBeNull: boolean): Typed {
  return { value: { ...value, isOpen: true }, type: named(value.scalar), mayBeNull };
}
