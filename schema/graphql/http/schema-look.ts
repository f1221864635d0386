// What a schema is seen to be: its meaning for a type, and what is said of it beside that.
import type { JsonSchema } from '../../../core/http-operation.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import type { ScalarMeaning } from './scalar-meaning.ts';

export type Meaning =
  /** Any JSON value. `why`: the schema says more than types can say, for a note; for a warning, if it is a mistake. */
  | { readonly kind: 'any'; readonly why: string | undefined; readonly isMistake?: boolean }
  | ({ readonly kind: 'scalar' } & ScalarMeaning)
  | { readonly kind: 'enum'; readonly values: readonly (string | number)[] }
  | ({ readonly kind: 'object' } & ObjectMeaning)
  /** An object of any keys, with values of one schema. */
  | { readonly kind: 'entries'; readonly value: JsonSchema }
  | { readonly kind: 'free' }
  | { readonly kind: 'list'; readonly items: JsonSchema }
  | {
      readonly kind: 'choice';
      readonly members: readonly JsonSchema[];
      readonly discriminator: Discriminator | undefined;
    };

export interface ObjectMeaning {
  readonly properties: ReadonlyMap<string, JsonSchema>;
  readonly required: ReadonlySet<string>;
  /** It may have other properties too, which are described: they are not shown. */
  readonly hasOthers: boolean;
}

export interface Discriminator {
  readonly key: string;
  /** Component by value. */
  readonly mapping: ReadonlyMap<string, string>;
}

export interface Look {
  readonly meaning: Meaning;
  readonly isNullable: boolean;
  /** The component that it is, and nothing else: then it is the component's own type. */
  readonly component: string | undefined;
  readonly title: string;
  readonly description: string;
  readonly isDeprecated: boolean;
  readonly isReadOnly: boolean;
  readonly isWriteOnly: boolean;
  readonly hasDefault: boolean;
  /** The only value there is. */
  readonly constant: JsonValue | undefined;
}

/** Say something of a value without saying what it is. */
export const ANNOTATIONS: ReadonlySet<string> = new Set([
  ...[
    'title',
    'description',
    'default',
    'examples',
    'deprecated',
    'readOnly',
    'writeOnly',
    'xml',
    'externalDocs',
  ],
  ...['$comment', '$ref'],
]);

export interface Annotations {
  readonly title: string;
  readonly description: string;
  readonly isDeprecated: boolean;
  readonly isReadOnly: boolean;
  readonly isWriteOnly: boolean;
  readonly hasDefault: boolean;
}

export function annotationsOf({
  description,
  title,
  deprecated,
  readOnly,
  writeOnly,
  default: given,
}: JsonObject): Annotations {
  const name = typeof title === 'string' ? title.trim() : '';
  return {
    title: name,
    description: typeof description === 'string' ? description.trim() : name,
    isDeprecated: deprecated === true,
    isReadOnly: readOnly === true,
    isWriteOnly: writeOnly === true,
    hasDefault: given !== undefined,
  };
}

/** What stands beside a reference is said of the place; what does not, comes from what is referred to. */
export function presentOf(notes: Annotations): Partial<Annotations> {
  return {
    ...(notes.title !== '' && { title: notes.title }),
    ...(notes.description !== '' && { description: notes.description }),
    ...(notes.isDeprecated && { isDeprecated: true }),
    ...(notes.isReadOnly && { isReadOnly: true }),
    ...(notes.isWriteOnly && { isWriteOnly: true }),
    ...(notes.hasDefault && { hasDefault: true }),
  };
}

export function plainLook(meaning: Meaning): Look {
  return {
    meaning,
    isNullable: meaning.kind === 'any',
    component: undefined,
    ...annotationsOf(emptyObject()),
    constant: undefined,
  };
}

export function nullLook(): Look {
  return plainLook({ kind: 'any', why: undefined });
}

export function isSchema(value: JsonValue | undefined): value is JsonSchema {
  return typeof value === 'boolean' || isObject(value);
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function emptyObject(): JsonObject {
  return Object.create(null) as JsonObject;
}
