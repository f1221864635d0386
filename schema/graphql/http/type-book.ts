// What the builders of single types share: types by schema, and what is known of the document.
import type { GraphScalar, InputType, TypeRef, ValueShape } from '../../../core/graph.ts';
import type { GraphOptions } from '../../../core/graph-settings.ts';
import type { JsonSchema } from '../../../core/http-operation.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { lowerCamelCase, nextName, upperFirst, validName } from '../names.ts';
import type { HttpNotes } from './http-notes.ts';
import type { SchemaPlace } from './overlay-names.ts';
import type { Look, ObjectMeaning } from './schema-look.ts';
import type { SchemaView } from './schema-view.ts';

export type Direction = 'output' | 'input';

/** A type where it is used. */
export interface Typed {
  readonly value: ValueShape;
  /** Without its outermost `!`. */
  readonly type: TypeRef;
  readonly mayBeNull: boolean;
}

export interface ObjectToBuild {
  readonly name: string;
  readonly description: string;
  /** The component that it is, if it is one. */
  readonly component: string | undefined;
  readonly meaning: ObjectMeaning;
  readonly place: SchemaPlace;
}

export interface TypeBook {
  readonly builder: GraphBuilder;
  readonly view: SchemaView;
  readonly notes: HttpNotes;
  /** Properties that identify what the component is: `Review id`. */
  readonly identifiers: ReadonlySet<string>;
  /** Names of what has been built or claimed, by direction or kind and component or place. */
  readonly components: Map<string, string>;
  typeOf(schema: JsonSchema, place: SchemaPlace, direction: Direction): Typed;
  /** The name of an object's type, whose fields are built later; undefined if there are too many. */
  objectType(
    meaning: ObjectMeaning,
    look: Look,
    place: SchemaPlace,
    direction: Direction,
  ): string | undefined;
  object(meaning: ObjectMeaning, look: Look, place: SchemaPlace, direction: Direction): Typed;
  /** What types cannot say; `why` is noted. */
  json(place: SchemaPlace, why: string | undefined): Typed;
  scalar(scalar: GraphScalar): Typed;
  claim(role: string, place: SchemaPlace, look: Look, preferred: string): string;
  /** What is said of the type, not of the place where it is used. */
  describe(look: Look): string;
  /** Whether a value of a list or an entry is surely there. */
  isPresent(typed: Typed, direction: Direction): boolean;
  /** An input type whose fields may have to be loosened once all are known. */
  addInput(input: InputType): void;
  /** The property's value follows from which member of a choice the client takes. */
  isToldByChoice(component: string | undefined, property: string): boolean;
}

export function named(name: string, isRequired = false): TypeRef {
  return { name, isRequired };
}

/** `BookInput`; not doubled. */
export function inputName(stem: string): string {
  return stem.endsWith('Input') ? stem : `${stem}Input`;
}

export function required(type: TypeRef, isRequired: boolean): TypeRef {
  return { ...type, isRequired };
}

/** What a property or parameter is called where nothing else is chosen. */
export function memberName(key: string, { camelCase }: Pick<GraphOptions, 'camelCase'>): string {
  const [first, ...others] = camelCase ? key.split(/[^A-Za-z0-9]+/).filter((word) => word !== '') : [];
  if (first === undefined) return validName(key);
  return validName((/^[A-Z]/.test(first) ? lowerCamelCase(first) : first) + others.map(upperFirst).join(''));
}

/** Whether an answer surely has a value: never, for services that do not keep such promises. */
export function isPromised(
  isRequired: boolean,
  { outputNullability }: Pick<GraphOptions, 'outputNullability'>,
): boolean {
  return isRequired && outputNullability === 'strict';
}

/** `foo-bar` and `foo_bar`: documents with such faults are served, and the later one yields. */
export function freeName(name: string, taken: { has(name: string): boolean }): string {
  return taken.has(name) ? nextName(name, (other) => !taken.has(other)) : name;
}
