// Replies to outcomes: every item goes to the key that it names. Never by position: answers come short, in another
// order, with items twice and with items nobody asked for.
import type { Projector } from '../../../core/codec.ts';
import type { Join } from '../../../core/graph.ts';
import type { JsonValue } from '../../../core/json.ts';
import type { Operation } from '../../../core/operation.ts';
import { untrueValue } from '../../../translators/graphql/wrong-value.ts';
import { addField, projectionBelow, type Wanted } from '../../../translators/json/projections.ts';
import { type Key, readItemKey, walk } from './keys.ts';

/** Key text → its item, null if there is none; with many per key a list. */
export type Answers = ReadonlyMap<string, JsonValue>;

export interface Oddity {
  /** Items whose key another item had before. */
  readonly duplicates: number;
  /** Items of keys that were not asked for, or of none. */
  readonly foreign: number;
}

/** As those hear of it who count: the operation that answered so. */
export interface BatchOddity extends Oddity {
  readonly operation: Operation;
}

/** @throws GatewayError if there is something else where the list of items should be; none at all is an empty list. */
export function matchReply(
  join: Join,
  keys: readonly [Key, ...Key[]],
  reply: JsonValue,
  onOddity: (oddity: Oddity) => void,
): Answers {
  const found = join.items === undefined ? reply : walk(reply, join.items.keys);
  if (takesList(join) && !Array.isArray(found ?? [])) throw untrueValue('a list', found);
  if (join.keys.every(({ item }) => item === undefined)) {
    const whole = join.cardinality === 'all' ? (found ?? []) : (found ?? null);
    return new Map(keys.map(({ text }) => [text, whole]));
  }
  const items = Array.isArray(found) ? found : found === undefined ? [] : [found];
  return isOfMany(join) ? group(join, keys, items, onOddity) : single(join, keys, items, onOddity);
}

function takesList(join: Join): boolean {
  return join.form === 'batch' || isOfMany(join);
}

function isOfMany({ cardinality }: Join): boolean {
  return cardinality === 'group' || cardinality === 'all';
}

function single(
  join: Join,
  keys: readonly [Key, ...Key[]],
  items: readonly JsonValue[],
  onOddity: (oddity: Oddity) => void,
): Answers {
  const answers = new Map<string, JsonValue>(keys.map(({ text }) => [text, null]));
  let duplicates = 0;
  let foreign = 0;
  for (const item of items) {
    const text = readItemKey(join, item, keys[0]);
    const known = text === undefined ? undefined : answers.get(text);
    if (text === undefined || known === undefined) foreign += 1;
    else if (known === null) answers.set(text, item);
    else duplicates += 1;
  }
  if (duplicates + foreign > 0) onOddity({ duplicates, foreign });
  return answers;
}

function group(
  join: Join,
  keys: readonly [Key, ...Key[]],
  items: readonly JsonValue[],
  onOddity: (oddity: Oddity) => void,
): Answers {
  const answers = new Map<string, JsonValue[]>(keys.map(({ text }) => [text, []]));
  let foreign = 0;
  for (const item of items) {
    const text = readItemKey(join, item, keys[0]);
    const known = text === undefined ? undefined : answers.get(text);
    if (known === undefined) foreign += 1;
    else known.push(item);
  }
  if (foreign > 0) onOddity({ duplicates: 0, foreign });
  return answers;
}

const projectors = new WeakMap<Join, WeakMap<object, Projector>>();
const ALL = Object.freeze({});

/** How to decode a reply for what is wanted of an item: that, and the fields by which items are matched. */
export function replyProjector(join: Join, wanted: Wanted): Projector | undefined {
  if (wanted === undefined && join.items === undefined) return undefined;
  const known = projectors.get(join) ?? new WeakMap<object, Projector>();
  projectors.set(join, known);
  const made = known.get(wanted ?? ALL);
  if (made !== undefined) return made;
  const projection = replyProjection(join, wanted);
  const projector = projection && join.operation.output.codec.projector(projection);
  if (projector !== undefined) known.set(wanted ?? ALL, projector);
  return projector;
}

/** The same as fields of the whole reply. */
export function replyProjection(join: Join, wanted: Wanted): Wanted {
  return projectionBelow(join.items?.path ?? [], withItemKeys(join, wanted));
}

function withItemKeys(join: Join, wanted: Wanted): Wanted {
  if (wanted === undefined) return undefined;
  const fields = new Map(wanted.fields);
  for (const { item } of join.keys) {
    const [name, ...below] = item?.path ?? [];
    if (name !== undefined) addField(fields, name, projectionBelow(below, undefined));
  }
  return { fields };
}
