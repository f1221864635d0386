// The keys of a declared join: from fields of the parent into the request, and from items back to them.
import type { JoinKey } from '../../../core/graph.ts';
import { type FoundPath, findPath, keyField, repeatedPlaces } from './field-path.ts';
import type { JoinCheck } from './join-check.ts';
import { isComparable, isMixedInteger, type JoinMessage } from './join-message.ts';
import type { DeclaredJoin, FieldPair, Written } from './join-settings.ts';

export interface DeclaredKeys {
  readonly keys: readonly JoinKey[];
  /** A list in the request takes the keys of many parents. */
  readonly isBatch: boolean;
  /** A parent has a list of keys. */
  readonly isEach: boolean;
  /** Items say which key they answer. */
  readonly isMatched: boolean;
}

export interface KeyMessages {
  readonly parent: JoinMessage;
  readonly request: JoinMessage;
  /** Undefined if the declaration leads to none. */
  readonly item: JoinMessage | undefined;
}

interface Pair {
  readonly pair: FieldPair;
  readonly isArgument: boolean;
  readonly request: FoundPath;
  readonly parent: FoundPath;
  readonly keyType: string;
}

/** Undefined if something is wrong, which `check` has been told. */
export function declaredKeys(
  join: DeclaredJoin,
  messages: KeyMessages,
  check: JoinCheck,
): DeclaredKeys | undefined {
  const before = check.problems.length;
  if (join.keys.length + join.args.length === 0) {
    return check.fault(
      join.position,
      `${join.field.text} needs keys or args: what of the parent is asked for`,
    );
  }
  const pairs = [
    ...join.keys.flatMap((pair) => readPair(pair, false, messages, check) ?? []),
    ...join.args.flatMap((pair) => readPair(pair, true, messages, check) ?? []),
  ];
  const items = readMatches(join.match, pairs, messages, check);
  checkLists(pairs, messages.item === undefined ? undefined : items, check);
  if (check.problems.length > before) return undefined;
  const isAlone = pairs.length === 1;
  return {
    keys: pairs.map((pair): JoinKey => {
      const [repeatedAt] = repeatedPlaces(pair.request);
      const item = items.get(pair);
      return {
        parent: keyField(pair.parent, isAlone),
        request: pair.request.keys,
        isRepeated: repeatedAt !== undefined,
        ...(repeatedAt !== undefined && { repeatedAt }),
        item: item && keyField(item, false),
        isName: false,
        ...integerForm(pair, item),
      };
    }),
    isBatch: pairs.some(({ request }) => repeatedPlaces(request).length > 0),
    isEach: pairs.some(({ parent }) => repeatedPlaces(parent).length > 0),
    isMatched: items.size > 0,
  };
}

/** Whole numbers of HTTP services and of others are the same where their digits are. */
function integerForm({ request, parent }: Pair, item: FoundPath | undefined): Pick<JoinKey, 'integer'> {
  const members = [request.last, parent.last, ...(item === undefined ? [] : [item.last])];
  if (!isMixedInteger(members)) return {};
  const { isOfHttp, keyType = '' } = request.last;
  return { integer: !isOfHttp && /64$/.test(keyType) ? 'text' : 'number' };
}

function readPair(
  pair: FieldPair,
  isArgument: boolean,
  { request, parent }: KeyMessages,
  check: JoinCheck,
): Pair | undefined {
  const target = readPath(request, pair.field, check);
  const source = readPath(parent, pair.parent, check);
  if (target === undefined || source === undefined) return undefined;
  const { keyType } = target.last;
  if (keyType === undefined) {
    return check.fault(
      pair.field.position,
      `${pair.field.text} cannot take a key: it is no text, whole number, Boolean, bytes or enum`,
    );
  }
  if (!isComparable(target.last, source.last)) {
    const parentType = source.last.keyType ?? 'what cannot be a key';
    const message = `${pair.field.text} of ${request.name} is ${keyType}, but ${pair.parent.text} of ${parent.name} is ${parentType}`;
    return check.fault(pair.parent.position, message);
  }
  const lists = repeatedPlaces(target);
  if (lists.length > 1) {
    return check.fault(
      pair.field.position,
      `${pair.field.text} goes through two lists; one of them can take the keys`,
    );
  }
  if (isArgument && lists.length > 0) {
    return check.fault(pair.field.position, `${pair.field.text} is a list; put it under keys`);
  }
  if (repeatedPlaces(source).some((place) => place < source.keys.length - 1)) {
    const message = `${pair.parent.text} lies in a list of messages; declare the join on the type of its items`;
    return check.fault(pair.parent.position, message);
  }
  return { pair, isArgument, request: target, parent: source, keyType };
}

function readPath(
  message: JoinMessage,
  { text, position }: Written,
  check: JoinCheck,
): FoundPath | undefined {
  const found = findPath(message, text);
  return typeof found === 'string' ? check.fault(position, found) : found;
}

/** The field of an item for each key that one says something of. */
function readMatches(
  matches: readonly FieldPair[],
  pairs: readonly Pair[],
  { item }: KeyMessages,
  check: JoinCheck,
): ReadonlyMap<Pair, FoundPath> {
  const items = new Map<Pair, FoundPath>();
  for (const { field, parent } of matches) {
    // That there are no items has been told already.
    if (item === undefined) continue;
    const path = readPath(item, field, check);
    const pair = pairs.find((one) => one.pair.parent.text === parent.text);
    if (pair === undefined) {
      check.fault(parent.position, `${parent.text} is matched, but no key is made of it`);
    } else if (path !== undefined) {
      const { keyType = 'what cannot be a key' } = path.last;
      if (repeatedPlaces(path).length > 0) {
        check.fault(field.position, `${field.text} of an item is a list; an item answers one key`);
      } else if (!isComparable(path.last, pair.parent.last)) {
        check.fault(
          field.position,
          `${field.text} of ${item.name} is ${keyType}, but ${parent.text} is ${pair.keyType}`,
        );
      } else items.set(pair, path);
    }
  }
  return items;
}

/** Keys of one parent must stay together, in the request and in what comes back. */
function checkLists(
  pairs: readonly Pair[],
  items: ReadonlyMap<Pair, FoundPath> | undefined,
  check: JoinCheck,
): void {
  const lists = pairs.filter(({ request }) => repeatedPlaces(request).length > 0);
  const listOf = ({ request }: Pair): string =>
    request.path.slice(0, (repeatedPlaces(request)[0] ?? 0) + 1).join('.');
  const [first] = lists;
  for (const other of lists.slice(1)) {
    const isShared = first !== undefined && listOf(other) === listOf(first) && other.request.path.length > 1;
    if (isShared) continue;
    const message = `${other.pair.field.text} and ${first?.pair.field.text} are two lists; parts of one key belong into one list of messages`;
    check.fault(other.pair.field.position, message);
  }
  for (const list of lists) {
    if (items === undefined || items.has(list)) continue;
    const { pair } = list;
    const message = `match must say which field of an item answers ${pair.parent.text}: items are never matched by their place`;
    check.fault(pair.field.position, message);
  }
  const each = pairs.filter(({ parent }) => repeatedPlaces(parent).length > 0);
  for (const { pair } of each.slice(1)) {
    check.fault(pair.parent.position, `${pair.parent.text} is a second list of keys; a parent can have one`);
  }
}
