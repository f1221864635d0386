// Operations of all registered services in, the Graph out. Pure, and linear in the size of what is registered.
import type { Graph, GraphType } from '../../core/graph.ts';
import type { Operation } from '../../core/operation.ts';
import type { Problem } from '../../core/problem.ts';
import { contentKeys, type NamedDesc } from './content.ts';
import { buildEnum } from './enum-type.ts';
import { GraphBuilder } from './graph-builder.ts';
import { buildInput, endlessFields, isMarkedRequired } from './input-type.ts';
import { buildObject } from './object-type.ts';
import { type Reached, reach } from './reach.ts';
import { RootFields } from './root-fields.ts';

export interface GraphSource {
  readonly name: string;
  readonly operations: readonly Operation[];
}

/**
 * `services` stand in order of first registration: where two claim a name, the later one yields and a note says so.
 * A problem of severity `error` (two fields that GraphQL cannot tell apart) means the source must be refused.
 */
export function buildGraph(services: readonly GraphSource[]): { graph: Graph; problems: Problem[] } {
  const sources = services.map(({ name, operations }) => ({ name, ...servable(operations) }));
  const reached = sources.map(({ operations }) => reach(operations));
  const keys = sharedTypeKeys(reached);
  const builder = new GraphBuilder((desc) => keys.get(desc) ?? desc.typeName);
  const roots = new RootFields();
  sources.forEach(({ name, operations }, index) => {
    builder.enterService(name);
    const types = reached[index];
    if (types !== undefined) buildTypes(types, builder);
    for (const operation of operations) roots.add(operation, builder);
  });
  const graph: Graph = { types: sorted(builder.types), ...roots.lists };
  return { graph, problems: [...sources.flatMap(({ notes }) => notes), ...builder.notes, ...roots.notes] };
}

/** Claims all names before any type is built: types refer to each other in circles. */
function buildTypes({ outputs, inputs, enums }: Reached, builder: GraphBuilder): void {
  const newOutputs = [...outputs].filter((message) => builder.claim('output', message));
  const newEnums = [...enums].filter((desc) => builder.claim('enum', desc));
  const newInputs = [...inputs].filter((message) => builder.claim('input', message));
  for (const desc of newEnums) builder.add(buildEnum(desc, builder.enumName(desc)));
  for (const message of newOutputs) buildObject(message, builder);
  const endless = endlessFields(inputs);
  for (const message of newInputs) {
    buildInput(message, (field) => isMarkedRequired(field) && !endless.has(field), builder);
  }
}

/** A stream from the client has no place in a GraphQL request. */
function servable(operations: readonly Operation[]): { operations: Operation[]; notes: Problem[] } {
  const kept: Operation[] = [];
  const notes: Problem[] = [];
  for (const operation of operations) {
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
  return { operations: kept, notes };
}

/** Content keys of types whose full name more than one service brings; all other types are who they say they are. */
function sharedTypeKeys(reached: readonly Reached[]): ReadonlyMap<NamedDesc, string> {
  const holders = new Map<string, Set<NamedDesc>>();
  for (const { outputs, inputs, enums } of reached) {
    for (const desc of [...outputs, ...inputs, ...enums]) {
      const same = holders.get(desc.typeName);
      if (same === undefined) holders.set(desc.typeName, new Set([desc]));
      else same.add(desc);
    }
  }
  return contentKeys([...holders.values()].filter((same) => same.size > 1).flatMap((same) => [...same]));
}

function sorted(types: ReadonlyMap<string, GraphType>): ReadonlyMap<string, GraphType> {
  return new Map([...types].sort(([a], [b]) => (a < b ? -1 : 1)));
}
