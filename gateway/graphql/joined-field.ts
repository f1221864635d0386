// A joined field as graphql-js executes it: asks the request's dispatcher, and hands on what it says.
import type { GraphQLFieldResolver } from 'graphql';
import type { Graph, Join, OutputField } from '../../core/graph.ts';
import type { JsonObject } from '../../core/json.ts';
import { UnionMember } from '../../translators/graphql/write.ts';
import { joinedValues } from './joined-value.ts';
import type { JoinOutcome } from './joins/join-loader.ts';
import type { RequestScope } from './request-scope.ts';
import type { SelectionReader } from './selection.ts';

type JoinResolver = GraphQLFieldResolver<
  JsonObject | UnionMember,
  { readonly scope: RequestScope },
  Record<string, unknown>
>;

/** Makes the resolver of a joined field; compiled once per graph. */
export function joinedFields(
  graph: Graph,
  selections: SelectionReader,
): (field: OutputField, join: Join) => JoinResolver {
  const values = joinedValues(graph);
  return (field, join) => {
    const { readGiven, write, fail } = values(field, join);
    return async (source, given, { scope }, info) => {
      const parent = source instanceof UnionMember ? source.value : source;
      let outcome: JoinOutcome;
      try {
        const selection = selections.select(join.result, info);
        outcome = await scope.joins.ask({ join, parent, given: readGiven(given), selection });
      } catch (thrown) {
        throw fail(thrown, { requestId: scope.requestId, given });
      }
      return write(outcome, { requestId: scope.requestId, given });
    };
  };
}
