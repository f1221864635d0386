// A joined field as graphql-js executes it: asks the request's dispatcher, and hands on what it says.
import { GraphQLError, type GraphQLFieldResolver } from 'graphql';
import { GatewayError } from '../../core/error.ts';
import type { Graph, InputField, Join, OutputField } from '../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { writeExtensions } from '../../translators/graphql/errors.ts';
import { createReader } from '../../translators/graphql/read.ts';
import { createWriter, UnionMember } from '../../translators/graphql/write.ts';
import type { Joined, JoinOutcome } from './joins/join-loader.ts';
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
  const reader = createReader(graph);
  const writer = createWriter(graph);
  return (field, join) => {
    const read = givenReader(field.arguments ?? [], reader);
    const writeItem = writer.value(join.result);
    return async (source, given, { scope }, info) => {
      const parent = source instanceof UnionMember ? source.value : source;
      const write = (value: Joined): unknown => {
        if (value instanceof GatewayError) return joinFailure(value, scope.requestId);
        return value === null ? null : Array.isArray(value) ? value.map(writeItem) : writeItem(value);
      };
      let outcome: JoinOutcome;
      try {
        const selection = selections.select(join.result, info);
        outcome = await scope.joins.ask({ join, parent, given: read(given), selection });
      } catch (thrown) {
        throw joinFailure(thrown, scope.requestId);
      }
      // graphql-js takes an error in the place of a value for the failure of that place.
      return isMany(join, outcome) ? outcome.map(write) : write(outcome);
    };
  };
}

function isMany(join: Join, outcome: JoinOutcome): outcome is readonly Joined[] {
  return join.cardinality === 'each' && Array.isArray(outcome);
}

const NOTHING: JsonObject = Object.freeze({});

/** What the client adds to the request; the same object where there is nothing to add. */
function givenReader(
  fields: readonly InputField[],
  reader: ReturnType<typeof createReader>,
): (given: Record<string, unknown>) => JsonObject {
  if (fields.length === 0) return () => NOTHING;
  const read = reader({ arguments: fields, request: 'fields', implicitMask: undefined });
  return (given) => {
    const request: JsonValue = read(given);
    return typeof request === 'object' && request !== null && !Array.isArray(request) ? request : NOTHING;
  };
}

/** A new error each time: graphql-js writes its path into the first field that throws it. */
function joinFailure(thrown: unknown, requestId: string): GraphQLError {
  const error = GatewayError.from(thrown);
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { ...writeExtensions(error, requestId) },
  });
}
