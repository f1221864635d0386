// What a declared join has of the reply: one thing, one for each key, or all that belong to a key.
import type { DescMessage } from '@bufbuild/protobuf';
import type { FieldPath, Join } from '../../../core/graph.ts';
import { onlyList } from '../read-mask.ts';
import { wellKnownScalar } from '../value-shapes.ts';
import { type FoundPath, findPath, repeatedPlaces } from './field-path.ts';
import type { JoinCheck } from './join-check.ts';
import type { DeclaredJoin } from './join-settings.ts';

export interface ReplyItems {
  /** Undefined: the reply itself. */
  readonly path: FieldPath | undefined;
  readonly message: DescMessage;
  readonly isList: boolean;
}

/** Where the items are. In a batch, or for many, the one list of messages unless `result` says otherwise. */
export function replyItems(
  join: DeclaredJoin,
  reply: DescMessage,
  isBatch: boolean,
  check: JoinCheck,
): ReplyItems | undefined {
  const { result, call } = join;
  if (result === undefined) {
    if (!isBatch && !join.many) return { path: undefined, message: reply, isList: false };
    const list = onlyList(reply);
    return list === undefined
      ? check.fault(
          call.position,
          `${reply.typeName} has not exactly one list of messages; result must name one`,
        )
      : { path: { keys: [list.jsonName], path: [list.name] }, message: list.message, isList: true };
  }
  const found = findPath(reply, result.text);
  if (typeof found === 'string') return check.fault(result.position, found);
  return itemsAt(found, join, check);
}

function itemsAt(found: FoundPath, { result, call }: DeclaredJoin, check: JoinCheck): ReplyItems | undefined {
  const { last, fields } = found;
  const position = result?.position ?? call.position;
  const lists = repeatedPlaces(found);
  if (last.fieldKind === 'map' || last.message === undefined || wellKnownScalar(last.message) !== undefined) {
    return check.fault(position, `${result?.text} holds no messages, so there is nothing to select of it`);
  }
  if (lists.some((place) => place < fields.length - 1)) {
    return check.fault(position, `${result?.text} goes through a list; the items must be in one list`);
  }
  return { path: found, message: last.message, isList: lists.length > 0 };
}

/** Undefined if what is declared does not go together, which `check` has been told. */
export function cardinalityOf(
  join: DeclaredJoin,
  items: ReplyItems,
  keys: { readonly isBatch: boolean; readonly isEach: boolean; readonly isMatched: boolean },
  check: JoinCheck,
): Join['cardinality'] | undefined {
  const { many, field, position } = join;
  if (many && keys.isEach) {
    return check.fault(
      position,
      `${field.text}: many goes with one key of the parent, not with a list of keys`,
    );
  }
  if (many) {
    if (!items.isList) return check.fault(position, `${field.text}: many needs a result that is a list`);
    return keys.isBatch ? 'group' : 'all';
  }
  if (items.isList && !keys.isMatched) {
    return check.fault(
      position,
      `${field.text}: the result is a list; match says which item is meant, or many: true takes all`,
    );
  }
  return keys.isEach ? 'each' : 'one';
}
