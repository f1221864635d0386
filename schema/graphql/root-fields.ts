// Operations as root fields: their kind, name, arguments and result (graphql reference, sections 2 and 3.4).
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { Graph, RootField, RootKind, ValueShape } from '../../core/graph.ts';
import type { Operation } from '../../core/operation.ts';
import type { Problem } from '../../core/problem.ts';
import { deprecationReason } from './docs.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { inputFields, isMarkedRequired, valueArgument } from './input-type.ts';
import { NameTable } from './name-table.ts';
import { distinguishingPart, lowerCamelCase, pascalCase, upperFirst } from './names.ts';
import { implicitMask } from './update-mask.ts';
import { isEmptyMessage, namedType, wellKnownScalar } from './value-shapes.ts';

/** The `_empty` of a Query without fields is not to be taken by a method. */
const RESERVED_FIELDS = ['_empty'];

export class RootFields {
  readonly #fields: Record<RootKind, RootField[]> = { query: [], mutation: [], subscription: [] };
  readonly #names: Record<RootKind, NameTable> = {
    query: new NameTable('query field', RESERVED_FIELDS),
    mutation: new NameTable('mutation field', RESERVED_FIELDS),
    subscription: new NameTable('subscription field', RESERVED_FIELDS),
  };

  get notes(): readonly Problem[] {
    return Object.values(this.#names).flatMap((table) => table.notes);
  }

  get lists(): Pick<Graph, 'queries' | 'mutations' | 'subscriptions'> {
    const { query, mutation, subscription } = this.#fields;
    return { queries: query, mutations: mutation, subscriptions: subscription };
  }

  /** The types of the operation have been claimed before. */
  add(operation: Operation, builder: GraphBuilder): void {
    const kind = rootKind(operation);
    const { input, output } = operation;
    const isValue = wellKnownScalar(input.descriptor) !== undefined;
    const result = resultOf(output.descriptor, builder);
    this.#fields[kind].push({
      kind,
      name: this.#claim(kind, operation),
      operation,
      description: operation.description,
      deprecation: operation.isDeprecated ? deprecationReason(operation.description) : undefined,
      arguments: isValue
        ? [valueArgument(input.descriptor, builder)]
        : inputFields(input.descriptor, requiredArguments(operation), builder),
      request: isValue ? 'value' : 'fields',
      implicitMask: implicitMask(operation),
      type: namedType(result, false),
      result,
    });
  }

  #claim(kind: RootKind, operation: Operation): string {
    const preferred = fieldName(operation);
    const [packageName, protoService] = splitService(operation.method);
    return this.#names[kind].claim({
      preferred,
      service: operation.service,
      origin: operation.method,
      packageName,
      alternatives: (owner) => {
        const prefixed = (prefix: string): string => lowerCamelCase(prefix) + upperFirst(preferred);
        if (owner.service !== operation.service) return [prefixed(operation.service)];
        const part = distinguishingPart(packageName, owner.packageName);
        // GetStock and ListStock would both be `stock`: the second keeps its own name.
        const all = [
          lowerCamelCase(operation.name),
          ...[protoService, `${pascalCase(packageName)}${protoService}`, operation.service].map(prefixed),
        ];
        return part === undefined ? all : [prefixed(part), ...all];
      },
    });
  }
}

function rootKind(operation: Operation): RootKind {
  if (operation.shape === 'server_stream') return 'subscription';
  return operation.effect === 'read' ? 'query' : 'mutation';
}

/** `GetBook` returning Book is `book`, `ListBooks` is `books`, any other method its own name. */
function fieldName(operation: Operation): string {
  const [, verb, noun] = /^(Get|List)([A-Z].*)$/.exec(operation.name) ?? [];
  const isStandardRead =
    noun !== undefined &&
    operation.effect === 'read' &&
    operation.shape === 'unary' &&
    (verb === 'Get'
      ? operation.output.descriptor.name === noun
      : hasOneRepeatedMessage(operation.output.descriptor));
  return lowerCamelCase(isStandardRead ? noun : operation.name);
}

function hasOneRepeatedMessage({ fields }: DescMessage): boolean {
  return fields.filter((field) => field.fieldKind === 'list' && field.listKind === 'message').length === 1;
}

function splitService(method: string): [packageName: string, protoService: string] {
  const service = method.slice(0, method.lastIndexOf('/'));
  const dot = service.lastIndexOf('.');
  return dot === -1 ? ['', service] : [service.slice(0, dot), service.slice(dot + 1)];
}

/** REQUIRED fields, and those that the path of every declared binding names. */
function requiredArguments(operation: Operation): (field: DescField) => boolean {
  const declared = operation.bindings.filter((binding) => !binding.isAutomatic);
  const inPaths = declared.map((binding) => new Set(pathVariables(binding.template)));
  return (field) =>
    isMarkedRequired(field) || (inPaths.length > 0 && inPaths.every((names) => names.has(field.name)));
}

/** First parts of the variables of a path template: `book` of `/v1/{book.name=books/*}`. */
function pathVariables(template: string): string[] {
  return [...template.matchAll(/\{\s*([A-Za-z_][A-Za-z0-9_]*)/g)].flatMap(([, name]) => name ?? []);
}

function resultOf(output: DescMessage, builder: GraphBuilder): ValueShape {
  if (isEmptyMessage(output)) return { kind: 'empty' };
  const scalar = wellKnownScalar(output);
  if (scalar === undefined) return { kind: 'message', type: builder.objectName(output) };
  builder.useScalar(scalar);
  return { kind: 'scalar', scalar };
}
