// Which reads let the caller say what is wanted of the reply (AIP-157; graphql reference, section 6).
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { ReadMask } from '../../core/graph.ts';
import type { Operation } from '../../core/operation.ts';
import { isFieldMask, notesOf } from './annotations.ts';

const MASK_NAMES: ReadonlySet<string> = new Set(['read_mask', 'field_mask']);

/**
 * Undefined unless the operation reads, and its request has one FieldMask, of a name that says what it is for.
 * `exposed` is what an overlay says of a mask: true leaves it to the client, false takes one of any name.
 */
export function findReadMask(
  { effect, shape, name, input, output }: Operation,
  exposed: (field: DescField) => boolean | undefined = () => undefined,
): ReadMask | undefined {
  if (effect !== 'read' || shape !== 'unary') return undefined;
  const masks = input.descriptor.fields.filter((field) => isFieldMask(field) && exposed(field) !== true);
  const [named, second] = masks.filter((field) => exposed(field) === false);
  const [field, other] = named === undefined ? masks : [named, second];
  if (field === undefined || other !== undefined) return undefined;
  if (field !== named && !MASK_NAMES.has(field.name)) return undefined;
  // What is given back as it was sent holds the mask as a value of its own.
  if (field !== named && input.descriptor.typeName === output.descriptor.typeName) return undefined;
  const items = /^(BatchGet|List|Search)[A-Z]/.test(name) ? onlyList(output.descriptor) : undefined;
  const resource = items?.message ?? output.descriptor;
  const own = resource.fields.filter((one) => notesOf(one).isOwnName || one.name === 'name');
  return {
    key: field.jsonName,
    resource: items === undefined ? [] : [items.name],
    always: own.map((one) => one.name),
  };
}

/** The one repeated message of a reply, if there is exactly one. */
export function onlyList({ fields }: DescMessage): (DescField & { message: DescMessage }) | undefined {
  const [list, second] = fields.filter(isMessageList);
  return second === undefined ? list : undefined;
}

function isMessageList(field: DescField): field is DescField & { fieldKind: 'list'; message: DescMessage } {
  return field.fieldKind === 'list' && field.listKind === 'message';
}
