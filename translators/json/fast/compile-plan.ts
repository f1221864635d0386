// Makes the plans of messages: whole ones, once per type and choices of output, and projected ones, which know only what
// is asked of them.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { Projection } from '../../../core/codec.ts';
import { DEFAULT_OUTPUT, type OutputOptions } from '../../../core/rest-options.ts';
import { fieldPlan } from './field-plan.ts';
import { FORM, jsonForm } from './message-form.ts';
import type { FieldPlan, MessagePlan } from './message-plan.ts';

const DENSE_NUMBERS = 256;

type Plans = WeakMap<DescMessage, MessagePlan>;

/** One cache for each set of choices, by the bits of `cacheIndex`. */
const caches: readonly Plans[] = Array.from({ length: 16 }, () => new WeakMap());

function cacheIndex({ defaults, protoNames, enumsAsNumbers, int64AsNumbers }: OutputOptions): number {
  return (
    Number(defaults) |
    (Number(protoNames) << 1) |
    (Number(enumsAsNumbers) << 2) |
    (Number(int64AsNumbers) << 3)
  );
}

/** The plan of a whole message, made once for each set of choices. */
export function messagePlan(message: DescMessage, output = DEFAULT_OUTPUT): MessagePlan {
  const plans = caches[cacheIndex(output)] ?? new WeakMap<DescMessage, MessagePlan>();
  const drafts: Draft[] = [];
  const planOf = (type: DescMessage): MessagePlan => {
    const known = plans.get(type);
    if (known !== undefined) return known;
    const draft = emptyPlan(type, output);
    plans.set(type, draft);
    drafts.push(draft);
    return draft;
  };
  const plan = planOf(message);
  // One after the other and not within each other: types lead back to themselves, or on through thousands of others.
  for (const draft of drafts) fill(draft, () => true, planOf);
  return plan;
}

/** A plan that knows only the wanted fields: it skips the others as if they were unknown. */
export function projectedPlan(
  message: DescMessage,
  projection: Projection,
  output = DEFAULT_OUTPUT,
): MessagePlan {
  if (jsonForm(message) !== FORM.plain) return messagePlan(message, output);
  const wantedOneofs = new Set(
    message.fields.filter((field) => projection.fields.has(field.name)).map((field) => field.oneof),
  );
  // A oneof is wanted whole: a member that comes later on the wire unsets the wanted one.
  const isWanted = (field: DescField): boolean =>
    projection.fields.has(field.name) || (field.oneof !== undefined && wantedOneofs.has(field.oneof));
  return fill(emptyPlan(message, output), isWanted, (type, { name }) => {
    const within = projection.fields.get(name);
    return within === undefined ? messagePlan(type, output) : projectedPlan(type, within, output);
  });
}

/** A plan that is being made. */
interface Draft extends MessagePlan {
  readonly dense: (FieldPlan | undefined)[];
  readonly sparse: Map<number, FieldPlan>;
  readonly ordered: FieldPlan[];
  readonly byName: Map<string, FieldPlan>;
}

function emptyPlan(message: DescMessage, output: OutputOptions): Draft {
  const form = jsonForm(message);
  return {
    descriptor: message,
    form: output.defaults && form === FORM.plain ? FORM.full : form,
    dense: [],
    sparse: new Map(),
    ordered: [],
    byName: new Map(),
    isExtendable: message.proto.extensionRange.length > 0,
    output,
    selected: null,
  };
}

/** `planOf`: of the message of a field. */
function fill(
  draft: Draft,
  isWanted: (field: DescField) => boolean,
  planOf: (type: DescMessage, field: DescField) => MessagePlan,
): MessagePlan {
  const { descriptor: message, dense, sparse, ordered, byName, output } = draft;
  const oneofs = message.oneofs;
  const jsonNames: [string, FieldPlan][] = [];
  for (const field of [...message.fields].sort((a, b) => a.number - b.number)) {
    if (!isWanted(field)) continue;
    const oneof = field.oneof === undefined ? -1 : oneofs.indexOf(field.oneof);
    const oneofBit = oneof === -1 ? 0 : 1 << oneof;
    const nested = field.message === undefined ? null : planOf(field.message, field);
    const one = fieldPlan(field, { index: ordered.length, oneofBit, nested, output });
    ordered.push(one);
    if (!byName.has(field.name)) byName.set(field.name, one);
    jsonNames.push([field.jsonName, one]);
    if (field.number < DENSE_NUMBERS) dense[field.number] = one;
    else sparse.set(field.number, one);
  }
  for (const [name, field] of jsonNames) byName.set(name, field);
  for (let number = 0; number < dense.length; number += 1) dense[number] ??= undefined;
  return draft;
}
