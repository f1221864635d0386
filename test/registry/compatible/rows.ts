// Changes of protos, each with what clients find otherwise: written by hand from ProtoJSON, google/api/http.proto and
// the graphql reference, sections 2 and 3. Every row is a file of its own, in a package of its own.
import type { SourceFile } from '../../../registry/service-definition.ts';

export interface Row {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** `severity door rule path`; `$` is the row's package, `ROW` its path, `Row` its types. All but safe ones of GraphQL. */
  readonly expected: readonly string[];
  /** buf finds it breaking, and clients of REST and GraphQL notice nothing: why. */
  readonly unseen?: string;
}

/** Book is both sent and answered. */
const book = (fields: string, more = ''): string => `
service RowLib { rpc PutRowBook(RowBook) returns (RowBook) { option (google.api.http) = { put: "/ROW" body: "*" }; } }
message RowBook { string id = 1; ${fields} } ${more}`;
/** Book is only answered. */
const answer = (fields: string, more = ''): string => `
service RowLib { rpc ReadRow(RowAsk) returns (RowBook) { option (google.api.http) = { get: "/ROW" }; } }
message RowAsk { string id = 1; }
message RowBook { string id = 1; ${fields} } ${more}`;
/** What is asked for is in the query. */
const ask = (fields: string, more = ''): string => `
service RowLib { rpc ReadRow(RowAsk) returns (RowBook) { option (google.api.http) = { get: "/ROW" }; } }
message RowAsk { string id = 1; ${fields} }
message RowBook { string id = 1; } ${more}`;
const route = (rule: string, shape = '(RowAsk) returns (RowBook)', name = 'ReadRow'): string => `
service RowLib { rpc ${name}${shape} { option (google.api.http) = { ${rule} }; } }
message RowAsk { string id = 1; string other = 2; RowBook book = 3; }
message RowBook { string id = 1; RowBook2 inner = 2; } message RowBook2 { string id = 1; }`;
const REQUIRED = '[(google.api.field_behavior) = REQUIRED]';

export const ROWS: readonly Row[] = [
  {
    name: 'nothing but a comment and a type that nobody uses',
    before: book('int32 pages = 2;'),
    after: book('// of paper\n int32 pages = 2;', 'message RowUnused { string a = 1; }'),
    expected: [],
  },
  {
    name: 'int32 becomes int64',
    before: book('int32 pages = 2;'),
    after: book('int64 pages = 2;'),
    expected: [
      'breaking rest field-type $.RowBook.pages',
      'breaking graphql field-type RowBook.pages',
      'breaking graphql argument-type Mutation.putRowBook(pages:)',
    ],
  },
  {
    name: 'int32 becomes int64 in requests alone: REST takes both spellings',
    before: ask('int32 pages = 2;'),
    after: ask('int64 pages = 2;'),
    expected: ['breaking graphql argument-type Query.readRow(pages:)'],
  },
  {
    name: 'int64 becomes int32 in requests alone',
    before: ask('int64 pages = 2;'),
    after: ask('int32 pages = 2;'),
    expected: [
      'breaking rest field-type $.RowAsk.pages',
      'breaking graphql argument-type Query.readRow(pages:)',
    ],
  },
  {
    name: 'int32 becomes uint32 in answers',
    before: answer('int32 pages = 2;'),
    after: answer('uint32 pages = 2;'),
    expected: ['dangerous rest field-type $.RowBook.pages', 'breaking graphql field-type RowBook.pages'],
  },
  {
    name: 'int32 becomes sint32: the same numbers, other bytes',
    before: book('int32 pages = 2;'),
    after: book('sint32 pages = 2;'),
    expected: ['dangerous rest field-encoding $.RowBook.pages'],
  },
  {
    name: 'a number becomes text',
    before: book('double price = 2;'),
    after: book('string price = 2;'),
    expected: [
      'breaking rest field-type $.RowBook.price',
      'dangerous rest field-encoding $.RowBook.price',
      'breaking graphql field-type RowBook.price',
      'breaking graphql argument-type Mutation.putRowBook(price:)',
    ],
  },
  {
    name: 'float becomes double',
    before: answer('float price = 2;'),
    after: answer('double price = 2;'),
    expected: ['dangerous rest field-type $.RowBook.price', 'dangerous rest field-encoding $.RowBook.price'],
  },
  {
    name: 'text becomes bytes',
    before: answer('string cover = 2;'),
    after: answer('bytes cover = 2;'),
    expected: ['breaking rest field-type $.RowBook.cover', 'breaking graphql field-type RowBook.cover'],
  },
  {
    name: 'text becomes a time',
    before: answer('string at = 2;'),
    after: answer('google.protobuf.Timestamp at = 2;'),
    expected: [
      'breaking rest field-type $.RowBook.at',
      'dangerous rest field-encoding $.RowBook.at',
      'breaking graphql field-type RowBook.at',
    ],
  },
  {
    name: 'a field is removed',
    before: book('int32 pages = 2;'),
    after: book(''),
    expected: [
      'breaking rest field-removed $.RowBook.pages',
      'breaking graphql field-removed RowBook.pages',
      'breaking graphql argument-removed Mutation.putRowBook(pages:)',
    ],
  },
  {
    name: 'a field is removed and its number and name reserved',
    before: book('int32 pages = 2;'),
    after: book('reserved 2; reserved "pages";'),
    expected: [
      'breaking rest field-removed $.RowBook.pages',
      'breaking graphql field-removed RowBook.pages',
      'breaking graphql argument-removed Mutation.putRowBook(pages:)',
    ],
  },
  {
    name: 'a field is renamed',
    before: book('int32 pages = 2;'),
    after: book('int32 page_count = 2;'),
    expected: [
      'breaking rest field-renamed $.RowBook.pages',
      'breaking graphql field-removed RowBook.pages',
      'breaking graphql argument-removed Mutation.putRowBook(pages:)',
    ],
  },
  {
    name: 'a field is renamed but keeps its name in JSON',
    before: answer('int32 pages = 2;'),
    after: answer('int32 page_count = 2 [json_name = "pages"];'),
    // Masks have its proto name.
    expected: ['dangerous rest field-renamed $.RowBook.pages'],
  },
  {
    name: 'a field gets another name in JSON',
    before: answer('int32 page_count = 2;'),
    after: answer('int32 page_count = 2 [json_name = "pages"];'),
    expected: [
      'breaking rest json-name $.RowBook.page_count',
      'breaking graphql field-removed RowBook.pageCount',
    ],
  },
  {
    name: 'a field is renumbered',
    before: book('int32 pages = 2;'),
    after: book('int32 pages = 3;'),
    expected: ['dangerous rest field-number $.RowBook.pages'],
  },
  {
    name: 'a message field becomes a list',
    before: book('RowPart part = 2;', 'message RowPart { string no = 1; }'),
    after: book('repeated RowPart part = 2;', 'message RowPart { string no = 1; }'),
    expected: [
      'breaking rest cardinality $.RowBook.part',
      'breaking graphql field-type RowBook.part',
      'breaking graphql argument-type Mutation.putRowBook(part:)',
    ],
  },
  {
    name: 'a list becomes a map',
    before: answer('repeated RowPart part = 2;', 'message RowPart { string no = 1; }'),
    after: answer('map<string, RowPart> part = 2;', 'message RowPart { string no = 1; }'),
    expected: ['breaking rest cardinality $.RowBook.part', 'breaking graphql field-type RowBook.part'],
  },
  {
    name: 'the keys of a map become numbers',
    before: answer('map<string, string> part = 2;'),
    after: answer('map<int32, string> part = 2;'),
    expected: ['breaking rest map-key $.RowBook.part', 'breaking graphql field-type RowBookPartEntry.key'],
  },
  {
    name: 'a value of an enum is removed, in requests and answers',
    before: book(
      'RowKind kind = 2;',
      'enum RowKind { ROW_KIND_UNSPECIFIED = 0; ROW_KIND_A = 1; ROW_KIND_B = 2; }',
    ),
    after: book('RowKind kind = 2;', 'enum RowKind { ROW_KIND_UNSPECIFIED = 0; ROW_KIND_A = 1; }'),
    expected: [
      'breaking rest enum-value-removed $.RowKind.ROW_KIND_B',
      'breaking graphql enum-value-removed RowKind.B',
    ],
  },
  {
    name: 'a value of an enum is removed that is only answered',
    before: answer(
      'RowKind kind = 2;',
      'enum RowKind { ROW_KIND_UNSPECIFIED = 0; ROW_KIND_A = 1; ROW_KIND_B = 2; }',
    ),
    after: answer('RowKind kind = 2;', 'enum RowKind { ROW_KIND_UNSPECIFIED = 0; ROW_KIND_A = 1; }'),
    expected: [
      'dangerous rest enum-value-removed $.RowKind.ROW_KIND_B',
      'breaking graphql enum-value-removed RowKind.B',
    ],
  },
  {
    name: 'a value of an enum is renamed',
    before: answer('RowKind kind = 2;', 'enum RowKind { ROW_KIND_UNSPECIFIED = 0; ROW_KIND_A = 1; }'),
    after: answer('RowKind kind = 2;', 'enum RowKind { ROW_KIND_UNSPECIFIED = 0; ROW_KIND_C = 1; }'),
    expected: [
      'breaking rest enum-value-renamed $.RowKind.ROW_KIND_A',
      'breaking graphql enum-value-removed RowKind.A',
      'dangerous graphql enum-value-added RowKind.C',
    ],
  },
  {
    name: 'a value of an enum is renumbered',
    before: answer('RowKind kind = 2;', 'enum RowKind { ROW_KIND_UNSPECIFIED = 0; ROW_KIND_A = 1; }'),
    after: answer('RowKind kind = 2;', 'enum RowKind { ROW_KIND_UNSPECIFIED = 0; ROW_KIND_A = 3; }'),
    expected: ['dangerous rest enum-value-number $.RowKind.ROW_KIND_A'],
  },
  {
    name: 'a value is added to an enum that is answered',
    before: answer('RowKind kind = 2;', 'enum RowKind { ROW_KIND_UNSPECIFIED = 0; ROW_KIND_A = 1; }'),
    after: answer(
      'RowKind kind = 2;',
      'enum RowKind { ROW_KIND_UNSPECIFIED = 0; ROW_KIND_A = 1; ROW_KIND_B = 2; }',
    ),
    expected: [
      'dangerous rest enum-value-added $.RowKind.ROW_KIND_B',
      'dangerous graphql enum-value-added RowKind.B',
    ],
  },
  {
    name: 'an enum becomes a number',
    before: answer('RowKind kind = 2;', 'enum RowKind { ROW_KIND_UNSPECIFIED = 0; }'),
    after: answer('int32 kind = 2;'),
    expected: [
      'breaking rest field-type $.RowBook.kind',
      'breaking graphql field-type RowBook.kind',
      'breaking graphql type-removed RowKind',
    ],
  },
  {
    name: 'a field becomes required',
    before: ask('string shelf = 2;'),
    after: ask(`string shelf = 2 ${REQUIRED};`),
    expected: [
      'breaking rest field-required $.RowAsk.shelf',
      'breaking graphql argument-type Query.readRow(shelf:)',
    ],
  },
  {
    name: 'a required field is added',
    before: ask(''),
    after: ask(`string shelf = 2 ${REQUIRED};`),
    expected: [
      'breaking rest field-required $.RowAsk.shelf',
      'breaking graphql argument-required Query.readRow(shelf:)',
    ],
  },
  {
    name: 'fields are added that nobody has to give',
    before: book('int32 pages = 2;'),
    after: book('int32 pages = 2; string title = 3;'),
    expected: ['safe rest field-added $.RowBook.title'],
  },
  {
    name: 'a field is required no more',
    before: ask(`string shelf = 2 ${REQUIRED};`),
    after: ask('string shelf = 2;'),
    expected: [],
  },
  {
    name: 'a field becomes optional: its null and its zero differ',
    before: answer('int32 pages = 2;'),
    after: answer('optional int32 pages = 2;'),
    expected: ['breaking graphql field-type RowBook.pages'],
  },
  {
    name: 'a field is optional no more',
    before: answer('optional int32 pages = 2;'),
    after: answer('int32 pages = 2;'),
    expected: ['dangerous rest presence $.RowBook.pages'],
  },
  {
    name: 'a wrapper becomes optional, and looks the same',
    before: answer('google.protobuf.Int32Value pages = 2;'),
    after: answer('optional int32 pages = 2;'),
    expected: ['dangerous rest field-encoding $.RowBook.pages'],
  },
  {
    name: 'fields enter a oneof',
    before: book('string a = 2; string b = 3;'),
    after: book('oneof choice { string a = 2; string b = 3; }'),
    expected: [
      'breaking rest oneof $.RowBook.a',
      'breaking rest oneof $.RowBook.b',
      'breaking graphql field-removed RowBook.a',
      'breaking graphql field-removed RowBook.b',
      'breaking graphql argument-removed Mutation.putRowBook(a:)',
      'breaking graphql argument-removed Mutation.putRowBook(b:)',
    ],
  },
  {
    name: 'a field is set by the service alone from now on',
    before: book('string state = 2;'),
    after: book('string state = 2 [(google.api.field_behavior) = OUTPUT_ONLY];'),
    expected: [
      'dangerous rest output-only $.RowBook.state',
      'breaking graphql argument-removed Mutation.putRowBook(state:)',
    ],
  },
  {
    name: 'a field is not answered from now on',
    before: book('string secret = 2;'),
    after: book('string secret = 2 [(google.api.field_behavior) = INPUT_ONLY];'),
    expected: ['breaking rest input-only $.RowBook.secret', 'breaking graphql field-removed RowBook.secret'],
  },
  {
    name: 'the type of a field is another message of the same form',
    before: answer('RowPart part = 2;', 'message RowPart { string no = 1; }'),
    after: answer('RowPiece part = 2;', 'message RowPiece { string no = 1; }'),
    expected: ['breaking graphql field-type RowBook.part', 'breaking graphql type-removed RowPart'],
  },
  {
    name: 'the type of a field is another message of another form',
    before: answer('RowPart part = 2;', 'message RowPart { string no = 1; }'),
    after: answer('RowPiece part = 2;', 'message RowPiece { int32 no = 1; }'),
    expected: [
      'breaking rest field-type $.RowPart.no',
      'dangerous rest field-encoding $.RowPart.no',
      'breaking graphql field-type RowBook.part',
      'breaking graphql type-removed RowPart',
    ],
  },
  {
    name: 'deep below, and in a circle',
    before: answer(
      'RowPart part = 2;',
      'message RowPart { RowBook book = 1; map<string, RowEnd> ends = 2; } message RowEnd { int32 n = 1; }',
    ),
    after: answer(
      'RowPart part = 2;',
      'message RowPart { RowBook book = 1; map<string, RowEnd> ends = 2; } message RowEnd { string n = 1; }',
    ),
    expected: [
      'breaking rest field-type $.RowEnd.n',
      'dangerous rest field-encoding $.RowEnd.n',
      'breaking graphql field-type RowEnd.n',
    ],
  },
  {
    name: 'a method is removed',
    before: `${route('get: "/ROW"')} service RowMore { rpc LoseRow(RowAsk) returns (RowBook) { option (google.api.http) = { get: "/ROW/gone" }; } }`,
    after: route('get: "/ROW"'),
    expected: [
      'breaking rest route-removed GET /ROW/gone',
      'breaking rest route-removed POST /$.RowMore/LoseRow',
      'breaking graphql field-removed Query.loseRow',
    ],
  },
  {
    name: 'a method asks for another type',
    before: route('get: "/ROW"'),
    after: `${route('get: "/ROW"', '(RowAsk2) returns (RowBook)')} message RowAsk2 { string id = 1; int32 other = 2; }`,
    expected: [
      'breaking rest field-type $.RowAsk.other',
      'dangerous rest field-encoding $.RowAsk.other',
      'breaking rest field-removed $.RowAsk.book',
      'breaking graphql argument-type Query.readRow(other:)',
      'breaking graphql argument-removed Query.readRow(book:)',
      'breaking graphql type-removed RowBookInput',
      'breaking graphql type-removed RowBook2Input',
    ],
  },
  {
    name: 'a method answers with another type',
    before: route('get: "/ROW"'),
    after: `${route('get: "/ROW"', '(RowAsk) returns (RowOther)')} message RowOther { string id = 1; }`,
    expected: [
      'breaking rest field-removed $.RowBook.inner',
      'breaking graphql field-type Query.readRow',
      'breaking graphql type-removed RowBook',
      'breaking graphql type-removed RowBook2',
    ],
  },
  {
    name: 'one answer becomes a stream',
    before: route('get: "/ROW"'),
    after: route('get: "/ROW"', '(RowAsk) returns (stream RowBook)'),
    expected: ['breaking rest streaming $.RowLib/ReadRow', 'breaking graphql field-removed Query.readRow'],
  },
  {
    name: 'a route is moved',
    before: route('get: "/ROW/old"'),
    after: route('get: "/ROW/new"'),
    expected: ['breaking rest route-removed GET /ROW/old'],
  },
  {
    name: 'the variable of a route is called otherwise in the rule, and the field with it',
    before: `service RowLib { rpc ReadRow(RowAsk) returns (RowBook) { option (google.api.http) = { get: "/ROW/{id}" }; } }
      message RowAsk { string id = 1; } message RowBook { string id = 1; }`,
    after: `service RowLib { rpc ReadRow(RowAsk) returns (RowBook) { option (google.api.http) = { get: "/ROW/{book}" }; } }
      message RowAsk { string book = 1; } message RowBook { string id = 1; }`,
    // By GET nobody notices; by the method's own name the body has the field.
    expected: [
      'breaking rest field-renamed $.RowAsk.id',
      'breaking graphql argument-removed Query.readRow(id:)',
      'breaking graphql argument-required Query.readRow(book:)',
    ],
  },
  {
    name: 'the path fills another field',
    before: route('get: "/ROW/{id}"'),
    after: route('get: "/ROW/{other}"'),
    expected: [
      'breaking rest path-variable GET /ROW/{id}',
      'breaking rest query-parameter GET /ROW/{id}',
      'breaking graphql argument-type Query.readRow(other:)',
    ],
  },
  {
    name: 'what was a query parameter goes into the body',
    before: route('post: "/ROW"'),
    after: route('post: "/ROW" body: "*"'),
    expected: ['dangerous rest body POST /ROW', 'breaking rest query-parameter POST /ROW'],
  },
  {
    name: 'another field is the body',
    before: route('post: "/ROW" body: "*"'),
    after: route('post: "/ROW" body: "book"'),
    expected: ['breaking rest body POST /ROW'],
  },
  {
    name: 'another part of the reply is the answer',
    before: route('get: "/ROW"'),
    after: route('get: "/ROW" response_body: "inner"'),
    expected: ['breaking rest answer GET /ROW'],
  },
  {
    name: 'a method that reads writes from now on',
    before: `service RowLib { rpc FindRow(RowAsk) returns (RowBook) { option idempotency_level = NO_SIDE_EFFECTS; } }
      message RowAsk { string id = 1; } message RowBook { string id = 1; }`,
    after: `service RowLib { rpc FindRow(RowAsk) returns (RowBook); }
      message RowAsk { string id = 1; } message RowBook { string id = 1; }`,
    expected: ['dangerous rest effect $.RowLib/FindRow', 'breaking graphql field-removed Query.findRow'],
  },
  {
    name: 'a field is deprecated',
    before: answer('int32 pages = 2;'),
    after: answer('int32 pages = 2 [deprecated = true];'),
    expected: ['safe rest deprecated $.RowBook.pages'],
  },
];

const IMPORTS = [
  'google/api/annotations',
  'google/api/field_behavior',
  'google/protobuf/timestamp',
  'google/protobuf/wrappers',
];

export const packageOf = (index: number): string => `row${index}.v1`;
const own = (text: string, index: number): string =>
  text
    .replaceAll('ROW_', `ROW${index}_`)
    .replaceAll(/ROW(?!\d)/g, `row${index}`)
    .replaceAll('Row', `Row${index}`);

/** All rows on one side, each as a file. */
export function filesOf(side: 'before' | 'after'): SourceFile[] {
  return ROWS.map((row, index) => ({
    path: `row${index}.proto`,
    content: `syntax = "proto3"; package ${packageOf(index)};
${IMPORTS.map((path) => `import "${path}.proto";`).join('\n')}
${own(row[side], index)}\n`,
  }));
}

export function expectedOf(index: number): string[] {
  return (ROWS[index]?.expected ?? [])
    .map((text) => own(text.replaceAll('$', packageOf(index)), index))
    .sort();
}
