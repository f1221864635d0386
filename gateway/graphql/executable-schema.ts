// The graph as a schema that runs: every field reads its value in place, every root field makes a call.
import { makeExecutableSchema } from '@graphql-tools/schema';
import {
  buildASTSchema,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql';
import type { Projector } from '../../core/codec.ts';
import { GatewayError } from '../../core/error.ts';
import type { Graph, RootField } from '../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { Payload } from '../../core/payload.ts';
import { typeDefinitions } from '../../schema/graphql/type-definitions.ts';
import { createReader } from '../../translators/graphql/read.ts';
import { createScalars } from '../../translators/graphql/scalars.ts';
import { createWriter, UnionMember } from '../../translators/graphql/write.ts';
import { gatherStream } from './gather-stream.ts';
import { joinedFields } from './joined-field.ts';
import type { RequestScope } from './request-scope.ts';
import { decodeReply, rootFailure } from './root-field.ts';
import { createSelectionReader, type SelectionReader } from './selection.ts';
import { type StreamEvent, streamEvents } from './subscription.ts';

/** What a resolver is given beside its arguments. */
export interface GraphqlContext {
  readonly scope: RequestScope;
}

type Given = Record<string, unknown>;
type Resolver<Source> = GraphQLFieldResolver<Source, GraphqlContext, Given>;

/** Compiled once per graph; nothing that grows with the schema is done per request. */
export function buildExecutableSchema(graph: Graph): GraphQLSchema {
  const selections = createSelectionReader(graph);
  return makeExecutableSchema<GraphqlContext>({
    // A schema of our own, filled in place: by merging and copying, as is the library's way, it takes four times as long.
    typeDefs: buildASTSchema(typeDefinitions(graph), { assumeValidSDL: true }),
    updateResolversInPlace: true,
    resolvers: {
      ...scalarResolvers(graph),
      ...typeResolvers(graph, selections),
      ...rootResolvers(graph, selections),
    },
    resolverValidationOptions: { requireResolversToMatchSchema: 'ignore' },
  });
}

type TypeResolvers = Record<string, Record<string, unknown>>;

/** What scalars do, and nothing else: their descriptions are in the type definitions. */
function scalarResolvers(graph: Graph): TypeResolvers {
  return Object.fromEntries(
    Object.entries(createScalars())
      // A type may have the name of a scalar that is not in use.
      .filter(([name]) => graph.types.get(name)?.kind === 'scalar')
      .map(([name, { coerceOutputValue, coerceInputValue, coerceInputLiteral }]) => [
        name,
        { coerceOutputValue, coerceInputValue, coerceInputLiteral },
      ]),
  );
}

function typeResolvers(graph: Graph, selections: SelectionReader): TypeResolvers {
  const writer = createWriter(graph);
  const joined = joinedFields(graph, selections);
  const members = new Set(
    [...graph.types.values()].flatMap((type) => (type.kind === 'union' ? type.members : [])),
  );
  const resolvers: TypeResolvers = {};
  for (const type of graph.types.values()) {
    if (type.kind === 'union') {
      resolvers[type.name] = { __resolveType: (member: UnionMember) => member.typeName };
    }
    if (type.kind !== 'object') continue;
    const fields: Record<string, Resolver<JsonObject> | Resolver<JsonObject | UnionMember>> = {};
    for (const field of type.fields) {
      const resolve = field.source.kind === 'join' ? joined(field, field.source.join) : undefined;
      const write = writer.field(field);
      fields[field.name] =
        resolve !== undefined
          ? resolve
          : members.has(type.name)
            ? (parent: JsonObject | UnionMember) =>
                write(parent instanceof UnionMember ? parent.value : parent)
            : (parent: JsonObject) => write(parent);
    }
    resolvers[type.name] = fields;
  }
  return resolvers;
}

function rootResolvers(graph: Graph, selections: SelectionReader): TypeResolvers {
  const compile = rootCompiler(graph, selections);
  const resolvers: TypeResolvers = { Query: { _empty: () => null }, Mutation: {}, Subscription: {} };
  for (const root of [...graph.queries, ...graph.mutations]) {
    const { resolve } = compile(root);
    const type = root.kind === 'query' ? resolvers.Query : resolvers.Mutation;
    if (type !== undefined) type[root.name] = resolve;
  }
  for (const root of graph.subscriptions) {
    const { subscribe, resolveEvent } = compile(root);
    if (resolvers.Subscription !== undefined)
      resolvers.Subscription[root.name] = { subscribe, resolve: resolveEvent };
  }
  return resolvers;
}

interface CompiledRoot {
  readonly resolve: Resolver<unknown>;
  readonly subscribe: Resolver<unknown>;
  readonly resolveEvent: Resolver<StreamEvent>;
}

function rootCompiler(graph: Graph, selections: SelectionReader): (root: RootField) => CompiledRoot {
  const reader = createReader(graph);
  const writer = createWriter(graph);
  return (root) => {
    const read = reader(root);
    const write = writer.value(root.result);
    const { codec } = root.operation.output;
    const message = root.gather !== undefined && root.result.kind === 'list' ? root.result.item : root.result;
    const projectorOf = ({ fieldNodes, fragments }: GraphQLResolveInfo): Projector | undefined =>
      selections.projector(codec, message, fieldNodes, fragments);
    const writeReply = (payload: Payload, info: GraphQLResolveInfo): unknown => {
      // The reply of an operation that says nothing is not even decoded.
      if (root.result.kind === 'empty') return true;
      return write(decodeReply(payload, projectorOf(info)));
    };
    const gather = async (
      request: JsonValue,
      info: GraphQLResolveInfo,
      scope: RequestScope,
      limit: number,
    ) => {
      const payload = Payload.fromValue(root.operation.input.codec, request);
      const reply = await scope.stream(root, payload, scope.signal);
      const projector = projectorOf(info);
      const messages = await gatherStream(reply, limit);
      return write(messages.map((one) => decodeReply(one, projector)));
    };
    const failure = (thrown: unknown, given: Given, { scope }: GraphqlContext): GraphQLError =>
      rootFailure(thrown, { graph, root, given, requestId: scope.requestId });
    return {
      resolve: async (_source, given, context, info) => {
        try {
          const request = read(given);
          const { scope } = context;
          if (root.gather !== undefined) return await gather(request, info, scope, root.gather.limit);
          if (root.readMask === undefined || !isObject(request)) {
            return writeReply(await scope.call(root, request), info);
          }
          const { masked } = selections.select(root.result, info);
          return writeReply(await scope.readMasked(root, request, masked), info);
        } catch (thrown) {
          throw failure(thrown, given, context);
        }
      },
      subscribe: async (_source, given, context) => {
        const controller = new AbortController();
        try {
          const request = Payload.fromValue(root.operation.input.codec, read(given));
          const reply = await context.scope.stream(root, request, controller.signal);
          return streamEvents(reply, {
            cancel: () => controller.abort(new GatewayError('cancelled', 'the subscription ended')),
            ending: context.scope.ending,
          });
        } catch (thrown) {
          throw failure(thrown, given, context);
        }
      },
      resolveEvent: (event, given, context, info) => {
        try {
          if (event.kind === 'failure') throw event.error;
          context.scope.renew();
          return writeReply(event.payload, info);
        } catch (thrown) {
          throw failure(thrown, given, context);
        }
      },
    };
  };
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
