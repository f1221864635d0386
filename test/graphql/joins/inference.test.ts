// The evidence for an inferred join, condition by condition: with all of it there is a join, without any part of it
// there is none, and what is said about it.
import { describe, expect, test } from '@jest/globals';
import type { Graph, Join, OutputField } from '../../../core/graph.ts';
import type { Problem } from '../../../core/problem.ts';
import { buildGraph } from '../../../schema/graphql/build-graph.ts';
import { DEFAULT_JOIN_SETTINGS, type JoinSettings } from '../../../schema/graphql/joins/join-settings.ts';
import { joinedListName, joinedName } from '../../../schema/graphql/joins/joined-names.ts';
import { compile, operationsOf, proto3 } from '../sources.ts';
import { NOWHERE } from './shop.ts';

interface Shop {
  /** Fields of Order beside its name. */
  readonly order?: string;
  /** Methods and messages of the other service. */
  readonly crm?: string;
}

const REFERENCE = 'string customer = 2 [(google.api.resource_reference).type = "t.test/Customer"];';

const BATCH = `
service Crm {
  rpc BatchGetCustomers(BatchGetCustomersRequest) returns (BatchGetCustomersResponse);
  rpc GetCustomer(GetCustomerRequest) returns (Customer);
}
message BatchGetCustomersRequest { repeated string names = 1; }
message BatchGetCustomersResponse { repeated Customer customers = 1; }
message GetCustomerRequest { string name = 1; }
message Customer {
  option (google.api.resource) = { type: "t.test/Customer" pattern: "customers/{customer}" };
  string name = 1;
  string id = 2;
}`;

/** Shops that rows of tables are about: one run of the compiler for all of them, each in a package of its own. */
const tabled: Shop[] = [];
let compiled: ReturnType<typeof compile> | undefined;

/** The rows, whose shops are to be compiled together. */
function tableOf<Row>(rows: Row[], shopOf: (row: Row) => Shop): Row[] {
  for (const row of rows) tabled.push(shopOf(row));
  return rows;
}

function filesOf({ order = REFERENCE, crm = BATCH }: Shop, folder: string): Record<string, string> {
  const shop = `
service Shop { rpc GetOrder(GetOrderRequest) returns (Order); }
message GetOrderRequest { string name = 1; }
message Order { string name = 1; ${order} }`;
  const packageOf = (name: string): string => `${folder.replace('/', '.')}${name}.v1`;
  return {
    [`${folder}shop.proto`]: proto3(shop, packageOf('shop')),
    [`${folder}crm.proto`]: proto3(crm, packageOf('crm')),
  };
}

const alone = new Map<string, ReturnType<typeof compile>>();

function compiledAlone(shop: Shop): ReturnType<typeof compile> {
  const key = JSON.stringify(shop);
  const files = alone.get(key) ?? compile(filesOf(shop, ''));
  alone.set(key, files);
  return files;
}

function build(shop: Shop, joins: JoinSettings = DEFAULT_JOIN_SETTINGS) {
  const place = tabled.findIndex(({ order, crm }) => order === shop.order && crm === shop.crm);
  const folder = place === -1 ? '' : `row${place}/`;
  if (place !== -1) {
    compiled ??= compile(Object.assign({}, ...tabled.map((one, index) => filesOf(one, `row${index}/`))));
  }
  const files = place === -1 || compiled === undefined ? compiledAlone(shop) : compiled;
  return buildGraph(
    ['shop', 'crm'].map((name) => ({
      name,
      operations: operationsOf(name, files, [`${folder}${name}.proto`]),
    })),
    joins,
  );
}

function fieldOf(graph: Graph, typeName: string, name: string): OutputField | undefined {
  const type = graph.types.get(typeName);
  return type?.kind === 'object' ? type.fields.find((field) => field.name === name) : undefined;
}

function joinOf(graph: Graph, typeName: string, name: string): Join | undefined {
  const source = fieldOf(graph, typeName, name)?.source;
  return source?.kind === 'join' ? source.join : undefined;
}

function joinedFields(graph: Graph): string[] {
  return [...graph.types.values()].flatMap((type) =>
    type.kind === 'object'
      ? type.fields.filter(({ source }) => source.kind === 'join').map(({ name }) => `${type.name}.${name}`)
      : [],
  );
}

function said(problems: readonly Problem[]): string[] {
  return problems
    .filter(({ rule }) => rule.startsWith('join'))
    .map(({ message }) => message.replace(/\brow\d+\./g, ''));
}

describe('with all the evidence', () => {
  test('there is a join by BatchGet, with the Get to fall back to, and a note says why', () => {
    const { graph, problems } = build({});
    expect(fieldOf(graph, 'Order', 'customerResource')?.type).toEqual({
      name: 'Customer',
      isRequired: false,
    });
    expect(joinOf(graph, 'Order', 'customerResource')).toMatchObject({
      name: 'Order.customerResource',
      operation: { method: 'crm.v1.Crm/BatchGetCustomers' },
      form: 'batch',
      keys: [
        { parent: { path: ['customer'] }, request: ['names'], isRepeated: true, item: { path: ['name'] } },
      ],
      items: { keys: ['customers'] },
      cardinality: 'one',
      maxBatch: 100,
      fallback: { operation: { method: 'crm.v1.Crm/GetCustomer' }, form: 'single' },
    });
    expect(problems).toEqual([
      expect.objectContaining({
        severity: 'note',
        rule: 'join',
        message:
          'Order.customerResource is read by crm.v1.Crm/BatchGetCustomers: Order.customer refers to t.test/Customer',
        path: 'shop.proto',
      }),
    ]);
  });

  test('a list of references is a list with gaps', () => {
    const { graph } = build({
      order: 'repeated string customer_names = 2 [(google.api.resource_reference).type = "t.test/Customer"];',
    });
    expect(fieldOf(graph, 'Order', 'customers')?.type).toEqual({
      list: { name: 'Customer', isRequired: false },
      isRequired: true,
    });
    expect(joinOf(graph, 'Order', 'customers')?.cardinality).toBe('each');
  });

  test('a reference deep in a message is one of that message', () => {
    const { graph } = build({ order: `Line line = 2; message Line { ${REFERENCE} }` });
    expect(joinedFields(graph)).toEqual(['OrderLine.customerResource']);
  });

  test('without a BatchGet the Get answers, and the N+1 report says so', () => {
    const { graph, problems } = build({ crm: BATCH.replace(/rpc BatchGet.*/, '') });
    expect(joinOf(graph, 'Order', 'customerResource')).toMatchObject({
      operation: { method: 'crm.v1.Crm/GetCustomer' },
      form: 'single',
      fallback: undefined,
    });
    expect(said(problems)[1]).toMatch(/^Order\.customerResource: no BatchGet, up to N calls/);
  });

  test('ids are matched with the id of an item', () => {
    const { graph } = build({ crm: BATCH.replace('repeated string names', 'repeated string ids') });
    expect(joinOf(graph, 'Order', 'customerResource')?.keys).toMatchObject([
      { request: ['ids'], item: { path: ['id'] } },
    ]);
  });

  test('names are matched with the field that the resource calls its name', () => {
    const { graph } = build({ crm: BATCH.replace('pattern:', 'name_field: "id" pattern:') });
    expect(joinOf(graph, 'Order', 'customerResource')?.keys).toMatchObject([{ item: { path: ['id'] } }]);
  });
});

describe('without one part of the evidence there is no join', () => {
  test.each(
    tableOf<[what: string, shop: Shop, note: RegExp | undefined]>(
      [
        ['the field refers to nothing', { order: 'string customer = 2;' }, undefined],
        ['the field is no text', { order: REFERENCE.replace('string', 'int64') }, undefined],
        [
          'the field refers to a child type',
          { order: REFERENCE.replace(').type', ').child_type') },
          undefined,
        ],
        ['the field refers to anything', { order: REFERENCE.replace('t.test/Customer', '*') }, undefined],
        [
          'the field is not shown',
          { order: REFERENCE.replace('];', ', (google.api.field_behavior) = INPUT_ONLY];') },
          undefined,
        ],
        ['the field is one of a oneof', { order: `oneof who { ${REFERENCE} }` }, undefined],
        [
          'nothing registered is that resource',
          { order: REFERENCE.replace('Customer', 'Nobody') },
          /^Order\.customer refers to t\.test\/Nobody, which no registered service has/,
        ],
        [
          'two messages are that resource',
          {
            crm: `${BATCH}
          message Twin { option (google.api.resource) = { type: "t.test/Customer" }; string name = 1; }
          service Twins { rpc GetTwin(GetCustomerRequest) returns (Twin); }`,
          },
          /^Order\.customer is not joined: several registered messages are t\.test\/Customer: crm\.v1\.Customer of service "crm" and crm\.v1\.Twin of service "crm"/,
        ],
        [
          'two methods read it in batches',
          {
            crm: `${BATCH}
          service More { rpc BatchGetOldCustomers(BatchGetCustomersRequest) returns (BatchGetCustomersResponse); }`,
          },
          /several methods read it in batches: crm\.v1\.Crm\/BatchGetCustomers of service "crm" and crm\.v1\.More\/BatchGetOldCustomers/,
        ],
        [
          'two methods read it, and none in batches',
          {
            crm: BATCH.replace(
              /rpc BatchGet.*/,
              'rpc GetOldCustomer(GetCustomerRequest) returns (Customer) { option idempotency_level = NO_SIDE_EFFECTS; }',
            ),
          },
          /several methods read it: crm\.v1\.Crm\/GetOldCustomer of service "crm" and crm\.v1\.Crm\/GetCustomer/,
        ],
        [
          'the BatchGet is no read, and there is no Get',
          {
            crm: BATCH.replace(
              /returns \(BatchGetCustomersResponse\);/,
              'returns (BatchGetCustomersResponse) { option (google.api.http) = { post: "/x" body: "*" }; }',
            ).replace(/rpc GetCustomer.*/, ''),
          },
          /no registered method reads t\.test\/Customer by its name/,
        ],
        [
          'the joined name is taken',
          { order: `${REFERENCE} string customer_resource = 3;` },
          /the name customerResource is that of a field of the message/,
        ],
      ],
      ([, shop]) => shop,
    ),
  )('%s', (_what, shop, note) => {
    const { graph, problems } = build(shop);
    expect(joinedFields(graph)).toEqual([]);
    expect(said(problems)).toEqual(note === undefined ? [] : [expect.stringMatching(note)]);
  });

  test.each(
    tableOf<[what: string, change: [from: string, to: string]]>(
      [
        ['it takes other keys', ['repeated string names', 'repeated string emails']],
        ['it takes one key', ['repeated string names', 'string name']],
        [
          'its keys refer to something else',
          [
            'repeated string names = 1',
            'repeated string names = 1 [(google.api.resource_reference).type = "t.test/Other"]',
          ],
        ],
        [
          'it needs more than keys',
          [
            'repeated string names = 1;',
            'repeated string names = 1; string realm = 2 [(google.api.field_behavior) = REQUIRED];',
          ],
        ],
        [
          'it answers two lists',
          [
            'repeated Customer customers = 1;',
            'repeated Customer customers = 1; repeated Customer others = 2;',
          ],
        ],
        ['it answers one', ['repeated Customer customers', 'Customer customer']],
        [
          'it needs a parent that no pattern gives',
          [
            'repeated string names = 1;',
            'repeated string names = 1; string parent = 2 [(google.api.field_behavior) = REQUIRED];',
          ],
        ],
        ['it has another name', ['BatchGetCustomers(', 'BatchgetCustomers(']],
      ],
      ([, [from, to]]) => ({ crm: BATCH.replace(from, to) }),
    ),
  )('a batch is none if %s: then the Get answers', (_what, [from, to]) => {
    const { graph } = build({ crm: BATCH.replace(from, to) });
    expect(joinOf(graph, 'Order', 'customerResource')?.operation.name).toBe('GetCustomer');
  });
});

describe('names of joined fields', () => {
  test.each([
    ['customerName', 'customer'],
    ['customerId', 'customer'],
    ['customer', 'customerResource'],
    ['name', 'nameResource'],
    ['id', 'idResource'],
    ['paid', 'paidResource'],
    ['username', 'usernameResource'],
  ])('%s → %s', (field, joined) => {
    expect(joinedName(field)).toBe(joined);
  });

  test.each([
    ['bookNames', 'books'],
    ['bookIds', 'books'],
    ['categoryIds', 'categories'],
    ['keyNames', 'keys'],
    ['boxNames', 'boxes'],
    ['relatedBooks', 'relatedBooksResources'],
  ])('%s → %s', (field, joined) => {
    expect(joinedListName(field)).toBe(joined);
  });

  test('belong to the first field that would have them, whether it can be joined today or not', () => {
    const { graph, problems } = build({
      order: `string customer_id = 2 [(google.api.resource_reference).type = "t.test/Nobody"];
              string customer_name = 3 [(google.api.resource_reference).type = "t.test/Customer"];`,
    });
    expect(joinedFields(graph)).toEqual([]);
    expect(said(problems)).toContain(
      'Order.customerName is not joined: the name customer belongs to what customerId refers to',
    );
  });
});

describe('what an operator changes', () => {
  const change = (field: string, rename?: string): JoinSettings => ({
    ...DEFAULT_JOIN_SETTINGS,
    entries: [
      {
        kind: 'change',
        on: { text: 'shop.v1.Order', position: NOWHERE },
        field: { text: field, position: NOWHERE },
        rename: rename === undefined ? undefined : { text: rename, position: NOWHERE },
        position: NOWHERE,
      },
    ],
  });

  test('a join is off, and nothing is said of it', () => {
    const { graph, problems } = build({}, change('customerResource'));
    expect(joinedFields(graph)).toEqual([]);
    expect(said(problems)).toEqual([]);
  });

  test('a join has another name', () => {
    const { graph, problems } = build({}, change('customerResource', 'buyer'));
    expect(joinedFields(graph)).toEqual(['Order.buyer']);
    expect(joinOf(graph, 'Order', 'buyer')?.name).toBe('Order.buyer');
    expect(said(problems)).toEqual([expect.stringMatching(/^Order\.buyer is read by/)]);
  });

  test.each<[field: string, rename: string | undefined, severity: string, message: RegExp]>([
    ['customerResource', 'name', 'error', /Order has a field name already/],
    ['customerResource', '__buyer', 'error', /__buyer is no name that GraphQL allows/],
    ['other', undefined, 'warning', /shop\.v1\.Order has no joined field other; this entry changes nothing/],
    ['customer', undefined, 'warning', /shop\.v1\.Order has no joined field customer/],
  ])('a change of %s to %s is not followed', (field, rename, severity, message) => {
    const { graph, problems } = build({}, change(field, rename));
    expect(joinedFields(graph)).toEqual(['Order.customerResource']);
    expect(problems).toContainEqual({
      severity,
      rule: expect.stringMatching(/^join/) as unknown,
      message: expect.stringMatching(message) as unknown,
      ...NOWHERE,
    });
  });

  test('nothing is inferred where that is off', () => {
    const { graph, problems } = build({}, { ...DEFAULT_JOIN_SETTINGS, infer: false });
    expect(joinedFields(graph)).toEqual([]);
    expect(said(problems)).toEqual([]);
  });
});

describe('what an overlay of the service changes', () => {
  const overlaid = (join: string): string[] => {
    const files = compile({
      'shop.proto': proto3(
        `service Shop { rpc GetOrder(GetOrderRequest) returns (Order); }
         message GetOrderRequest { string name = 1; }
         message Order { string name = 1; ${REFERENCE} }`,
        'shop.v1',
      ),
      'crm.proto': proto3(BATCH, 'crm.v1'),
    });
    const settings = { overlay: { 'shop.v1.Order.customer': { join } } };
    const { graph } = buildGraph([
      { name: 'shop', operations: operationsOf('shop', files, ['shop.proto']), settings },
      { name: 'crm', operations: operationsOf('crm', files, ['crm.proto']) },
    ]);
    return joinedFields(graph);
  };

  test.each([
    ['off', []],
    ['buyer', ['Order.buyer']],
  ])('join: %s', (join, expected) => {
    expect(overlaid(join)).toEqual(expected);
  });
});

describe('reverse joins', () => {
  const LISTING = `
service Crm {
  rpc GetCustomer(GetCustomerRequest) returns (Customer);
  rpc ListNotes(ListNotesRequest) returns (ListNotesResponse);
}
message GetCustomerRequest { string name = 1; }
message Customer {
  option (google.api.resource) = { type: "t.test/Customer" pattern: "customers/{customer}" };
  string name = 1;
}
message ListNotesRequest {
  string parent = 1 [(google.api.resource_reference).child_type = "t.test/Note"];
  int32 page_size = 2;
  string page_token = 3;
}
message ListNotesResponse { repeated Note notes = 1; string next_page_token = 2; }
message Note {
  option (google.api.resource) = { type: "t.test/Note" pattern: "customers/{customer}/notes/{note}" };
  string name = 1;
}`;
  const reverse: JoinSettings = { ...DEFAULT_JOIN_SETTINGS, reverse: true };

  test('are off unless asked for', () => {
    expect(joinedFields(build({ order: '', crm: LISTING }).graph)).toEqual([]);
  });

  test.each(
    tableOf<[what: string, crm: string]>(
      [
        ['by the patterns of the child', LISTING],
        [
          'by the type of the parent',
          LISTING.replace('child_type = "t.test/Note"', 'type = "t.test/Customer"'),
        ],
      ],
      ([, crm]) => ({ order: '', crm }),
    ),
  )('give the pages of the children, %s', (_what, crm) => {
    const { graph } = build({ order: '', crm }, reverse);
    const field = fieldOf(graph, 'Customer', 'notes');
    expect(field?.type).toEqual({ name: 'ListNotesResponse', isRequired: false });
    expect(field?.arguments?.map(({ name }) => name)).toEqual(['pageSize', 'pageToken']);
    expect(joinOf(graph, 'Customer', 'notes')).toMatchObject({
      operation: { name: 'ListNotes' },
      form: 'single',
      keys: [{ parent: { path: ['name'] }, request: ['parent'], isName: true }],
    });
  });

  test.each(
    tableOf<[what: string, crm: string]>(
      [
        ['the parent can be anything', LISTING.replace('child_type = "t.test/Note"', 'type = "*"')],
        [
          'nothing has the pattern of the parent',
          LISTING.replace('customers/{customer}/notes', 'shops/{shop}/notes'),
        ],
        [
          'the name is taken',
          LISTING.replace('message GetCustomerRequest', 'message X {} message GetCustomerRequest').replace(
            'string name = 1;\n}\nmessage ListNotesRequest',
            'string name = 1; string notes = 2;\n}\nmessage ListNotesRequest',
          ),
        ],
      ],
      ([, crm]) => ({ order: '', crm }),
    ),
  )('are not there if %s', (_what, crm) => {
    expect(joinedFields(build({ order: '', crm }, reverse).graph)).toEqual([]);
  });
});
