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
  const plans = caches[cacheIndex(output)];
  return plans?.get(message) ?? compile(message, () => true, new Map(), output, plans);
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
  return compile(message, isWanted, projection.fields, output, undefined);
}

function compile(
  message: DescMessage,
  isWanted: (field: DescField) => boolean,
  into: ReadonlyMap<string, Projection | undefined>,
  output: OutputOptions,
  known: Plans | undefined,
): MessagePlan {
  const dense: (FieldPlan | undefined)[] = [];
  const sparse = new Map<number, FieldPlan>();
  const ordered: FieldPlan[] = [];
  const byName = new Map<string, FieldPlan>();
  const form = jsonForm(message);
  const plan: MessagePlan = {
    descriptor: message,
    form: output.defaults && form === FORM.plain ? FORM.full : form,
    dense,
    sparse,
    ordered,
    byName,
    isExtendable: message.proto.extensionRange.length > 0,
    output,
    selected: null,
  };
  // Before its fields, so that a recursive type finds itself.
  known?.set(message, plan);
  const oneofs = message.oneofs;
  const jsonNames: [string, FieldPlan][] = [];
  for (const field of [...message.fields].sort((a, b) => a.number - b.number)) {
    if (!isWanted(field)) continue;
    const oneof = field.oneof === undefined ? -1 : oneofs.indexOf(field.oneof);
    const oneofBit = oneof === -1 ? 0 : 1 << oneof;
    const nested = nestedPlan(field, into.get(field.name), output);
    const one = fieldPlan(field, { index: ordered.length, oneofBit, nested, output });
    ordered.push(one);
    if (!byName.has(field.name)) byName.set(field.name, one);
    jsonNames.push([field.jsonName, one]);
    if (field.number < DENSE_NUMBERS) dense[field.number] = one;
    else sparse.set(field.number, one);
  }
  for (const [name, field] of jsonNames) byName.set(name, field);
  for (let number = 0; number < dense.length; number += 1) dense[number] ??= undefined;
  return plan;
}

function nestedPlan(
  field: DescField,
  projection: Projection | undefined,
  output: OutputOptions,
): MessagePlan | null {
  if (field.message === undefined) return null;
  return projection === undefined
    ? messagePlan(field.message, output)
    : projectedPlan(field.message, projection, output);
}
