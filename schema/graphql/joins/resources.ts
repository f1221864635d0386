// Resources and references to them, as google.api annotations tell of them (AIP-122, AIP-124).
import { type DescField, type DescMessage, getOption, hasOption } from '@bufbuild/protobuf';
import { resourceExtension, resourceReferenceExtension } from '../../proto/google-types.ts';
import type { Holder, JoinCatalogue } from './join-catalogue.ts';

export interface Resource extends Holder {
  /** Such as `library.example.com/Book`. */
  readonly type: string;
  /** Patterns of its names. */
  readonly patterns: readonly string[];
  /** The field that holds its name; undefined if the message lacks it. */
  readonly nameField: DescField | undefined;
}

/** By type, in order of registration. More than one where several messages claim to be the same resource. */
export function indexResources({ holders }: JoinCatalogue): ReadonlyMap<string, readonly Resource[]> {
  const index = new Map<string, Resource[]>();
  for (const holder of holders) {
    const resource = readResource(holder);
    if (resource === undefined) continue;
    const known = index.get(resource.type);
    if (known === undefined) index.set(resource.type, [resource]);
    else known.push(resource);
  }
  return index;
}

function readResource(holder: Holder): Resource | undefined {
  const { message } = holder;
  if (!hasOption(message, resourceExtension())) return undefined;
  const option: unknown = getOption(message, resourceExtension());
  const type = textOf(option, 'type');
  if (type === '') return undefined;
  const named = textOf(option, 'nameField') || 'name';
  return { ...holder, type, patterns: textsOf(option, 'pattern'), nameField: textField(message, named) };
}

export interface Reference {
  readonly type: string;
  readonly childType: string;
}

/** What a field refers to; empty texts if its annotation says nothing, undefined if it has none. */
export function referenceOf(field: DescField): Reference | undefined {
  if (!hasOption(field, resourceReferenceExtension())) return undefined;
  const option: unknown = getOption(field, resourceReferenceExtension());
  return { type: textOf(option, 'type'), childType: textOf(option, 'childType') };
}

/** A single string field of that name. */
export function textField(message: DescMessage, name: string): DescField | undefined {
  const field = message.fields.find((one) => one.name === name);
  return field !== undefined && isText(field) ? field : undefined;
}

export function isText(field: DescField): boolean {
  return field.fieldKind === 'scalar' && field.scalar === TYPE_STRING;
}

export function isTextList(field: DescField): boolean {
  return field.fieldKind === 'list' && field.listKind === 'scalar' && field.scalar === TYPE_STRING;
}

/** google.protobuf.FieldDescriptorProto.TYPE_STRING */
const TYPE_STRING = 9;

function textOf(option: unknown, name: string): string {
  const value: unknown =
    typeof option === 'object' && option !== null ? Reflect.get(option, name) : undefined;
  return typeof value === 'string' ? value : '';
}

function textsOf(option: unknown, name: string): readonly string[] {
  const value: unknown =
    typeof option === 'object' && option !== null ? Reflect.get(option, name) : undefined;
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}
