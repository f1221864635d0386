// Operations of all registered services in, the Graph out. Pure, and linear in the size of what is registered.
import type { Graph, GraphType } from '../../core/graph.ts';
import { type GraphSettings, graphOptions } from '../../core/graph-settings.ts';
import type { Operation } from '../../core/operation.ts';
import type { Problem } from '../../core/problem.ts';
import { contentKeys, type NamedDesc } from './content.ts';
import { buildEnum } from './enum-type.ts';
import { GraphBuilder } from './graph-builder.ts';
import { type DescribedOperation, isDescribed } from './http/described-operation.ts';
import { addHttpService } from './http/http-source.ts';
import type { HttpTypes } from './http/http-types.ts';
import { isHidden, livingHttpNames } from './http/overlay-names.ts';
import { buildInput, endlessFields, isMarkedRequired } from './input-type.ts';
import { addJoins } from './joins/add-joins.ts';
import type { JoinSource } from './joins/join-catalogue.ts';
import { DEFAULT_JOIN_SETTINGS, type JoinSettings } from './joins/join-settings.ts';
import { type GraphNames, NameBook, NO_NAMES, originOf } from './name-book.ts';
import { buildObject } from './object-type.ts';
import { type Reached, reach } from './reach.ts';
import { RootFields } from './root-fields.ts';
import { PLAIN_MAPPING, ServiceMapping } from './service-mapping.ts';

export interface GraphSource {
  readonly name: string;
  readonly operations: readonly Operation[];
  /** What the service chose. Default: the rules. */
  readonly settings?: GraphSettings | undefined;
  /** The names it has had: it keeps them. */
  readonly names?: GraphNames | undefined;
  /** It is what changes now, so in a clash it yields to all others, also to those after it. */
  readonly isNewcomer?: boolean;
}

export interface BuiltGraph {
  readonly graph: Graph;
  readonly problems: Problem[];
  /** By service: to be kept with it, and given back as `names` the next time. */
  readonly namesByService: ReadonlyMap<string, GraphNames>;
}

/**
 * `services` stand in order of first registration: where two claim a name, the later one yields and a note says so.
 * A problem of severity `error` (two fields that GraphQL cannot tell apart) means the source must be refused.
 */
export function buildGraph(
  services: readonly GraphSource[],
  joins: JoinSettings = DEFAULT_JOIN_SETTINGS,
): BuiltGraph {
  const sources = services.map(readSource);
  const keys = sharedTypeKeys(sources);
  const book = new NameBook(new Map(sources.map(({ name, names }) => [name, names])));
  const builder = new GraphBuilder(book);
  const roots = new RootFields(book);
  const joinable = new Map<Source, JoinSource>();
  const http = new Map<Source, HttpTypes>();
  const settled = sources.filter(({ isNewcomer }) => !isNewcomer);
  for (const source of [...settled, ...sources.filter(({ isNewcomer }) => isNewcomer)]) {
    const { name, mapping, operations, described, reached } = source;
    const keysHere = keys.get(source);
    builder.enterService({ name, mapping, contentKey: (desc) => keysHere?.get(desc) ?? desc.typeName });
    const [first, ...rest] = described;
    if (first !== undefined) {
      const types = addHttpService([first, ...rest], builder, roots);
      http.set(source, types);
      const components = types.objects();
      joinable.set(source, { name, mapping, operations: described, objects: new Map(), components });
      continue;
    }
    buildTypes(reached, builder);
    roots.addAll(operations, builder);
    const objects = new Map([...reached.outputs].map((message) => [message, builder.objectName(message)]));
    joinable.set(source, { name, mapping, operations, objects });
  }
  book.share(builder.sharings);
  const lists = roots.lists(sources.map(({ name }) => name));
  const joined = addJoins(
    {
      types: builder.types,
      queries: lists.queries,
      mutations: lists.mutations,
      sources: sources.flatMap((source) => joinable.get(source) ?? []),
      book,
    },
    joins,
  );
  const graph: Graph = { types: sorted(builder.types), ...lists };
  return {
    graph,
    problems: [
      ...sources.flatMap(({ notes }) => notes),
      ...[...http.values()].flatMap(({ notes }) => notes.problems),
      ...builder.problems,
      ...roots.problems,
      ...joined,
    ],
    namesByService: book.given,
  };
}

interface Source {
  readonly name: string;
  readonly mapping: ServiceMapping;
  readonly operations: readonly Operation[];
  /** Those of an OpenAPI document; then there are no others. */
  readonly described: readonly DescribedOperation[];
  readonly reached: Reached;
  readonly names: GraphNames;
  readonly isNewcomer: boolean;
  readonly notes: readonly Problem[];
}

function readSource({ name, operations, settings, names, isNewcomer = false }: GraphSource): Source {
  const mapping = settings === undefined ? PLAIN_MAPPING : new ServiceMapping(graphOptions(settings));
  const described = operations.filter(isDescribed).filter((operation) => !isHidden(operation, mapping));
  // A plain proxy knows paths alone; there is nothing to show of it.
  const { kept, notes } = servable(
    operations.filter(({ http }) => http === undefined),
    mapping,
  );
  const reached = reach(kept, mapping);
  return {
    name,
    mapping,
    operations: kept,
    described,
    reached,
    names: names === undefined ? NO_NAMES : livingNames(names, reached, [...kept, ...described]),
    isNewcomer,
    notes,
  };
}

/** Names of what is gone are free for what comes. */
function livingNames(names: GraphNames, reached: Reached, operations: readonly Operation[]): GraphNames {
  if (operations.some(isDescribed)) return livingHttpNames(names, operations.filter(isDescribed));
  const origins = new Set(operations.map(({ method }) => method));
  for (const desc of [...reached.outputs, ...reached.inputs]) {
    origins.add(desc.typeName);
    for (const member of [...desc.fields, ...desc.oneofs]) origins.add(`${desc.typeName}.${member.name}`);
  }
  for (const desc of reached.enums) origins.add(desc.typeName);
  for (const { input } of operations) {
    const { typeName, fields, oneofs } = input.descriptor;
    for (const member of [...fields, ...oneofs]) origins.add(`${typeName}.${member.name}`);
  }
  return new Map([...names].filter(([key]) => origins.has(originOf(key))));
}

/** Claims all names before any type is built: types refer to each other in circles. */
function buildTypes({ outputs, inputs, enums }: Reached, builder: GraphBuilder): void {
  const newOutputs = builder.claimAll('output', outputs);
  const newEnums = builder.claimAll('enum', enums);
  const newInputs = builder.claimAll('input', inputs);
  for (const desc of newEnums) buildEnum(desc, builder);
  for (const message of newOutputs) buildObject(message, builder);
  const endless = endlessFields(inputs);
  for (const message of newInputs) {
    buildInput(message, (field) => isMarkedRequired(field) && !endless.has(field), builder);
  }
}

/** A stream from the client has no place in a GraphQL request; what is hidden is not even noted. */
function servable(
  operations: readonly Operation[],
  mapping: ServiceMapping,
): { kept: Operation[]; notes: Problem[] } {
  const kept: Operation[] = [];
  const notes: Problem[] = [];
  for (const operation of operations) {
    if (mapping.isHiddenOperation(operation)) continue;
    if (operation.shape === 'unary' || operation.shape === 'server_stream') {
      kept.push(operation);
      continue;
    }
    notes.push({
      severity: 'note',
      rule: 'graphql-left-out',
      message:
        `${operation.method} is not in the GraphQL schema, since its requests are a stream; ` +
        'it is served by the doors that stream',
      ...operation.position,
    });
  }
  return { kept, notes };
}

/** Content keys of types whose full name more than one service brings; all other types are who they say they are. */
function sharedTypeKeys(sources: readonly Source[]): ReadonlyMap<Source, ReadonlyMap<NamedDesc, string>> {
  // Requests are no types, but have some made of their maps and oneofs.
  const types = sources.map(({ reached, operations }) => [
    ...new Set<NamedDesc>([
      ...reached.outputs,
      ...reached.inputs,
      ...reached.enums,
      ...operations.map(({ input }) => input.descriptor),
    ]),
  ]);
  const seenIn = new Map<string, number>();
  for (const names of types.map((descs) => new Set(descs.map(({ typeName }) => typeName)))) {
    for (const name of names) seenIn.set(name, (seenIn.get(name) ?? 0) + 1);
  }
  return new Map(
    sources.map((source, index) => {
      const shared = (types[index] ?? []).filter(({ typeName }) => (seenIn.get(typeName) ?? 0) > 1);
      return [source, contentKeys(shared, source.mapping)];
    }),
  );
}

function sorted(types: ReadonlyMap<string, GraphType>): ReadonlyMap<string, GraphType> {
  return new Map([...types].sort(([a], [b]) => (a < b ? -1 : 1)));
}
