// Lists with pages as connections (option `connections`). Source: graphql reference, section 3.5; AIP-158; the
// Cursor Connections specification for what edges and pageInfo are called.
import { afterEach, describe, expect, test } from '@jest/globals';
import { buildASTSchema, printType, validateSchema } from 'graphql';
import type { JsonValue } from '../../core/json.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { typeDefinitions } from '../../schema/graphql/type-definitions.ts';
import { requestOf, type Served, serve, unary } from './door.ts';
import { compile, operationsOf, proto3 } from './sources.ts';

const files = compile({
  'shop.proto': proto3(
    `service Shop {
       rpc ListItems(ListItemsRequest) returns (ListItemsResponse) { option idempotency_level = NO_SIDE_EFFECTS; }
       rpc ListOwners(ListOwnersRequest) returns (ListOwnersResponse) { option idempotency_level = NO_SIDE_EFFECTS; }
       rpc BatchGetOwners(BatchGetOwnersRequest) returns (BatchGetOwnersResponse) { option idempotency_level = NO_SIDE_EFFECTS; }
       rpc ListTags(ListTagsRequest) returns (ListTagsResponse) { option idempotency_level = NO_SIDE_EFFECTS; }
       rpc PurgeItems(ListItemsRequest) returns (ListItemsResponse);
     }
     message ListItemsRequest { string parent = 1; int32 page_size = 2; string page_token = 3; string filter = 4; google.protobuf.FieldMask read_mask = 5; }
     message ListItemsResponse { repeated Item items = 1; string next_page_token = 2; int32 total_size = 3; repeated string unreachable = 4; }
     message Item {
       string name = 1;
       int64 weight = 2;
       string owner = 3 [(google.api.resource_reference).type = "shop.example.com/Owner"];
     }
     message Owner {
       option (google.api.resource) = { type: "shop.example.com/Owner" pattern: "owners/{owner}" };
       string name = 1;
       string title = 2;
     }
     message ListOwnersRequest { int32 page_size = 1; string page_token = 2; }
     message ListOwnersResponse { repeated Owner owners = 1; string next_page_token = 2; }
     message BatchGetOwnersRequest { repeated string names = 1; }
     message BatchGetOwnersResponse { repeated Owner owners = 1; }
     message ListTagsRequest { int32 page_size = 1; }
     message ListTagsResponse { repeated Item tags = 1; string next_page_token = 2; }`,
    'shop.v1',
  ),
});
const operations = operationsOf('shop', files, ['shop.proto']);
const source = { name: 'shop', operations, settings: { connections: true } };

describe('in the schema', () => {
  const { graph, problems } = buildGraph([source]);
  const schema = buildASTSchema(typeDefinitions(graph));
  const printed = (name: string): string => {
    const type = schema.getType(name);
    // Without descriptions, and the lines that stand between what has some.
    const text = type === undefined ? `there is no ${name}` : printType(type).replace(/"""[^"]*"""/g, '');
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .join('\n');
  };

  test('it is valid, and nothing is refused', () => {
    expect([validateSchema(schema), problems.filter(({ severity }) => severity === 'error')]).toEqual([
      [],
      [],
    ]);
  });

  test('a connection stands beside its list; first and after are its size and its token', () => {
    expect(printed('Query').split('\n')).toEqual(
      expect.arrayContaining([
        '  items(parent: String, pageSize: Int, pageToken: String, filter: String): ListItemsResponse',
        '  itemsConnection(parent: String, first: Int, after: String, filter: String): ItemConnection',
        '  ownersConnection(first: Int, after: String): OwnerConnection',
      ]),
    );
  });

  test('totalCount is there where the page has a total, and what else it says stays', () => {
    expect([printed('ItemConnection'), printed('OwnerConnection')]).toEqual([
      'type ItemConnection {\n  edges: [ItemEdge!]!\n  pageInfo: PageInfo!\n  totalCount: Int!\n  unreachable: [String!]!\n}',
      'type OwnerConnection {\n  edges: [OwnerEdge!]!\n  pageInfo: PageInfo!\n}',
    ]);
  });

  test('edges and pageInfo are what clients of connections know', () => {
    expect([printed('ItemEdge'), printed('PageInfo')]).toEqual([
      'type ItemEdge {\n  node: Item!\n  cursor: String\n}',
      'type PageInfo {\n  hasNextPage: Boolean!\n  hasPreviousPage: Boolean!\n  startCursor: String\n  endCursor: String\n}',
    ]);
  });

  test('what has no pages, or changes something, has no connection', () => {
    expect(printed('Query')).not.toContain('tagsConnection');
    expect(printed('Mutation')).not.toContain('Connection');
  });

  test('two services share PageInfo', () => {
    const second = { name: 'other', operations: operationsOf('other', files, ['shop.proto']) };
    const both = buildGraph([source, { ...second, settings: { connections: true, prefix: 'Other' } }]);
    expect([...both.graph.types.keys()].filter((name) => name.includes('PageInfo'))).toEqual(['PageInfo']);
  });

  test('without the option there are none', () => {
    const plain = buildGraph([{ name: 'shop', operations }]).graph;
    expect(plain.queries.map(({ name }) => name)).toEqual(['items', 'owners', 'batchGetOwners', 'tags']);
  });
});

describe('asked for', () => {
  let served: Served | undefined;
  afterEach(async () => {
    await served?.close();
    served = undefined;
  });

  async function ask(query: string, replies: Readonly<Record<string, JsonValue>>) {
    served = await serve([source], (call) => unary(call, replies[call.operation.name] ?? {}));
    const { data, errors } = await served.query(query);
    return { data, errors, sent: served.calls.map((call) => requestOf(call)) };
  }

  const page = {
    items: [
      { name: 'items/1', weight: '3', owner: 'owners/a' },
      { name: 'items/2', weight: '4', owner: 'owners/b' },
    ],
    nextPageToken: 'more',
    totalSize: 7,
  };

  test('the items are nodes, and the page begins after the cursor', async () => {
    const { data, sent } = await ask(
      `{ itemsConnection(parent: "shops/1", first: 2, after: "here") {
        totalCount edges { cursor node { name weight } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      } }`,
      { ListItems: page },
    );
    expect(data).toEqual({
      itemsConnection: {
        totalCount: 7,
        edges: [
          { cursor: null, node: { name: 'items/1', weight: '3' } },
          { cursor: 'more', node: { name: 'items/2', weight: '4' } },
        ],
        pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: 'more' },
      },
    });
    expect(sent).toEqual([{ parent: 'shops/1', pageSize: 2, pageToken: 'here', readMask: 'name,weight' }]);
  });

  test('the last page has no cursor', async () => {
    const { data } = await ask(
      '{ itemsConnection { edges { cursor } pageInfo { hasNextPage endCursor } } }',
      {
        ListItems: { items: [{ name: 'items/9' }], nextPageToken: '' },
      },
    );
    expect(data).toEqual({
      itemsConnection: { edges: [{ cursor: null }], pageInfo: { hasNextPage: false, endCursor: null } },
    });
  });

  test('an empty page is a connection without edges', async () => {
    const { data } = await ask('{ itemsConnection { edges { node { name } } pageInfo { hasNextPage } } }', {
      ListItems: {},
    });
    expect(data).toEqual({ itemsConnection: { edges: [], pageInfo: { hasNextPage: false } } });
  });

  test('nodes are joined as the items of a list are: one call for all', async () => {
    const { data, errors, sent } = await ask(
      '{ itemsConnection { edges { node { name ownerResource { title } } } } }',
      {
        ListItems: page,
        BatchGetOwners: {
          owners: [
            { name: 'owners/b', title: 'B' },
            { name: 'owners/a', title: 'A' },
          ],
        },
      },
    );
    expect([errors, data]).toEqual([
      undefined,
      {
        itemsConnection: {
          edges: [
            { node: { name: 'items/1', ownerResource: { title: 'A' } } },
            { node: { name: 'items/2', ownerResource: { title: 'B' } } },
          ],
        },
      },
    ]);
    expect(sent.slice(1)).toEqual([{ names: ['owners/a', 'owners/b'] }]);
  });
});
