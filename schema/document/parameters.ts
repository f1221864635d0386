// The parameters of one binding: what its path holds, and every leaf of the request that the query may fill.
import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import type { JsonObject } from '../../core/json.ts';
import type { HttpBinding, Operation } from '../../core/operation.ts';
import { notesOf } from '../graphql/annotations.ts';
import { commentOf } from '../proto/source-info.ts';
import type { Template } from '../routes/template.ts';
import { isRequired, itemSchema } from './message-schema.ts';
import { PLAIN } from './message-view.ts';
import { type PathForm, type PathParameter, variableForm } from './path-form.ts';
import { isHttpBody, type RuleFields } from './rule-fields.ts';
import { mapKeySchema, scalarSchema, wellKnownKind, wellKnownSchema } from './scalar-schema.ts';
import type { SchemaBook } from './schema-book.ts';
import { paragraphs } from './texts.ts';

/** Deeper or more leaves are served, but nobody reads a list of them. */
const MAX_DEPTH = 5;
const MAX_QUERY_PARAMETERS = 200;

export function pathParameters(
  book: SchemaBook,
  template: Template,
  form: PathForm,
  fields: RuleFields,
): JsonObject[] {
  return form.parameters.map((parameter) => {
    const { name, variable } = parameter;
    const index = variable === undefined ? -1 : template.variables.indexOf(variable);
    const field = fields.path[index]?.at(-1);
    const description = paragraphs(
      field === undefined ? '' : commentOf(field),
      partText(parameter, () =>
        variable === undefined
          ? ''
          : `\`${pathName(book, fields.path[index] ?? [])}\`, which is \`${variableForm(template, form, variable)}\``,
      ),
    );
    return {
      name,
      in: 'path',
      ...(description !== '' && { description }),
      required: true,
      schema: pathSchema(book, parameter, field),
    };
  });
}

function partText({ variable, isWhole, isRest }: PathParameter, whole: () => string): string {
  const part = variable === undefined || isWhole ? '' : `Part of ${whole()}.`;
  const rest = isRest ? 'Any number of segments; the slashes between them are sent as they are.' : '';
  return [part, rest].filter((text) => text !== '').join(' ');
}

function pathSchema(
  book: SchemaBook,
  { isWhole, isRest }: PathParameter,
  field: DescField | undefined,
): JsonObject {
  if (isRest) return { type: 'string' };
  // Inside of a longer value an encoded slash stays encoded, so none is ever part of it.
  if (!isWhole) return { type: 'string', pattern: '^[^/]+$' };
  const schema = field === undefined ? { type: 'string' } : leafSchema(book, field);
  return schema.type === 'string' && Object.keys(schema).length === 1 ? { ...schema, minLength: 1 } : schema;
}

/** What the leaf is as the text of a path or query. */
function leafSchema(book: SchemaBook, field: DescField): JsonObject {
  switch (field.fieldKind) {
    case 'scalar':
      return scalarSchema(field.scalar, book.output);
    case 'enum':
      return enumText(book, field.enum);
    case 'message':
      return wellKnownSchema(field.message, book.output) ?? { type: 'string' };
    default:
      return { type: 'string' };
  }
}

/** Where only text can stand, so does the name of what is null in JSON. */
function enumText(book: SchemaBook, desc: DescEnum): JsonObject {
  const isNull = desc.typeName === 'google.protobuf.NullValue';
  return isNull ? { type: 'string', enum: desc.values.map(({ name }) => name) } : book.enum(desc);
}

/** Every leaf that neither path nor body fill; of the body's too, where a service lets the query fill those. */
export function queryParameters(
  book: SchemaBook,
  operation: Pick<Operation, 'input' | 'rest'>,
  binding: HttpBinding,
  fields: RuleFields,
): JsonObject[] {
  const { queryIntoBody, structInQuery } = operation.rest;
  const isInto =
    queryIntoBody && !isHttpBody(binding.body === '*' ? operation.input.descriptor : fields.body?.message);
  if (binding.body === '*' && !isInto) return [];
  const found: JsonObject[] = [];
  const walk = (message: DescMessage, path: readonly DescField[]): void => {
    for (const field of message.fields) {
      const here = [...path, field];
      if (found.length >= MAX_QUERY_PARAMETERS) return;
      const isBody = field === fields.body && here.map(({ name }) => name).join('.') === binding.body;
      if (isBody && !isInto) continue;
      if (isGiven(here, fields.path) || notesOf(field).isOutputOnly) continue;
      const form = queryForm(book, field, structInQuery);
      if (form !== undefined) {
        const mayBeInBody = isInto && (binding.body === '*' || here[0] === fields.body);
        found.push(queryParameter(book, here, form, !mayBeInBody && here.every(isRequired)));
      } else if (field.fieldKind === 'message' && wellKnownKind(field.message) === undefined) {
        const isRecursive =
          field.message === operation.input.descriptor || path.some((one) => one.message === field.message);
        if (!isRecursive && here.length < MAX_DEPTH) walk(field.message, here);
      }
    }
  };
  walk(operation.input.descriptor, []);
  return found;
}

/** Bound by the path, or in one oneof with what is. */
function isGiven(path: readonly DescField[], bound: readonly (readonly DescField[])[]): boolean {
  const last = path.length - 1;
  return bound.some((one) => {
    if (path.slice(0, last).some((field, index) => field !== one[index])) return false;
    const [own, other] = [path[last], one[last]];
    if (own === other) return one.length === path.length;
    return own?.oneof !== undefined && own.oneof === other?.oneof;
  });
}

/** How the query writes the field: `schema` with a style, or `content`; undefined if it cannot. */
function queryForm(book: SchemaBook, field: DescField, isJsonAllowed: boolean): JsonObject | undefined {
  const kind = field.message === undefined ? 'text' : wellKnownKind(field.message);
  if (field.fieldKind === 'map') {
    if (kind !== 'text' && kind !== 'wrapper') return undefined;
    const propertyNames = mapKeySchema(field);
    const additionalProperties = itemText(book, field);
    return {
      style: 'deepObject',
      explode: true,
      schema: { type: 'object', ...(propertyNames !== undefined && { propertyNames }), additionalProperties },
    };
  }
  if (kind === 'struct' && isJsonAllowed && field.fieldKind === 'message') {
    return { content: { 'application/json': { schema: wellKnownSchema(field.message, book.output) ?? {} } } };
  }
  if (kind !== 'text' && kind !== 'wrapper') return undefined;
  if (field.fieldKind === 'list') return { schema: { type: 'array', items: itemText(book, field) } };
  return { schema: leafSchema(book, field) };
}

function itemText(book: SchemaBook, field: DescField & { readonly fieldKind: 'list' | 'map' }): JsonObject {
  return field.enum === undefined ? itemSchema(book, field, PLAIN) : enumText(book, field.enum);
}

function queryParameter(
  book: SchemaBook,
  path: readonly DescField[],
  form: JsonObject,
  isNeeded: boolean,
): JsonObject {
  const field = path.at(-1);
  const description = field === undefined ? '' : commentOf(field);
  return {
    name: pathName(book, path),
    in: 'query',
    ...(description !== '' && { description }),
    ...(isNeeded && { required: true }),
    ...(field?.deprecated === true && { deprecated: true }),
    ...form,
  };
}

function pathName(book: SchemaBook, path: readonly DescField[]): string {
  return path.map((field) => stepName(book, field)).join('.');
}

/** What a dot or a bracket in a JSON name would be taken for, the proto name never is. */
function stepName(book: SchemaBook, field: DescField): string {
  const name = book.nameOf(field);
  return /[.[\]]/.test(name) ? field.name : name;
}
