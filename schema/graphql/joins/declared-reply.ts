// What a declared join has of the reply: one thing, one for each key, or all that belong to a key.
import type { FieldPath, Join } from '../../../core/graph.ts';
import { type FoundPath, findPath, repeatedPlaces } from './field-path.ts';
import type { JoinCheck } from './join-check.ts';
import { type JoinMessage, onlyListOf } from './join-message.ts';
import type { DeclaredJoin } from './join-settings.ts';

export interface ReplyItems {
  /** Undefined: the reply itself. */
  readonly path: FieldPath | undefined;
  readonly message: JoinMessage;
  readonly isList: boolean;
}

/** What an operation answers, as far as it can be joined. */
export interface JoinReply {
  /** Of the reply, or of its items if it is a list itself. */
  readonly message: JoinMessage;
  readonly isList: boolean;
}

/** Where the items are. In a batch, or for many, the one list of messages unless `result` says otherwise. */
export function replyItems(
  join: DeclaredJoin,
  reply: JoinReply,
  isBatch: boolean,
  check: JoinCheck,
): ReplyItems | undefined {
  const { result, call } = join;
  const { message, isList } = reply;
  if (isList) {
    if (result === undefined) return { path: undefined, message, isList };
    return check.fault(result.position, `${call.text} answers a list; there is no field in it to name`);
  }
  if (result === undefined) {
    if (!isBatch && !join.many) return { path: undefined, message, isList: false };
    const list = onlyListOf(message);
    const items = list?.below();
    return list === undefined || items === undefined
      ? check.fault(
          call.position,
          `${message.name} has not exactly one list of messages; result must name one`,
        )
      : { path: { keys: list.keys, path: list.path }, message: items, isList: true };
  }
  const found = findPath(message, result.text);
  if (typeof found === 'string') return check.fault(result.position, found);
  return itemsAt(found, join, check);
}

function itemsAt(found: FoundPath, { result, call }: DeclaredJoin, check: JoinCheck): ReplyItems | undefined {
  const { last, keys, path } = found;
  const message = last.below();
  const position = result?.position ?? call.position;
  const lists = repeatedPlaces(found);
  if (message === undefined) {
    return check.fault(position, `${result?.text} holds no messages, so there is nothing to select of it`);
  }
  if (lists.some((place) => place < keys.length - 1)) {
    return check.fault(position, `${result?.text} goes through a list; the items must be in one list`);
  }
  return { path: { keys, path }, message, isList: lists.length > 0 };
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
