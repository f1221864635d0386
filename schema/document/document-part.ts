// What one registered service gives to the OpenAPI document. Whatever describes a service (a proto, an OpenAPI
// document, REST documents over GraphQL) is made into a part; assemble.ts joins parts and settles their names.
import type { JsonObject } from '../../core/json.ts';

export interface DocumentPart {
  /** Name under which the service is registered. */
  readonly service: string;
  /** It is served on these hosts alone; absent or empty: on all. */
  readonly hosts?: readonly string[];
  /** What is served and cannot be written down as an operation, one sentence each. */
  readonly remarks?: readonly string[];
  readonly tags: readonly PartTag[];
  readonly operations: readonly PartOperation[];
  readonly components: readonly PartComponent[];
}

/** A name that is wished for and, should somebody have it already, one that says more. */
export interface WishedName {
  readonly name: string;
  /** Unique among the names of its kind in the part. */
  readonly fullName: string;
}

export interface PartTag extends WishedName {
  /** Empty if there is none. */
  readonly description: string;
}

/** One method of one path. */
export interface PartOperation {
  /** With `{parameters}`. Those are inside of `value`, not in a component: they may be renamed. */
  readonly path: string;
  readonly method: DocumentMethod;
  readonly operationId: WishedName;
  /** `fullName`s of tags. */
  readonly tags: readonly string[];
  /** Any one of these is enough: `fullName`s of security schemes with their scopes. */
  readonly security?: readonly ReadonlyMap<string, readonly string[]>[];
  /**
   * The OpenAPI operation object, without `operationId`, `tags`, `security` and `servers`. Links of its responses name
   * operations of the part by the `fullName`s of their operationIds.
   */
  readonly value: JsonObject;
}

/** What the part's `$ref`s name as `#/components/<kind>/<fullName>`. */
export interface PartComponent extends WishedName {
  readonly kind: ComponentKind;
  readonly value: JsonObject;
}

/** In the order in which a document lists them. */
export const DOCUMENT_METHODS = [
  'get',
  'put',
  'post',
  'delete',
  'options',
  'head',
  'patch',
  'trace',
] as const;
export type DocumentMethod = (typeof DOCUMENT_METHODS)[number];

export const COMPONENT_KINDS = [
  'schemas',
  'responses',
  'parameters',
  'examples',
  'requestBodies',
  'headers',
  'securitySchemes',
  'links',
  'callbacks',
  'pathItems',
] as const;
export type ComponentKind = (typeof COMPONENT_KINDS)[number];

export function componentRef(kind: ComponentKind, fullName: string): string {
  return `#/components/${kind}/${fullName}`;
}
