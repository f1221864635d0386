// Operations, bindings and tables small enough to read in a test.
import { create, createFileRegistry, type DescMessage } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_duration,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';
import type { MessageType } from '../../core/codec.ts';
import { DEFAULT_LIMITS, type HttpBinding, type Operation, type Shape } from '../../core/operation.ts';
import { type RestSettings, restOptions } from '../../core/rest-options.ts';
import {
  buildRouteTable,
  type Lookup,
  type RouteClaim,
  type RouteTable,
} from '../../schema/routes/route-table.ts';
import { parseTemplate, type Template } from '../../schema/routes/template.ts';

/** The message every fixture operation takes and gives: one field of each kind a binding may meet. */
const REGISTRY = createFileRegistry(
  create(FileDescriptorSetSchema, {
    file: [
      file_google_protobuf_duration.proto,
      file_google_protobuf_field_mask.proto,
      file_google_protobuf_struct.proto,
      file_google_protobuf_timestamp.proto,
      file_google_protobuf_wrappers.proto,
      create(FileDescriptorProtoSchema, {
        name: 'library.proto',
        package: 'library.v1',
        syntax: 'proto3',
        dependency: [
          'google/protobuf/duration.proto',
          'google/protobuf/field_mask.proto',
          'google/protobuf/struct.proto',
          'google/protobuf/timestamp.proto',
          'google/protobuf/wrappers.proto',
        ],
        enumType: [{ name: 'Kind', value: [{ name: 'KIND_UNSPECIFIED', number: 0 }] }],
        messageType: [
          {
            name: 'Book',
            oneofDecl: [{ name: 'owner' }],
            field: [
              { name: 'name', jsonName: 'name', number: 1, label: Label.OPTIONAL, type: Type.STRING },
              {
                name: 'page_count',
                jsonName: 'pageCount',
                number: 2,
                label: Label.OPTIONAL,
                type: Type.INT64,
              },
              {
                name: 'kind',
                jsonName: 'kind',
                number: 3,
                label: Label.OPTIONAL,
                type: Type.ENUM,
                typeName: '.library.v1.Kind',
              },
              { name: 'tags', jsonName: 'tags', number: 4, label: Label.REPEATED, type: Type.STRING },
              {
                name: 'labels',
                jsonName: 'labels',
                number: 5,
                label: Label.REPEATED,
                type: Type.MESSAGE,
                typeName: '.library.v1.Book.LabelsEntry',
              },
              {
                name: 'sequel',
                jsonName: 'sequel',
                number: 6,
                label: Label.OPTIONAL,
                type: Type.MESSAGE,
                typeName: '.library.v1.Book',
              },
              {
                name: 'sequels',
                jsonName: 'sequels',
                number: 7,
                label: Label.REPEATED,
                type: Type.MESSAGE,
                typeName: '.library.v1.Book',
              },
              {
                name: 'created',
                jsonName: 'created',
                number: 8,
                label: Label.OPTIONAL,
                type: Type.MESSAGE,
                typeName: '.google.protobuf.Timestamp',
              },
              {
                name: 'loan',
                jsonName: 'loan',
                number: 9,
                label: Label.OPTIONAL,
                type: Type.MESSAGE,
                typeName: '.google.protobuf.Duration',
              },
              {
                name: 'mask',
                jsonName: 'mask',
                number: 10,
                label: Label.OPTIONAL,
                type: Type.MESSAGE,
                typeName: '.google.protobuf.FieldMask',
              },
              {
                name: 'stars',
                jsonName: 'stars',
                number: 11,
                label: Label.OPTIONAL,
                type: Type.MESSAGE,
                typeName: '.google.protobuf.Int32Value',
              },
              {
                name: 'extra',
                jsonName: 'extra',
                number: 12,
                label: Label.OPTIONAL,
                type: Type.MESSAGE,
                typeName: '.google.protobuf.Struct',
              },
              {
                name: 'person',
                jsonName: 'person',
                number: 13,
                label: Label.OPTIONAL,
                type: Type.STRING,
                oneofIndex: 0,
              },
              {
                name: 'company',
                jsonName: 'company',
                number: 14,
                label: Label.OPTIONAL,
                type: Type.STRING,
                oneofIndex: 0,
              },
            ],
            nestedType: [
              {
                name: 'LabelsEntry',
                options: { mapEntry: true },
                field: [
                  { name: 'key', jsonName: 'key', number: 1, label: Label.OPTIONAL, type: Type.STRING },
                  { name: 'value', jsonName: 'value', number: 2, label: Label.OPTIONAL, type: Type.STRING },
                ],
              },
            ],
          },
        ],
      }),
    ],
  }),
);

export const BOOK: MessageType = {
  name: 'library.v1.Book',
  codec: {
    wireToJson: unused,
    wireToValue: unused,
    projector: unused,
    valueToWire: unused,
    jsonToWire: unused,
  },
  descriptor: message('library.v1.Book'),
};

function message(name: string): DescMessage {
  const found = REGISTRY.getMessage(name);
  if (found === undefined) throw new Error(`no message ${name}`);
  return found;
}

function unused(): never {
  throw new Error('routes never read or write a message');
}

export interface OperationFixture {
  readonly service?: string;
  readonly method?: string;
  readonly shape?: Shape;
  readonly path?: string;
  readonly line?: number;
  readonly rest?: RestSettings;
}

export function operation(fixture: OperationFixture = {}): Operation {
  const service = fixture.service ?? 'library';
  const method = fixture.method ?? 'library.v1.LibraryService/GetBook';
  return {
    id: `${service}/${method}`,
    service,
    method,
    name: method.slice(method.indexOf('/') + 1),
    shape: fixture.shape ?? 'unary',
    effect: 'write',
    effectReason: 'a fixture',
    input: BOOK,
    output: BOOK,
    bindings: [],
    description: '',
    isDeprecated: false,
    types: REGISTRY,
    upstream: { targets: [] },
    limits: DEFAULT_LIMITS,
    forwardHeaders: [],
    forwardsAuthorization: true,
    rest: restOptions(fixture.rest),
    position: { path: fixture.path ?? 'library.proto', line: fixture.line ?? 10, column: 3 },
  };
}

export function binding(method: string, template: string, more: Partial<HttpBinding> = {}): HttpBinding {
  return { method, template, body: undefined, responseBody: undefined, isAutomatic: false, ...more };
}

/** `GET /v1/{a}` lines to a table; each is an operation of its own, in one service. Throws on any problem. */
export function tableOf(rules: readonly string[], rest: RestSettings = {}): RouteTable {
  const claims: RouteClaim[] = rules.map((rule, index) => {
    const [method = '', template = ''] = rule.split(' ');
    const owner = operation({ method: `test.Service/Method${index}`, line: index + 1, rest });
    return { operation: owner, binding: binding(method, template) };
  });
  const { table, problems } = buildRouteTable(claims);
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
  return table;
}

/** A lookup as one line: `/v1/{a} a=x`, `405 GET, HEAD`, `404`, `400 why`. */
export function describeLookup(lookup: Lookup): string {
  switch (lookup.kind) {
    case 'match': {
      const { route, variables } = lookup.match;
      const { template, binding: bound } = route;
      const values = template.variables.map(({ fieldPath }, at) => `${fieldPath.join('.')}=${variables[at]}`);
      return [bound.method, template.text, ...values].join(' ');
    }
    case 'method-not-allowed':
      return `405 ${lookup.allow.join(', ')}`;
    case 'not-found':
      return '404';
    case 'bad-path':
      return `400 ${lookup.message}`;
    default: {
      const unreachable: never = lookup;
      return unreachable;
    }
  }
}

/** The values of a path's variables on the only template of a table, or what the lookup said instead. */
export function capture(template: string, path: string, rest: RestSettings = {}): readonly string[] | string {
  const lookup = tableOf([`GET ${template}`], rest).find('GET', path);
  return lookup.kind === 'match' ? lookup.match.variables : describeLookup(lookup).slice(0, 3);
}

export function template(text: string): Template {
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message: found }) => found).join('\n'));
  return parsed.value;
}
