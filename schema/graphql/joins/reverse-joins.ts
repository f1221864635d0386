// The children of a resource as a field of it: read by the List method whose `parent` is that resource (AIP-132).
// An option, since a list of parents costs a call for each.
import type { DescField } from '@bufbuild/protobuf';
import type { Join } from '../../../core/graph.ts';
import type { Problem } from '../../../core/problem.ts';
import { onlyList } from '../read-mask.ts';
import type { JoinCatalogue, Read } from './join-catalogue.ts';
import { costNote, enumerate, keptNote, madeNote, notMade } from './join-report.ts';
import type { JoinBinding, PublishedJoins } from './published-joins.ts';
import { indexResources, type Resource, referenceOf, textField } from './resources.ts';

/** Adds the joined fields to the catalogue's types. */
export function reverseJoins(catalogue: JoinCatalogue, published: PublishedJoins): Problem[] {
  const resources = indexResources(catalogue);
  return catalogue.reads.flatMap((read) => {
    const { name, input, output } = read.operation;
    const parent = textField(input.descriptor, 'parent');
    const items = onlyList(output.descriptor);
    const replyType = read.source.objects.get(output.descriptor);
    if (!/^List[A-Z]/.test(name) || parent === undefined || items === undefined || replyType === undefined)
      return [];
    const { operation, source } = read;
    const bound = published.ofList(source.name, operation.method);
    const candidates = candidatesOf(parent, resources, bound !== undefined);
    const found = chosen(candidates, bound);
    if (found?.nameField === undefined) return [];
    const holder = { ...found, nameField: found.nameField };
    const others = candidates.length > 1 ? candidates : [];
    return addChildren({ read, parent, items, replyType, holder, others }, catalogue, published);
  });
}

interface Listing {
  readonly read: Read;
  readonly parent: DescField;
  readonly items: DescField;
  readonly replyType: string;
  readonly holder: Resource & { readonly nameField: DescField };
  /** All that the parent could be by now, if that is more than the published one. */
  readonly others: readonly Resource[];
}

/** The resources that the request's parent can be. */
function candidatesOf(
  parent: DescField,
  resources: ReadonlyMap<string, readonly Resource[]>,
  isPublished: boolean,
): readonly Resource[] {
  const { type = '', childType = '' } = referenceOf(parent) ?? {};
  if (type !== '' && type !== '*') return resources.get(type) ?? [];
  const children = resources.get(childType) ?? [];
  return children.length === 1 || isPublished ? parentsOf(children, resources) : [];
}

/** The only one, or the published one of several. */
function chosen(candidates: readonly Resource[], bound: JoinBinding | undefined): Resource | undefined {
  if (candidates.length < 2) return candidates[0];
  return candidates.find((one) => one.service === bound?.service && one.message.typeName === bound.message);
}

/** By patterns: what `shelves/{shelf}/books/{book}` is held by has the pattern `shelves/{shelf}`. */
function parentsOf(
  children: readonly Resource[],
  resources: ReadonlyMap<string, readonly Resource[]>,
): readonly Resource[] {
  const holders = new Set(
    children.flatMap(({ patterns }) => patterns.map((pattern) => pattern.split('/').slice(0, -2).join('/'))),
  );
  return [...resources.values()]
    .flat()
    .filter(({ patterns }) => patterns.some((pattern) => holders.has(pattern)));
}

function addChildren(listing: Listing, catalogue: JoinCatalogue, published: PublishedJoins): Problem[] {
  const { read, parent, items, replyType, holder, others } = listing;
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
  published.keepList(read.source.name, operation.method, {
    service: holder.service,
    message: holder.message.typeName,
    batch: undefined,
    get: undefined,
  });
  const cost = costNote(join, position);
  const why = `its parent can be several registered messages: ${enumerate(others.map(messageName))}`;
  return [
    madeNote(join, position),
    ...(cost === undefined ? [] : [cost]),
    ...(others.length === 0 ? [] : [keptNote(join, why, position)]),
  ];
}

function messageName({ message, service }: Resource): string {
  return `${message.typeName} of service "${service}"`;
}
