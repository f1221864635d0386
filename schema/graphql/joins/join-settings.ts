// What an operator says about joins: which are declared, which of those that were found are off or called otherwise.
import type { Position } from '../../../core/problem.ts';

export interface JoinSettings {
  /** Join what annotations say (graphql reference, section 5.1). */
  readonly infer: boolean;
  /** Also join the children of a resource, read by its List method. */
  readonly reverse: boolean;
  readonly entries: readonly JoinEntry[];
}

export const DEFAULT_JOIN_SETTINGS: JoinSettings = Object.freeze({
  infer: true,
  reverse: false,
  entries: Object.freeze([]),
});

export type JoinEntry = DeclaredJoin | JoinChange;

/** Text and where it was written. */
export interface Written {
  readonly text: string;
  readonly position: Position;
}

/** A field of the request, or of an item, and the field of the parent that it has its value from. */
export interface FieldPair {
  readonly field: Written;
  readonly parent: Written;
}

export interface DeclaredJoin {
  readonly kind: 'declared';
  /** Full name of the message that gets the field. */
  readonly on: Written;
  readonly field: Written;
  /** `package.Service/Method` */
  readonly call: Written;
  readonly keys: readonly FieldPair[];
  /** Fields of the request that have one value in a call. */
  readonly args: readonly FieldPair[];
  /** Fields of an item that say which key it answers. */
  readonly match: readonly FieldPair[];
  readonly many: boolean;
  /** Most keys of one call. */
  readonly maxBatch: number;
  /** Fields of the request that have the same value in every call. */
  readonly constants?: readonly { readonly field: Written; readonly value: string | number | boolean }[];
  /** Fields of the request that the client may give. */
  readonly arguments: readonly Written[];
  /** Where in the reply the items lie, or the one. */
  readonly result: Written | undefined;
  readonly position: Position;
}

/** A join that was found is switched off, or has another name. */
export interface JoinChange {
  readonly kind: 'change';
  readonly on: Written;
  readonly field: Written;
  /** Undefined: off. */
  readonly rename: Written | undefined;
  readonly position: Position;
}

export const DEFAULT_MAX_BATCH = 100;
