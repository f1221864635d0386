// A list that has pages (AIP-158) as a connection: edges of items, and where the page stands among the others
// (graphql reference, section 3.5, option `connections`). It reads the very reply that the list reads.
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { InputField, OutputField, PageToken, RootField, TypeRef } from '../../core/graph.ts';
import type { Operation } from '../../core/operation.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { onlyList } from './read-mask.ts';

/** What a list of pages consists of. */
interface Paging {
  readonly items: DescField & { readonly message: DescMessage };
  readonly token: DescField;
}

/** Undefined unless the operation reads page by page: `page_size` and `page_token` in, one list and `next_page_token` out. */
export function pagingOf(
  { effect, shape, input, output }: Operation,
  { mapping }: GraphBuilder,
): Paging | undefined {
  if (effect !== 'read' || shape !== 'unary') return undefined;
  const given = new Set<unknown>(mapping.inputMembers(input.descriptor));
  const shown = new Set<unknown>(mapping.outputMembers(output.descriptor));
  const items = onlyList(output.descriptor);
  const token = scalarField(output.descriptor, 'next_page_token', ScalarType.STRING);
  const size = scalarField(input.descriptor, PAGE_SIZE, ScalarType.INT32);
  const start = scalarField(input.descriptor, PAGE_TOKEN, ScalarType.STRING);
  const isComplete = given.has(size) && given.has(start) && shown.has(items) && shown.has(token);
  return isComplete && items !== undefined && token !== undefined ? { items, token } : undefined;
}

const PAGE_SIZE = 'page_size';
const PAGE_TOKEN = 'page_token';

function scalarField({ fields }: DescMessage, name: string, scalar: ScalarType): DescField | undefined {
  return fields.find((one) => one.name === name && one.fieldKind === 'scalar' && one.scalar === scalar);
}

/** `list` is the root field that answers the page as its message has it. */
export function connectionField(
  list: RootField,
  name: string,
  { items, token }: Paging,
  builder: GraphBuilder,
): RootField {
  const type = buildConnection(items, token, builder);
  return {
    ...list,
    name,
    arguments: list.arguments.map(pageArgument),
    type: { name: type, isRequired: false },
    result: { kind: 'message', type },
  };
}

function pageArgument(argument: InputField): InputField {
  const path = argument.target.kind === 'single' ? argument.target.path : undefined;
  switch (path) {
    case PAGE_SIZE:
      return { ...argument, name: 'first' };
    case PAGE_TOKEN:
      return { ...argument, name: 'after' };
    default:
      return argument;
  }
}

/** Names what it adds. */
function buildConnection(items: Paging['items'], token: DescField, builder: GraphBuilder): string {
  const itemType = builder.objectName(items.message);
  const suffix = `Of${builder.stemOf(items.parent)}`;
  const connection = builder.claimDerived(`${itemType}Connection`, suffix, items);
  const edge = builder.claimDerived(`${itemType}Edge`, suffix, items);
  const pageInfo = builder.claimDerived('PageInfo', suffix, token, 'the one of all connections');
  const place: PageToken = { key: token.jsonName, path: token.name };
  const item = { kind: 'message', type: itemType } as const;
  const own: readonly OutputField[] = [
    {
      ...madeField('edges', { list: { name: edge, isRequired: true }, isRequired: true }),
      source: { kind: 'edges', key: items.jsonName, path: items.name, item, token: place },
    },
    {
      ...madeField('pageInfo', { name: pageInfo, isRequired: true }),
      source: { kind: 'pageInfo', token: place },
    },
  ];
  const origin = items.parent.typeName;
  builder.add({
    kind: 'object',
    name: connection,
    description: '',
    origin,
    fields: [...own, ...otherFields(items, token, builder)],
  });
  builder.add({
    kind: 'object',
    name: edge,
    description: '',
    origin,
    fields: [
      {
        ...madeField('node', { name: itemType, isRequired: true }),
        source: { kind: 'single', key: 'node', path: 'node', value: item, absent: null },
      },
      textField('cursor', 'Of the last edge: where the next page begins. Pages have no places within them.'),
    ],
  });
  builder.add({
    kind: 'object',
    name: pageInfo,
    description: 'Where a page stands among the others.',
    origin: token.parent.typeName,
    fields: [
      flagField('hasNextPage', ''),
      flagField('hasPreviousPage', 'Always false: pages are read forwards.'),
      textField('startCursor', 'Always null: pages are read forwards.'),
      textField('endCursor', 'What `after` is to be for the next page.'),
    ],
  });
  return connection;
}

/** What else the reply says of the page. A count of all items has the name that connections have for it. */
function otherFields(items: DescField, token: DescField, builder: GraphBuilder): readonly OutputField[] {
  const reply = builder.types.get(builder.objectName(items.parent));
  const shown = reply?.kind === 'object' ? reply.fields : [];
  const hidden = new Set([items.name, token.name]);
  return shown
    .filter(({ source }) => !('path' in source && hidden.has(source.path)))
    .map((field) =>
      'path' in field.source && field.source.path === 'total_size' ? { ...field, name: 'totalCount' } : field,
    )
    .filter(({ name }) => name !== 'edges' && name !== 'pageInfo');
}

function madeField(name: string, type: TypeRef): Omit<OutputField, 'source'> {
  return { name, type, description: '', deprecation: undefined };
}

function textField(name: string, description: string): OutputField {
  return {
    ...madeField(name, { name: 'String', isRequired: false }),
    description,
    source: {
      kind: 'single',
      key: name,
      path: name,
      value: { kind: 'scalar', scalar: 'String' },
      absent: null,
    },
  };
}

function flagField(name: string, description: string): OutputField {
  return {
    ...madeField(name, { name: 'Boolean', isRequired: true }),
    description,
    source: {
      kind: 'single',
      key: name,
      path: name,
      value: { kind: 'scalar', scalar: 'Boolean' },
      absent: false,
    },
  };
}
