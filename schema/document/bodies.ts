// What a request of one binding carries as its body, and what its answers look like.
// Sources: google/api/http.proto; transcoding reference, sections 3.2, 7, 8 and 9.3.
import type { DescField } from '@bufbuild/protobuf';
import type { JsonObject } from '../../core/json.ts';
import type { HttpBinding, Operation } from '../../core/operation.ts';
import { commentOf } from '../proto/source-info.ts';
import { componentRef } from './document-part.ts';
import { ERROR_FORMS } from './error-schemas.ts';
import { isRequired } from './message-schema.ts';
import type { MessageView } from './message-view.ts';
import { isHttpBody, type RuleFields } from './rule-fields.ts';
import type { SchemaBook } from './schema-book.ts';
import { paragraphs, summaryOf } from './texts.ts';

const JSON_TYPE = 'application/json';
const LINES_TYPE = 'application/x-ndjson';
const EVENTS_TYPE = 'text/event-stream';
/** Bytes of any type. OpenAPI 3.1 could leave the schema out, but without one generators stumble or take JSON. */
const RAW: JsonObject = { '*/*': { schema: { type: 'string', format: 'binary' } } };
/** The same message in the other form, for services that have chosen it (`rest.protobuf`). */
const PROTOBUF: JsonObject = { 'application/x-protobuf': {}, 'application/proto': {} };

type BodyOperation = Pick<Operation, 'input' | 'output' | 'shape' | 'rest'>;

/** Undefined for a binding without body. */
export function requestBody(
  book: SchemaBook,
  operation: BodyOperation,
  binding: HttpBinding,
  fields: RuleFields,
): JsonObject | undefined {
  if (binding.body === undefined) return undefined;
  const { descriptor } = operation.input;
  const isStream = operation.shape === 'client_stream' || operation.shape === 'bidi_stream';
  const { body } = fields;
  if (isHttpBody(body === undefined ? descriptor : singleMessage(body))) {
    return { description: 'Bytes of any media type.', content: RAW };
  }
  const isPatch = binding.method === 'PATCH' && body !== undefined;
  const schema =
    body === undefined
      ? book.body(descriptor, { isPatch: false, without: fields.path })
      : bodyFieldSchema(book, body, { isPatch, without: withinBody(fields.path, body) });
  const isNeeded = isStream || (body === undefined ? needsBody(descriptor.fields, fields) : isRequired(body));
  const description = isStream
    ? `A stream of messages: a JSON array, or one message on each line.${fields.path.length === 0 ? '' : ' The path fills the first of them.'}`
    : body === undefined
      ? ''
      : commentOf(body);
  return {
    ...(description !== '' && { description }),
    content: isStream
      ? { [JSON_TYPE]: { schema: { type: 'array', items: schema } }, [LINES_TYPE]: { schema } }
      : { [JSON_TYPE]: { schema }, ...(mayBeProtobuf(operation, body) && PROTOBUF) },
    ...(isNeeded && { required: true }),
  };
}

/** Where it is a message; what a field of another kind holds has no bytes of its own. */
function mayBeProtobuf({ rest }: Pick<BodyOperation, 'rest'>, field: DescField | undefined): boolean {
  return rest.protobuf && (field === undefined || singleMessage(field) !== undefined);
}

function singleMessage(field: DescField) {
  return field.fieldKind === 'message' ? field.message : undefined;
}

function bodyFieldSchema(book: SchemaBook, field: DescField, view: MessageView): JsonObject {
  return field.fieldKind === 'message' ? book.body(field.message, view) : book.value(field);
}

/** What the path fills inside of the field that is the body. */
function withinBody(paths: RuleFields['path'], body: DescField): (readonly DescField[])[] {
  return paths.flatMap(([first, ...rest]) => (first === body && rest.length > 0 ? [rest] : []));
}

function needsBody(all: readonly DescField[], { path }: RuleFields): boolean {
  return all.some((field) => isRequired(field) && !path.some(([first]) => first === field));
}

export function responses(book: SchemaBook, operation: BodyOperation, { response }: RuleFields): JsonObject {
  const { ref } = ERROR_FORMS[operation.rest.errors];
  const error = { $ref: componentRef('responses', ref) };
  const { descriptor } = operation.output;
  const isEmpty = response === undefined && descriptor.typeName === 'google.protobuf.Empty';
  const isStream = operation.shape === 'server_stream' || operation.shape === 'bidi_stream';
  return isEmpty && operation.rest.emptyAs204 && !isStream
    ? { '204': { description: 'Done.' }, '4XX': error, default: error }
    : { '200': success(book, operation, response, isStream), '4XX': error, default: error };
}

function success(
  book: SchemaBook,
  { output, rest }: BodyOperation,
  field: DescField | undefined,
  isStream: boolean,
): JsonObject {
  const { descriptor } = output;
  const comment = commentOf(field ?? descriptor);
  const isEmpty = descriptor.typeName === 'google.protobuf.Empty';
  const description = comment === '' || isEmpty ? 'Done.' : `${summaryOf(comment, '')}.`;
  if (isHttpBody(field === undefined ? descriptor : singleMessage(field))) {
    return {
      description: paragraphs(description, 'Bytes, under the media type that the service gives them.'),
      content: RAW,
    };
  }
  const schema = field === undefined ? book.message(descriptor) : book.answer(field);
  if (!isStream) {
    const protobuf = mayBeProtobuf({ rest }, field) && PROTOBUF;
    return { description, content: { [JSON_TYPE]: { schema }, ...protobuf } };
  }
  const isWrapped = rest.ndjsonWrapper === 'always' || hasError(operationMessage(descriptor, field));
  const line: JsonObject = isWrapped
    ? { type: 'object', properties: { result: schema }, required: ['result'] }
    : schema;
  return {
    description: paragraphs(description, STREAM_TEXT),
    content: {
      [JSON_TYPE]: { schema: { type: 'array', items: schema } },
      [LINES_TYPE]: { schema: line },
      [EVENTS_TYPE]: { schema },
    },
  };
}

const STREAM_TEXT =
  'A stream of messages, in the form that `Accept` names: a JSON array; one message on each line, the last of which ' +
  'is `{"error": …}` after a failure; or events with a message each as `data`, and an `error` event after a failure. ' +
  'The schemas of lines and events are those of one message.';

function operationMessage(
  descriptor: Operation['output']['descriptor'],
  field: DescField | undefined,
): Operation['output']['descriptor'] | undefined {
  if (field === undefined) return descriptor;
  return field.fieldKind === 'message' ? field.message : undefined;
}

/** Then a line could be taken for the one that tells of a failure, and is wrapped. */
function hasError(message: Operation['output']['descriptor'] | undefined): boolean {
  return message?.fields.some(({ name, jsonName }) => name === 'error' || jsonName === 'error') ?? false;
}
