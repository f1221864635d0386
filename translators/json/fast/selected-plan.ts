// A plan that writes chosen fields of a message in an order and under names that are not its own, as a GraphQL selection
// asks. It covers what has one form on the wire and one in the text; the rest is for whoever reads values.
import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import type { SelectedField, Selection } from '../../../core/codec.ts';
import { messagePlan } from './compile-plan.ts';
import { keyWords } from './member-key.ts';
import { FORM } from './message-form.ts';
import type { EnumNames, FieldPlan, MessagePlan } from './message-plan.ts';
import { KIND } from './value-kind.ts';

const DENSE_NUMBERS = 256;
const DENSE_ENUM_NUMBERS = 64;
const encoder = new TextEncoder();

/** Undefined if something in the selection is not covered. */
export function selectedPlan(message: DescMessage, selection: Selection): MessagePlan | undefined {
  const whole = messagePlan(message);
  if (whole.form !== FORM.plain) return undefined;
  const slotOf = new Map<number, number>();
  const read: FieldPlan[] = [];
  const written: { field: FieldPlan; slot: number; absent: Uint8Array }[] = [];
  for (const one of selection.fields) {
    const absent = encoder.encode(one.absent);
    if (one.path === undefined) {
      written.push({ field: { ...ANY_FIELD, ...keyWords(one.name) }, slot: -1, absent });
      continue;
    }
    const desc = message.fields.find(({ name }) => name === one.path);
    const plan = desc && (whole.dense[desc.number] ?? whole.sparse.get(desc.number));
    const field = desc && plan && selectedField(desc, plan, one);
    if (field === undefined) return undefined;
    let slot = slotOf.get(field.number);
    if (slot === undefined) {
      slot = read.push(field) - 1;
      slotOf.set(field.number, slot);
    }
    written.push({ field, slot, absent });
  }
  const dense = new Int16Array(DENSE_NUMBERS).fill(-1);
  for (const [number, slot] of slotOf) if (number < DENSE_NUMBERS) dense[number] = slot;
  const selected = { slots: read.length, slotOf, dense, read, written };
  return { ...whole, form: FORM.selected, selected };
}

/** Has the members that every field has; of one that is not read only the key counts. */
const ANY_FIELD: FieldPlan = {
  number: 0,
  kind: KIND.string,
  index: 0,
  tag: 0,
  isPacked: false,
  wireType: 2,
  cardinality: 0,
  isImplicit: false,
  oneofBit: 0,
  ...keyWords(''),
  message: null,
  enumNames: null,
  enumNumbers: null,
  enumDefault: 0,
  isNull: false,
  mapKey: null,
  mapValue: null,
  isSmallMap: false,
  absent: null,
};

function selectedField(desc: DescField, plan: FieldPlan, one: SelectedField): FieldPlan | undefined {
  if (desc.oneof !== undefined || plan.cardinality === 2 || plan.isNull) return undefined;
  const isList = plan.cardinality === 1;
  const key = keyWords(one.name);
  if (desc.enum !== undefined) {
    // An unknown number in a list would need a null between its neighbours.
    if (isList || one.names === undefined) return undefined;
    return { ...plan, ...key, enumNames: enumNames(desc.enum, one.names) };
  }
  if (desc.message === undefined) {
    return isList && isFloat(plan) ? undefined : { ...plan, ...key };
  }
  if (one.selection !== undefined) {
    const message = selectedPlan(desc.message, one.selection);
    return message && { ...plan, ...key, message };
  }
  return plan.message !== null && isOneValue(plan.message) ? { ...plan, ...key } : undefined;
}

function isFloat({ kind }: FieldPlan): boolean {
  return kind === KIND.float || kind === KIND.double;
}

/** Well-known types whose text is the same for everybody. */
function isOneValue({ form, ordered }: MessagePlan): boolean {
  if (form === FORM.wrapper) return ordered.every((field) => !isFloat(field));
  return form === FORM.timestamp || form === FORM.duration;
}

function enumNames(type: DescEnum, names: ReadonlyMap<string, string>): EnumNames {
  const sparse = new Map<number, Uint8Array>();
  for (const { number, name } of type.values) {
    const text = names.get(type.value[number]?.name ?? name);
    if (text !== undefined) sparse.set(number, encoder.encode(text));
  }
  return { dense: Array.from({ length: DENSE_ENUM_NUMBERS }, (_, number) => sparse.get(number)), sparse };
}
