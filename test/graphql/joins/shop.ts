// A shop, its customers and its stock: three sources that join in every way there is, and an upstream that is rude
// where a test says so.
import type { Call, Reply } from '../../../core/call.ts';
import { GatewayError } from '../../../core/error.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import type { GraphSource } from '../../../schema/graphql/build-graph.ts';
import type { DeclaredJoin, JoinEntry, JoinSettings } from '../../../schema/graphql/joins/join-settings.ts';
import { type Answer, type Executed, requestOf, unary } from '../door.ts';
import { compile, operationsOf, proto3 } from '../sources.ts';

const SHOP = `
service Shop {
  rpc ListOrders(ListOrdersRequest) returns (ListOrdersResponse);
  rpc GetOrder(GetOrderRequest) returns (Order);
  rpc TouchOrder(GetOrderRequest) returns (Order) { option (google.api.http) = { post: "/touch" body: "*" }; }
  rpc WatchOrders(GetOrderRequest) returns (stream Order);
}
message ListOrdersRequest { int32 page_size = 1; string page_token = 2; string parent = 3; }
message ListOrdersResponse { repeated Order orders = 1; string next_page_token = 2; }
message GetOrderRequest { string name = 1; }
message Order {
  option (google.api.resource) = { type: "shop.test/Order" pattern: "orders/{order}" };
  string name = 1;
  string customer = 2 [(google.api.resource_reference).type = "crm.test/Customer"];
  repeated string helper_names = 3 [(google.api.resource_reference).type = "crm.test/Customer"];
  string seller_name = 4 [(google.api.resource_reference).type = "crm.test/Seller"];
  string shelf_item = 5 [(google.api.resource_reference).type = "crm.test/Item"];
  int32 number = 6;
  Place place = 7;
  string tag = 8;
  optional string code = 9;
  repeated int32 part_numbers = 10;
  string label = 11;
  bool urgent = 12;
  message Place { string region = 1; string city = 2; }
}`;

const CRM = `
service Crm {
  rpc BatchGetCustomers(BatchGetCustomersRequest) returns (BatchGetCustomersResponse);
  rpc GetCustomer(GetCustomerRequest) returns (Customer);
  rpc GetSeller(GetSellerRequest) returns (Seller);
  rpc BatchGetItems(BatchGetItemsRequest) returns (BatchGetItemsResponse);
  rpc SearchParts(SearchPartsRequest) returns (SearchPartsResponse) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc FindCities(FindCitiesRequest) returns (FindCitiesResponse) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc ListNotes(ListNotesRequest) returns (ListNotesResponse);
  rpc SetNote(ListNotesRequest) returns (Note);
}
message BatchGetCustomersRequest { repeated string names = 1; google.protobuf.FieldMask read_mask = 2; }
message BatchGetCustomersResponse { repeated Customer customers = 1; }
message GetCustomerRequest { string name = 1; google.protobuf.FieldMask read_mask = 2; }
message Customer {
  option (google.api.resource) = { type: "crm.test/Customer" pattern: "customers/{customer}" };
  string name = 1;
  string title = 2;
  string email = 3;
  string friend = 4 [(google.api.resource_reference).type = "crm.test/Customer"];
  Address address = 5;
  repeated Address past = 6;
  message Address { string street = 1; string town = 2; }
}
message GetSellerRequest { string name = 1; }
message Seller {
  option (google.api.resource) = { type: "crm.test/Seller" pattern: "sellers/{seller}" };
  string name = 1;
  string title = 2;
}
message BatchGetItemsRequest { string parent = 1; repeated string names = 2; }
message BatchGetItemsResponse { repeated Item items = 1; }
message Item {
  option (google.api.resource) = { type: "crm.test/Item" pattern: "shelves/{shelf}/items/{item}" };
  string name = 1;
  int32 weight = 2;
}
message SearchPartsRequest { repeated int32 numbers = 1; string view = 2; repeated bool flags = 3; repeated string codes = 4; }
message SearchPartsResponse { repeated Part parts = 1; int32 total = 2; }
message Part { int32 number = 1; string title = 2; bool flag = 3; string code = 4; }
message FindCitiesRequest { repeated Key requests = 1; string language = 2; message Key { string region = 1; string city = 2; } }
message FindCitiesResponse { Page page = 1; message Page { repeated City cities = 1; } }
message City { Where where = 1; int32 people = 2; message Where { string region = 1; string city = 2; } }
message ListNotesRequest { string about = 1; int32 page_size = 2; }
message ListNotesResponse { repeated Note notes = 1; string next_page_token = 2; }
message Note { string text = 1; }
`;

/** Compiles; call it once per file. */
export function shopSources(): readonly GraphSource[] {
  const files = compile({ 'shop.proto': proto3(SHOP, 'shop.v1'), 'crm.proto': proto3(CRM, 'crm.v1') });
  return [
    { name: 'shop', operations: operationsOf('shop', files, ['shop.proto']) },
    { name: 'crm', operations: operationsOf('crm', files, ['crm.proto']) },
  ];
}

/** Answers by the last part of the method. A GatewayError is the upstream's failure. */
export type Upstream = Readonly<
  Record<string, (request: JsonObject, call: Call) => JsonValue | GatewayError>
>;

export function answering(upstream: Upstream): Answer {
  return (call): Reply => {
    const handle = upstream[call.operation.name];
    if (handle === undefined) throw new Error(`nobody expected ${call.operation.name}`);
    const answer = handle(requestOf(call) as JsonObject, call);
    if (answer instanceof GatewayError) throw answer;
    return unary(call, answer);
  };
}

export function notFound(): GatewayError {
  return new GatewayError('not_found', 'there is none', { source: 'upstream' });
}

export function unavailable(): GatewayError {
  return new GatewayError('unavailable', 'the service is unavailable', { source: 'upstream' });
}

/** Method and request of every call. */
export function callsOf(calls: readonly Call[]): [method: string, request: JsonValue][] {
  return calls.map((call) => [call.operation.name, requestOf(call)]);
}

export const NOWHERE = { path: 'dragoman.yaml', line: 1, column: 1 };

type Pairs = Readonly<Record<string, string>>;

/** A declared join in short; every name has its place on the line that `line` says. */
export function declared(
  given: {
    on: string;
    field: string;
    call: string;
    keys?: Pairs;
    args?: Pairs;
    match?: Pairs;
    arguments?: readonly string[];
    result?: string;
  } & Partial<Pick<DeclaredJoin, 'many' | 'maxBatch'>>,
): DeclaredJoin {
  const written = (text: string, column: number) => ({ text, position: { ...NOWHERE, column } });
  const pairs = (entries: Pairs = {}, column: number) =>
    Object.entries(entries).map(([field, parent]) => ({
      field: written(field, column),
      parent: written(parent, column + 1),
    }));
  return {
    kind: 'declared',
    on: written(given.on, 2),
    field: written(given.field, 3),
    call: written(given.call, 4),
    keys: pairs(given.keys, 10),
    args: pairs(given.args, 20),
    match: pairs(given.match, 30),
    many: given.many ?? false,
    maxBatch: given.maxBatch ?? 100,
    arguments: (given.arguments ?? []).map((text) => written(text, 40)),
    result: given.result === undefined ? undefined : written(given.result, 50),
    position: NOWHERE,
  };
}

export function settings(...entries: readonly JoinEntry[]): JoinSettings {
  return { infer: true, reverse: false, entries };
}

/** The orders of an answer to a document that asks for a list of them. */
export function ordersIn({ data }: Executed): JsonObject[] {
  const page = data?.orders;
  if (typeof page !== 'object' || page === null || Array.isArray(page))
    throw new Error('there are no orders');
  return page.orders as JsonObject[];
}
