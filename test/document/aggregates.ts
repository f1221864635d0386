// Routes of stored documents over a graph of one service, and what the gateway's document says of them.
import { parse } from 'graphql';
import type { Graph } from '../../core/graph.ts';
import type { JsonObject } from '../../core/json.ts';
import { operationOf as operationNamed } from '../../gateway/graphql/documents/aggregate.ts';
import { parseVariableSource } from '../../gateway/graphql/documents/variable-source.ts';
import {
  aggregatePartSteps,
  type DocumentedAggregate,
} from '../../schema/document/aggregate/aggregate-part.ts';
import { assembleDocument } from '../../schema/document/assemble.ts';
import { finish } from '../../schema/document/steps.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { compile, operationsOf, proto3 } from '../graphql/sources.ts';
import { at, operationOf } from './documents.ts';

const PROTO = proto3(`
  service Items {
    rpc GetItem(GetItemRequest) returns (Item) { option (google.api.http) = { get: "/v1/items/{id}" }; }
    rpc Search(SearchRequest) returns (SearchResponse) { option (google.api.http) = { get: "/v1/items:search" }; }
    rpc MakeItem(MakeItemRequest) returns (Item) { option (google.api.http) = { post: "/v1/items" body: "*" }; }
  }
  message GetItemRequest { string id = 1; }
  message SearchRequest { repeated string words = 1; Kind kind = 2; int64 least = 3; int32 limit = 4; double rating = 5; bool open = 6; google.protobuf.Timestamp since = 7; }
  message SearchResponse { repeated Item items = 1; }
  message MakeItemRequest { Item item = 1 [(google.api.field_behavior) = REQUIRED]; }
  // A thing.
  message Item {
    // What it says on it.
    string title = 1;
    optional string note = 2;
    int64 sold = 3;
    uint64 seen = 4;
    uint32 boxes = 5;
    double rating = 6;
    bytes image = 7;
    // How it is.
    Kind kind = 8;
    repeated Kind kinds = 9;
    map<string, int32> counts = 10;
    Part part = 11;
    repeated Part parts = 12;
    oneof owner { Person person = 13; Firm firm = 14; string other = 15; }
    google.protobuf.Timestamp at = 16;
    google.protobuf.Duration length = 17;
    google.protobuf.Struct data = 18;
    google.protobuf.Any extra = 19;
    google.protobuf.Int64Value weight = 20;
    bool open = 21 [deprecated = true];
    google.protobuf.FieldMask mask = 22;
    google.protobuf.Value value = 23;
  }
  message Part { string name = 1; Part inner = 2; }
  message Person { string name = 1; int32 age = 2; }
  message Firm { string name = 1; string city = 2; }
  enum Kind { KIND_UNSPECIFIED = 0; KIND_NEW = 1; KIND_USED = 2; }
`);

export const GRAPH = buildGraph([
  { name: 'items', operations: operationsOf('items', compile({ 'a.proto': PROTO })) },
]).graph;

export interface Given extends Partial<Omit<DocumentedAggregate, 'document' | 'operation' | 'variables'>> {
  readonly variables?: Readonly<Record<string, string>>;
  readonly name?: string;
}

export function aggregate(text: string, { variables = {}, name, ...given }: Given = {}): DocumentedAggregate {
  const operation = operationNamed(text, name);
  if (operation === undefined) throw new Error('no operation');
  return {
    method: 'GET',
    template: '/page/{id}',
    path: 'pages/some-page.graphql',
    result: [],
    notFound: undefined,
    partial: 'refuse',
    errors: 'problem',
    ...given,
    document: parse(text),
    operation,
    variables: new Map(
      Object.entries(variables).map(([variable, source]) => {
        const sources = parseVariableSource(source);
        if (sources === undefined) throw new Error(`${source} is no source`);
        return [variable, sources];
      }),
    ),
  };
}

export function documentOfAggregates(
  aggregates: readonly DocumentedAggregate[],
  graph: Graph = GRAPH,
): JsonObject {
  const part = finish(aggregatePartSteps('dragoman.yaml', aggregates, graph));
  return JSON.parse(JSON.stringify(assembleDocument([part], { title: 'Test', version: '1' }))) as JsonObject;
}

/** The answer of a document, as a schema. */
export function answerOf(text: string, given?: Given): JsonObject {
  const document = documentOfAggregates([aggregate(text, given)]);
  const { $ref } = at(
    operationOf(document),
    'responses',
    '200',
    'content',
    'application/json',
    'schema',
  ) as JsonObject;
  return at(document, ...String($ref).split('/').slice(1)) as JsonObject;
}
