// A service described by protos as a part of the OpenAPI document: its bindings as operations, its messages as schemas.
import type { DescService } from '@bufbuild/protobuf';
import type { JsonObject } from '../../core/json.ts';
import type { HttpBinding, Operation } from '../../core/operation.ts';
import { DEFAULT_OUTPUT } from '../../core/rest-options.ts';
import { commentOf } from '../proto/source-info.ts';
import { parseTemplate, type Template } from '../routes/template.ts';
import { requestBody, responses } from './bodies.ts';
import {
  DOCUMENT_METHODS,
  type DocumentMethod,
  type DocumentPart,
  type PartOperation,
  type PartTag,
} from './document-part.ts';
import { errorComponents } from './error-schemas.ts';
import { pathParameters, queryParameters } from './parameters.ts';
import { pathForm } from './path-form.ts';
import { resourceNames } from './resource-names.ts';
import { ruleFields } from './rule-fields.ts';
import { SchemaBook } from './schema-book.ts';
import { SystemParameters } from './system-parameters.ts';
import { summaryOf } from './texts.ts';

/** Which `POST /{package.Service}/{Method}` are listed: those of methods that declare no route, all, or none. */
export const AUTOMATIC_ROUTES = ['undeclared', 'all', 'none'] as const;
export type AutomaticRoutes = (typeof AUTOMATIC_ROUTES)[number];

export interface ProtoPartOptions {
  /** Default: `undeclared`. */
  readonly automaticRoutes?: AutomaticRoutes;
}

export interface ProtoService {
  /** Name under which it is registered. */
  readonly name: string;
  readonly operations: readonly Operation[];
}

export function protoPart(service: ProtoService, options: ProtoPartOptions = {}): DocumentPart {
  const { operations } = service;
  const [first] = operations;
  const book = new SchemaBook({
    output: first?.rest.output ?? DEFAULT_OUTPUT,
    answers: operations.map(({ output }) => output.descriptor),
  });
  const system = new SystemParameters();
  const found = operations.flatMap((operation) =>
    listedBindings(operation, options.automaticRoutes ?? 'undeclared').map((listed, index) =>
      partOperation({ book, system }, operation, listed, index),
    ),
  );
  const styles = new Set(operations.map(({ rest }) => rest.errors));
  return {
    service: service.name,
    hosts: first?.hosts ?? [],
    remarks: operations.flatMap(unlisted),
    tags: tagsOf(operations, new Set(found.flatMap(({ tags }) => tags))),
    operations: found,
    components: [...book.components(), ...system.components(), ...[...styles].flatMap(errorComponents)],
  };
}

/** Rules of a `custom` kind that OpenAPI has no word for. */
function unlisted({ bindings, service }: Operation): string[] {
  return bindings
    .filter((binding) => documentMethod(binding) === undefined)
    .map(
      ({ method, template }) =>
        `\`${method} ${template}\` of the service \`${service}\`: OpenAPI 3.1 has no such method.`,
    );
}

interface Collections {
  readonly book: SchemaBook;
  readonly system: SystemParameters;
}

interface ListedBinding {
  readonly binding: HttpBinding;
  readonly template: Template;
  readonly method: DocumentMethod;
}

function listedBindings(operation: Operation, automatic: AutomaticRoutes): readonly ListedBinding[] {
  const declared = listed(operation.bindings.filter(({ isAutomatic }) => !isAutomatic));
  const isListed = automatic === 'all' || (automatic === 'undeclared' && declared.length === 0);
  return isListed
    ? [...declared, ...listed(operation.bindings.filter(({ isAutomatic }) => isAutomatic))]
    : declared;
}

function listed(bindings: readonly HttpBinding[]): ListedBinding[] {
  return bindings.flatMap((binding) => {
    const template = parseTemplate(binding.template);
    const method = documentMethod(binding);
    return template.ok && method !== undefined ? [{ binding, template: template.value, method }] : [];
  });
}

/** OpenAPI 3.1 has eight methods; others are served, but cannot be written down. */
function documentMethod({ method, body }: HttpBinding): DocumentMethod | undefined {
  if (method === '*') return body === undefined ? 'get' : 'post';
  return DOCUMENT_METHODS.find((one) => one === method.toLowerCase());
}

function partOperation(
  { book, system }: Collections,
  operation: Operation,
  { binding, template, method }: ListedBinding,
  index: number,
): PartOperation {
  const { input, output, types, description } = operation;
  const fields = ruleFields(input.descriptor, output.descriptor, binding, template);
  const form = pathForm(template, resourceNames(types), (variable) => {
    const path = fields.path[template.variables.indexOf(variable)] ?? [];
    return path.map((field) => book.nameOf(field)).join('.');
  });
  const parameters = [
    ...pathParameters(book, template, form, fields),
    ...queryParameters(book, operation, binding, fields),
    ...system.of(operation, fields),
  ];
  const body = requestBody(book, operation, binding, fields);
  const value: JsonObject = {
    summary: summaryOf(description, operation.name),
    // A comment of one sentence is both: some tools show summaries alone, others descriptions alone.
    ...(description !== '' && { description }),
    ...(operation.isDeprecated && { deprecated: true }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: body }),
    responses: responses(book, operation, fields),
  };
  const service = serviceOf(operation);
  const suffix = `_${operation.name}${index === 0 ? '' : `_${index + 1}`}`;
  return {
    path: form.path,
    method,
    operationId: { name: shortName(service) + suffix, fullName: service + suffix },
    tags: [service],
    value,
  };
}

/** One tag for each proto service that has operations in the document. */
function tagsOf(operations: readonly Operation[], used: ReadonlySet<string>): readonly PartTag[] {
  const services = new Map<string, DescService | undefined>();
  for (const operation of operations) {
    const name = serviceOf(operation);
    if (used.has(name) && !services.has(name)) services.set(name, operation.types.getService(name));
  }
  return [...services].map(([fullName, service]) => ({
    name: shortName(fullName),
    fullName,
    description: service === undefined ? '' : commentOf(service),
  }));
}

/** `package.Service` of `package.Service/Method`. */
function serviceOf({ method }: Operation): string {
  return method.slice(0, method.lastIndexOf('/'));
}

function shortName(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf('.') + 1);
}
