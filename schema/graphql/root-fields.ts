// Operations as root fields: their kind, name, arguments and result (graphql reference, sections 2 and 3.4).
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { Graph, RootField, RootKind, ValueShape } from '../../core/graph.ts';
import type { Operation } from '../../core/operation.ts';
import type { Problem } from '../../core/problem.ts';
import { AWAIT_FIELD, pollOf } from './await-operations.ts';
import { connectionField, pagingOf } from './connections.ts';
import { deprecationReason } from './docs.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { inputFields, isMarkedRequired, valueArgument } from './input-type.ts';
import type { NameBook } from './name-book.ts';
import { type NameClaim, NameTable } from './name-table.ts';
import { distinguishingPart, lowerCamelCase, pascalCase, upperFirst, validName } from './names.ts';
import { findReadMask } from './read-mask.ts';
import { implicitMask } from './update-mask.ts';
import { isEmptyMessage, namedType, wellKnownScalar } from './value-shapes.ts';

/** The `_empty` of a Query without fields is not to be taken by a method. */
const RESERVED_FIELDS = ['_empty'];

export class RootFields {
  /** By service and kind, since names are claimed in another order than fields are listed. */
  readonly #fields = new Map<string, Record<RootKind, RootField[]>>();
  readonly #names: Record<RootKind, NameTable>;

  constructor(book: NameBook) {
    this.#names = {
      query: new NameTable('query', 'query field', book, RESERVED_FIELDS),
      mutation: new NameTable('mutation', 'mutation field', book, RESERVED_FIELDS),
      subscription: new NameTable('subscription', 'subscription field', book, RESERVED_FIELDS),
    };
  }

  get problems(): readonly Problem[] {
    return Object.values(this.#names).flatMap((table) => table.problems);
  }

  /** Of the services in this order. */
  lists(services: readonly string[]): Pick<Graph, 'queries' | 'mutations' | 'subscriptions'> {
    const of = (kind: RootKind): RootField[] =>
      services.flatMap((service) => this.#fields.get(service)?.[kind] ?? []);
    return { queries: of('query'), mutations: of('mutation'), subscriptions: of('subscription') };
  }

  /**
   * All operations of the service the builder is at, whose types have been claimed before. Chosen names are claimed
   * first, then those that were given before.
   */
  addAll(operations: readonly Operation[], builder: GraphBuilder): void {
    const planned = operations.flatMap((operation): PlannedField[] => [
      {
        kind: kindOf(operation, builder),
        claim: claimOf(operation, builder),
        build: (name) => rootField(operation, name, builder),
      },
      ...connectionOf(operation, builder),
      ...awaitingOf(operation, operations, builder),
    ]);
    this.addPlanned(builder.service, planned);
  }

  /** All root fields of a service; fields are built once all have their names. */
  addPlanned(service: string, planned: readonly PlannedField[]): void {
    const rank = ({ kind, claim }: PlannedField): number => {
      if (claim.isExplicit === true) return 0;
      return this.#names[kind].recall(claim) === undefined ? 2 : 1;
    };
    const names = new Map<PlannedField, string>();
    for (const field of planned.toSorted((a, b) => rank(a) - rank(b))) {
      names.set(field, this.#names[field.kind].claim(field.claim));
    }
    const fields: Record<RootKind, RootField[]> = { query: [], mutation: [], subscription: [] };
    for (const field of planned) {
      const built = field.build(names.get(field) ?? field.claim.preferred);
      fields[built.kind].push(built);
    }
    this.#fields.set(service, fields);
  }
}

/** A root field before it has a name. */
export interface PlannedField {
  readonly kind: RootKind;
  readonly claim: NameClaim;
  readonly build: (name: string) => RootField;
}

function kindOf(operation: Operation, { mapping }: GraphBuilder): RootKind {
  return mapping.entryOf(operation).stream === 'list' ? 'query' : rootKind(operation);
}

/** A second field of a list that has pages, if the service wants connections. */
function connectionOf(operation: Operation, builder: GraphBuilder): PlannedField[] {
  const paging = builder.mapping.options.connections ? pagingOf(operation, builder) : undefined;
  if (paging === undefined) return [];
  const claim = claimOf(operation, builder);
  return [
    {
      kind: 'query',
      claim: { ...claim, preferred: `${claim.preferred}Connection`, role: 'connection', isExplicit: false },
      build: (name) => connectionField(rootField(operation, name, builder), name, paging, builder),
    },
  ];
}

/** A subscription to the operations of a service that are long in running, if it wants that. */
function awaitingOf(
  operation: Operation,
  operations: readonly Operation[],
  builder: GraphBuilder,
): PlannedField[] {
  const { options } = builder.mapping;
  const poll = options.awaitOperations ? pollOf(operation, operations) : undefined;
  if (poll === undefined) return [];
  const preferred = options.prefix === '' ? AWAIT_FIELD : prefixed(options.prefix, AWAIT_FIELD);
  return [
    {
      kind: 'subscription',
      claim: { ...claimOf(operation, builder), preferred, role: 'awaiting', isExplicit: false },
      build: (name) => {
        const { implicitMask: _, ...field } = rootField(operation, name, builder);
        return {
          ...field,
          kind: 'subscription',
          description: 'The operation whenever it has changed, until it is done.',
          implicitMask: undefined,
          arguments: field.arguments.filter(
            ({ target }) => !('key' in target && target.key === poll.patience),
          ),
          poll,
        };
      },
    },
  ];
}

function rootField(operation: Operation, name: string, builder: GraphBuilder): RootField {
  const { input, output } = operation;
  const isValue = wellKnownScalar(input.descriptor) !== undefined;
  const { cost, stream, limit } = builder.mapping.entryOf(operation);
  const gather = stream === 'list' && limit !== undefined ? { limit } : undefined;
  const message = resultOf(output.descriptor, builder);
  const result: ValueShape = gather === undefined ? message : { kind: 'list', item: message };
  const readMask = findReadMask(operation, (field) => builder.mapping.entryOf(field).expose);
  return {
    kind: kindOf(operation, builder),
    name,
    operation,
    description: operation.description,
    deprecation: operation.isDeprecated ? deprecationReason(operation.description) : undefined,
    arguments: isValue
      ? [valueArgument(input.descriptor, builder)]
      : inputFields(input.descriptor, requiredArguments(operation), builder).filter(
          // What is filled from the selection is not the client's to give.
          ({ target }) => target.kind !== 'single' || target.key !== readMask?.key,
        ),
    request: isValue ? 'value' : 'fields',
    implicitMask: implicitMask(operation, builder.mapping),
    type:
      gather === undefined
        ? namedType(message, false)
        : { list: namedType(message, true), isRequired: false },
    result,
    ...(gather && { gather }),
    ...(cost !== undefined && { cost }),
    ...(readMask && { readMask }),
  };
}

function claimOf(operation: Operation, builder: GraphBuilder): NameClaim {
  const { options } = builder.mapping;
  const { rename } = builder.mapping.entryOf(operation);
  const own = fieldName(operation);
  const preferred = rename ?? (options.prefix === '' ? own : prefixed(options.prefix, own));
  const [packageName, protoService] = splitService(operation.method);
  return {
    preferred,
    role: 'field',
    service: operation.service,
    origin: operation.method,
    packageName,
    isExplicit: rename !== undefined,
    alternatives: (owner) => {
      if (owner.service !== operation.service) {
        const prefixes = [operation.service, `${operation.service}.${packageName}`];
        return prefixes.map((prefix) => prefixed(prefix, preferred));
      }
      const part = distinguishingPart(packageName, owner.packageName);
      // GetStock and ListStock would both be `stock`: the second keeps its own name.
      const all = [
        lowerCamelCase(operation.name),
        ...[protoService, `${pascalCase(packageName)}${protoService}`, operation.service].map((prefix) =>
          prefixed(prefix, preferred),
        ),
      ];
      return part === undefined ? all : [prefixed(part, preferred), ...all];
    },
    onClash: options.onClash,
    position: () => operation.position,
  };
}

export function prefixed(prefix: string, name: string): string {
  return lowerCamelCase(prefix) + upperFirst(name);
}

export function rootKind(operation: Operation): RootKind {
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
  return validName(lowerCamelCase(isStandardRead ? noun : operation.name));
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
