// The children of a resource as a field of it: read by the List method whose `parent` is that resource (AIP-132).
// An option, since a list of parents costs a call for each.
import type { DescField } from '@bufbuild/protobuf';
import type { Join } from '../../../core/graph.ts';
import type { Problem } from '../../../core/problem.ts';
import { onlyList } from '../read-mask.ts';
import type { JoinCatalogue, Read } from './join-catalogue.ts';
import { costNote, madeNote, notMade } from './join-report.ts';
import { indexResources, type Resource, referenceOf, textField } from './resources.ts';

/** Adds the joined fields to the catalogue's types. */
export function reverseJoins(catalogue: JoinCatalogue): Problem[] {
  const resources = indexResources(catalogue);
  return catalogue.reads.flatMap((read) => {
    const { name, input, output } = read.operation;
    const parent = textField(input.descriptor, 'parent');
    const items = onlyList(output.descriptor);
    const replyType = read.source.objects.get(output.descriptor);
    if (!/^List[A-Z]/.test(name) || parent === undefined || items === undefined || replyType === undefined)
      return [];
    const holder = parentOf(parent, resources);
    return holder === undefined ? [] : addChildren({ read, parent, items, replyType, holder }, catalogue);
  });
}

interface Listing {
  readonly read: Read;
  readonly parent: DescField;
  readonly items: DescField;
  readonly replyType: string;
  readonly holder: Resource & { readonly nameField: DescField };
}

/** The one resource that the request's parent can be. */
function parentOf(
  parent: DescField,
  resources: ReadonlyMap<string, readonly Resource[]>,
): Listing['holder'] | undefined {
  const { type = '', childType = '' } = referenceOf(parent) ?? {};
  const candidates =
    type === '' || type === '*' ? parentsOf(resources.get(childType) ?? [], resources) : resources.get(type);
  const [only, second] = candidates ?? [];
  if (only?.nameField === undefined || second !== undefined) return undefined;
  return { ...only, nameField: only.nameField };
}

/** By patterns: what `shelves/{shelf}/books/{book}` is held by has the pattern `shelves/{shelf}`. */
function parentsOf(
  children: readonly Resource[],
  resources: ReadonlyMap<string, readonly Resource[]>,
): readonly Resource[] {
  const [child, second] = children;
  if (child === undefined || second !== undefined) return [];
  const holders = new Set(child.patterns.map((pattern) => pattern.split('/').slice(0, -2).join('/')));
  return [...resources.values()]
    .flat()
    .filter(({ patterns }) => patterns.some((pattern) => holders.has(pattern)));
}

function addChildren(listing: Listing, catalogue: JoinCatalogue): Problem[] {
  const { read, parent, items, replyType, holder } = listing;
  const { operation, root } = read;
  const name = items.jsonName;
  const place = `${holder.typeName}.${name}`;
  const { position } = operation;
  if (catalogue.fieldsOf(holder.typeName).some((field) => field.name === name)) {
    return [notMade(`${operation.method} of ${holder.typeName}`, `the name ${name} is taken`, position)];
  }
  const join: Join = {
    name: place,
    operation,
    form: 'single',
    keys: [
      {
        parent: { keys: [holder.nameField.jsonName], path: [holder.nameField.name], absent: null },
        request: [parent.jsonName],
        isRepeated: false,
        item: undefined,
        isName: true,
      },
    ],
    items: undefined,
    result: { kind: 'message', type: replyType },
    cardinality: 'one',
    maxBatch: 1,
    fallback: undefined,
    readMask: root.readMask,
    reason: `it lists what ${holder.type} holds`,
  };
  catalogue.put(holder.typeName, {
    name,
    type: { name: replyType, isRequired: false },
    description: operation.description,
    deprecation: root.deprecation,
    source: { kind: 'join', join },
    arguments: root.arguments.filter(
      ({ target }) => target.kind === 'none' || target.kind === 'oneof' || target.path !== parent.name,
    ),
  });
  const cost = costNote(join, position);
  return [madeNote(join, position), ...(cost === undefined ? [] : [cost])];
}
