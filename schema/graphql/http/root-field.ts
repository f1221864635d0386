// An operation of a document as a root field: its name, arguments and result (graphql reference, section 4).
import type { InputField, RootField } from '../../../core/graph.ts';
import { bodyMedia, isTextType } from '../../../core/http-media.ts';
import type { HttpMedia, HttpParameter, HttpRequestBody } from '../../../core/http-operation.ts';
import { onlyValue } from '../../../core/only-value.ts';
import { deprecationReason } from '../docs.ts';
import { originOfKey } from '../name-book.ts';
import { lowerCamelCase, pascalCase, upperFirst, validName } from '../names.ts';
import { type PlannedField, prefixed, rootKind } from '../root-fields.ts';
import type { DescribedOperation } from './described-operation.ts';
import { operationKey, parameterKey } from './overlay-names.ts';
import { replyType } from './reply-type.ts';
import { freeName, memberName, required, type TypeBook } from './type-book.ts';

/** In words why the operation has no place in the graph. */
export function planRootField(operation: DescribedOperation, types: TypeBook): PlannedField | string {
  const { http, shape } = operation;
  const { options } = types.builder.mapping;
  const entry = options.overlay.get(operationKey(operation)) ?? {};
  const own = ownName(operation);
  const stem = upperFirst(own);
  const pointer = originOfKey(operation.method);
  const reply = replyType(http, shape, { stem: `${stem}Response`, pointer: `${pointer}/response` }, types);
  if (typeof reply === 'string') return reply;
  const body = http.requestBody === undefined ? undefined : bodyMedia(http.requestBody);
  // One that may be left out is what the operation is for all the same; few documents say `required`.
  if (body === undefined && http.requestBody !== undefined && http.requestBody.content.length > 0) {
    const found = http.requestBody.content.map(({ mediaType }) => mediaType).slice(0, 3);
    return `its request is bytes (${found.join(', ')}), which are sent over REST`;
  }
  const given = new Map<string, InputField>();
  for (const parameter of http.parameters) {
    const field = argument(operation, parameter, stem, given, types);
    if (field !== undefined) given.set(field.name, field);
  }
  if (http.requestBody !== undefined && body !== undefined) {
    const field = bodyArgument(
      http.requestBody,
      body,
      { stem, pointer: `${pointer}/requestBody` },
      given,
      types,
    );
    given.set(field.name, field);
  }
  const preferred = entry.rename ?? (options.prefix === '' ? own : prefixed(options.prefix, own));
  const { service } = operation;
  const field: Omit<RootField, 'name'> = {
    kind: rootKind(operation),
    operation,
    description: operation.description,
    deprecation: operation.isDeprecated ? deprecationReason(operation.description) : undefined,
    arguments: [...given.values()],
    request: 'fields',
    implicitMask: undefined,
    type: reply.type,
    result: reply.result,
    ...(entry.cost !== undefined && { cost: entry.cost }),
  };
  return {
    kind: field.kind,
    claim: {
      preferred,
      role: 'field',
      service,
      origin: pointer,
      packageName: '',
      isOfDocument: true,
      isExplicit: entry.rename !== undefined,
      alternatives: () => [prefixed(service, preferred)],
      onClash: options.onClash,
      position: () => operation.position,
    },
    build: (name) => ({ ...field, name }),
  };
}

/** The operationId; without one, method and path: `GET /books/{bookId}` → `getBooksByBookId`. */
function ownName({ name, http }: DescribedOperation): string {
  if (name === http.operationId) return validName(lowerCamelCase(name));
  const path = name.includes(' ') ? name.slice(name.indexOf(' ') + 1) : http.upstreamPath;
  const words = path
    .split('/')
    .flatMap((segment) =>
      segment
        .split(/(\{[^{}]*\})/)
        .map((part) => (part.startsWith('{') ? `By${pascalCase(part)}` : pascalCase(part))),
    );
  return validName(http.method.toLowerCase() + words.join(''));
}

/** Undefined for what is not the client's to say in the graph. */
function argument(
  operation: DescribedOperation,
  parameter: HttpParameter,
  stem: string,
  taken: ReadonlyMap<string, InputField>,
  types: TypeBook,
): InputField | undefined {
  const { name, place } = parameter;
  const key = parameterKey(operation, name);
  const entry = types.builder.mapping.options.overlay.get(key) ?? {};
  if (entry.hide === true && !parameter.isRequired) return undefined;
  if ((place === 'header' || place === 'cookie') && entry.expose !== true) return undefined;
  const look = types.view.look(parameter.schema);
  const pointer = `${originOfKey(operation.method)}/parameters/${originOfKey(name)}`;
  const typed = types.typeOf(parameter.schema, { stem: stem + pascalCase(name), pointer }, 'input');
  const isText = typed.value.kind === 'scalar' && typed.value.scalar === 'String';
  const isId = place === 'path' && isText && isIdName(name, parameter);
  const hasChoice = onlyValue(parameter, operation.http.document) === undefined;
  const isRequired = parameter.isRequired && hasChoice && !look.hasDefault && !look.isNullable;
  const value = isId ? ({ kind: 'scalar', scalar: 'ID' } as const) : typed.value;
  const description = parameter.description === '' ? look.description : parameter.description;
  const isDeprecated = (parameter.isDeprecated || look.isDeprecated) && !isRequired;
  const wanted = entry.rename ?? memberName(name, types.builder.mapping.options);
  return {
    name: freeName(taken.has(wanted) ? wanted + upperFirst(place) : wanted, taken),
    type: isId ? { name: 'ID', isRequired } : required(typed.type, isRequired || place === 'path'),
    description,
    deprecation: isDeprecated ? deprecationReason(description) : undefined,
    target: {
      kind: 'single',
      key: name,
      path: name,
      value,
      within: place === 'querystring' ? 'query' : place,
    },
  };
}

/** `id`, `bookId`, `book_id`, or by its format. */
function isIdName(name: string, { schema }: HttpParameter): boolean {
  return /^id$|[a-z0-9]I[dD]$|_id$/.test(name) || (typeof schema === 'object' && schema.format === 'uuid');
}

function bodyArgument(
  body: HttpRequestBody,
  media: HttpMedia,
  { stem, pointer }: { readonly stem: string; readonly pointer: string },
  taken: ReadonlyMap<string, InputField>,
  types: TypeBook,
): InputField {
  const isText = isTextType(media.mediaType);
  const schema = media.schema ?? (isText ? { type: 'string' } : true);
  const typed = types.typeOf(schema, { stem, pointer }, 'input');
  const look = types.view.look(schema);
  return {
    name: freeName(taken.has('input') ? 'requestBody' : 'input', taken),
    type: required(typed.type, body.isRequired && !look.isNullable),
    description: body.description === '' ? look.description : body.description,
    deprecation: undefined,
    target: {
      kind: 'single',
      key: 'body',
      path: 'body',
      value: typed.value,
      ...(look.isNullable && { takesNull: true as const }),
    },
  };
}
