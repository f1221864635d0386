// Which reads answer a resource by its name: AIP-231 BatchGet and AIP-131 Get. A name of a method proves nothing
// alone; request and reply have to fit as well.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { HolderName } from '../../../core/graph.ts';
import { notesOf } from '../annotations.ts';
import { onlyList } from '../read-mask.ts';
import type { Read } from './join-catalogue.ts';
import { isText, isTextList, type Resource, referenceOf, textField } from './resources.ts';

/** A read with the field of its request that takes the key. */
export interface KeyRead {
  readonly read: Read;
  readonly key: DescField;
}

export interface BatchRead extends KeyRead {
  /** The field of the reply that holds the items. */
  readonly items: DescField;
  /** The field of an item that says which key it answers. */
  readonly itemKey: DescField;
  readonly holder: HolderName | undefined;
}

export function findBatches(reads: readonly Read[], resource: Resource): BatchRead[] {
  return reads.flatMap((read) => asBatch(read, resource) ?? []);
}

export function findGets(reads: readonly Read[], resource: Resource): KeyRead[] {
  return reads.flatMap((read) => asGet(read, resource) ?? []);
}

function asBatch(read: Read, resource: Resource): BatchRead | undefined {
  const { name, input, output } = read.operation;
  if (!/^BatchGet[A-Z]/.test(name)) return undefined;
  const items = onlyList(output.descriptor);
  if (items === undefined || read.source.objects.get(items.message) !== resource.typeName) return undefined;
  const [key, second] = input.descriptor.fields.filter(
    (field) => isTextList(field) && (field.name === 'names' || field.name === 'ids'),
  );
  if (key === undefined || second !== undefined || !isOf(key, resource)) return undefined;
  const itemKey = itemKeyOf(key, items.message, resource);
  const parent = textField(input.descriptor, 'parent');
  const holder = parent && holderName(parent, resource);
  const isGiven = (field: DescField): boolean => field === key || (field === parent && holder !== undefined);
  if (itemKey === undefined || !isSatisfied(input.descriptor, isGiven)) return undefined;
  return { read, key, items, itemKey, holder };
}

function asGet(read: Read, resource: Resource): KeyRead | undefined {
  const { name, input, output } = read.operation;
  if (!/^Get[A-Z]/.test(name) || read.source.objects.get(output.descriptor) !== resource.typeName)
    return undefined;
  const texts = input.descriptor.fields.filter(isText);
  const key =
    texts.find((field) => field.name === 'name') ??
    texts.find((field) => referenceOf(field)?.type === resource.type) ??
    texts.find((field) => field.name === 'id');
  if (key === undefined || !isOf(key, resource)) return undefined;
  return isSatisfied(input.descriptor, (field) => field === key) ? { read, key } : undefined;
}

/** A key that refers to something else is none of ours. */
function isOf(key: DescField, { type }: Resource): boolean {
  const reference = referenceOf(key);
  return reference === undefined || reference.type === type || reference.type === '*';
}

/** Nothing else must be given. */
function isSatisfied({ fields }: DescMessage, isGiven: (field: DescField) => boolean): boolean {
  return fields.every((field) => isGiven(field) || !notesOf(field).isRequired);
}

function itemKeyOf(key: DescField, item: DescMessage, { nameField }: Resource): DescField | undefined {
  const named = nameField && textField(item, nameField.name);
  return key.name === 'ids' ? (textField(item, 'id') ?? named) : named;
}

/** Undefined if the patterns of the resource do not say what holds it. */
function holderName(parent: DescField, { patterns }: Resource): HolderName | undefined {
  const held = patterns.filter((pattern) => pattern.includes('{') && pattern.split('/').length > 2);
  return held.length === 0 ? undefined : { key: parent.jsonName, patterns: held };
}
