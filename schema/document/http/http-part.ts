// A service with an HTTP upstream as a part of the OpenAPI document: the operations of its own document where the
// gateway serves them. Versions were brought to one form when the document was read; here that form is written as 3.1.
import type { HttpDocument, HttpOperation } from '../../../core/http-operation.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Operation } from '../../../core/operation.ts';
import { pascalCase } from '../../graphql/names.ts';
import {
  componentRef,
  DOCUMENT_METHODS,
  type DocumentPart,
  type PartComponent,
  type PartOperation,
  type PartTag,
} from '../document-part.ts';
import { errorComponents } from '../error-schemas.ts';
import { referencesOf } from '../references.ts';
import type { Steps } from '../steps.ts';
import { paragraphs, summaryOf } from '../texts.ts';
import { bodyValue, responsesValue } from './contents.ts';
import { parameterValues, querystringText } from './parameters.ts';
import { SchemaShelf } from './schema-shelf.ts';
import { SecuritySchemes } from './security.ts';

export interface HttpService {
  /** Name under which it is registered. */
  readonly name: string;
  /** Those with an HTTP upstream. */
  readonly operations: readonly Operation[];
}

/** Of a service without a descriptor there is nothing to list but that it is there. */
export function* httpPartSteps({ name, operations }: HttpService): Steps<DocumentPart> {
  const described = operations.flatMap((operation) => {
    const { http } = operation;
    return http?.document === undefined ? [] : [{ operation, http, document: http.document }];
  });
  const hosts = operations[0]?.hosts ?? [];
  const [first] = described;
  if (first === undefined) {
    return {
      service: name,
      hosts,
      tags: [],
      operations: [],
      components: [],
      remarks: operations.flatMap(proxyText),
    };
  }
  const { document } = first;
  const shelf = new SchemaShelf(document.schemas);
  const schemes = new SecuritySchemes(document.securitySchemes);
  const listed = described.filter(({ http }) => methodOf(http) !== undefined);
  const ids = operationIds(listed);
  const found: PartOperation[] = [];
  const used = new Set<string>();
  for (const { operation, http } of listed) {
    yield;
    const path = operation.bindings[0]?.template;
    const method = methodOf(http);
    if (path === undefined || method === undefined) continue;
    const id = ids.get(operation.name) ?? operation.name;
    const value = operationValue(shelf, operation, http, ids);
    for (const reference of referencesOf(value)) used.add(reference);
    found.push({
      path,
      method,
      operationId: { name: id, fullName: id },
      tags: http.tags.length === 0 ? [name] : [...new Set(http.tags)],
      security: schemes.requirementsOf(http, operation.forwardsAuthorization),
      value,
    });
  }
  return {
    service: name,
    hosts,
    tags: tagsOf(name, document, found),
    operations: found,
    components: [...(yield* shelf.components()), ...schemes.components(), ...refusals(first.operation, used)],
    remarks: described
      .filter((one) => !listed.includes(one))
      .map(({ operation, http }) => unlisted(operation, http)),
  };
}

/** The gateway's own form of errors, as far as operations have not one of their own for everything. */
function refusals({ rest }: Operation, used: ReadonlySet<string>): PartComponent[] {
  const all = errorComponents(rest.errors);
  const isUsed = ({ kind, fullName }: PartComponent): boolean => used.has(componentRef(kind, fullName));
  // The response refers to the schema.
  return all.some((one) => one.kind === 'responses' && isUsed(one)) ? [...all] : all.filter(isUsed);
}

/** TRACE is never served; OpenAPI 3.1 has no word for QUERY and whatever else 3.2 allows. */
function methodOf({ method }: HttpOperation): PartOperation['method'] | undefined {
  return DOCUMENT_METHODS.find((one) => one === method.toLowerCase());
}

function unlisted({ service, bindings }: Operation, { method, summary }: HttpOperation): string {
  const told = summary.trim() === '' ? '' : ` (${summary.trim().slice(0, 120)})`;
  return `\`${method} ${bindings[0]?.template ?? ''}\` of the service \`${service}\`${told}: OpenAPI 3.1 has no such method.`;
}

function proxyText({ service, bindings }: Operation): string[] {
  const [binding] = bindings;
  if (binding === undefined) return [];
  const below = binding.template.replace(/\/\*\*$/, '');
  return [
    `Everything ${below === '' ? 'else' : `below \`${below}\``} goes to the service \`${service}\` as it is.`,
  ];
}

function operationValue(
  shelf: SchemaShelf,
  operation: Operation,
  http: HttpOperation,
  ids: ReadonlyMap<string, string>,
): JsonObject {
  const summary =
    http.summary.trim() === '' ? summaryOf(operation.description, wordsOf(operation)) : http.summary.trim();
  const told = operation.description.trim();
  // An operation without a description has its summary for one; said twice it would be read twice.
  const description = paragraphs(told === http.summary.trim() ? '' : told, querystringText(http.parameters));
  const parameters = parameterValues(shelf, http.parameters);
  return {
    summary,
    ...(description !== '' && { description }),
    ...(operation.isDeprecated && { deprecated: true }),
    ...(parameters.length > 0 && { parameters }),
    ...(http.requestBody !== undefined && { requestBody: bodyValue(shelf, http.requestBody) }),
    responses: responsesValue(shelf, {
      responses: http.responses,
      errors: operation.rest.errors,
      idOf: (target) => ids.get(target),
    }),
  };
}

function wordsOf({ name }: Operation): string {
  return name.replaceAll(/[^A-Za-z0-9_]+/g, '_');
}

/** Of operation names: the document's own ids where they are fit for a URL, else made of method and path. */
function operationIds(
  listed: readonly { readonly operation: Operation; readonly http: HttpOperation }[],
): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const { operation, http } of listed) {
    const wanted =
      operation.name === http.operationId ? safeId(http.operationId) : idOfPlace(operation.name, http);
    let id = wanted;
    for (let number = 2; taken.has(id); number++) id = `${wanted}_${number}`;
    taken.add(id);
    ids.set(operation.name, id);
  }
  return ids;
}

function safeId(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]+/g, '_');
}

/** `GET /books/{bookId}` → `getBooksByBookId`, as in GraphQL. */
function idOfPlace(name: string, { method, upstreamPath }: HttpOperation): string {
  const path = name.includes(' ') ? name.slice(name.indexOf(' ') + 1) : upstreamPath;
  const words = path
    .split(/(\{[^{}]*\})|\//)
    .map((part = '') => (part.startsWith('{') ? `By${pascalCase(part)}` : pascalCase(part)));
  return method.toLowerCase() + words.join('');
}

/** Those that operations have, in the order of the document; operations without any have the service's name. */
function tagsOf(service: string, document: HttpDocument, operations: readonly PartOperation[]): PartTag[] {
  const used = new Set(operations.flatMap(({ tags }) => tags));
  const told = new Map(document.tags.map(({ name, description }) => [name, description]));
  const order = [...told.keys(), ...used].filter((tag) => used.has(tag));
  return [...new Set(order)].map((tag) => ({
    name: tag,
    fullName: tag,
    description: told.get(tag)?.trim() ?? (tag === service ? `${document.title.trim() || service}.` : ''),
  }));
}
