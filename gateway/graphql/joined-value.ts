// What all ways to execute a joined field share: reading what the client adds to its request, and the value of the
// field from what the loader says.
import { GraphQLError } from 'graphql';
import { GatewayError } from '../../core/error.ts';
import type { Graph, InputField, Join, OutputField } from '../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { type FailedField, writeExtensions } from '../../translators/graphql/errors.ts';
import { type Arguments, createReader } from '../../translators/graphql/read.ts';
import { createWriter } from '../../translators/graphql/write.ts';
import type { Joined, JoinOutcome } from './joins/join-loader.ts';

export interface JoinedValue {
  /** In ProtoJSON; the same object where there is nothing to add. @throws GatewayError */
  readonly readGiven: (given: Arguments) => JsonObject;
  /** What graphql-js is to be given; it takes an error in the place of a value for the failure of that place. */
  readonly write: (outcome: JoinOutcome, asked: AskedJoin) => unknown;
  readonly fail: (thrown: unknown, asked: AskedJoin) => GraphQLError;
}

export interface AskedJoin {
  readonly requestId: string;
  /** The arguments of the client, which violations are about. */
  readonly given: Arguments;
}

/** Lookups are done once per graph, the rest once per field. */
export function joinedValues(graph: Graph): (field: OutputField, join: Join) => JoinedValue {
  const reader = createReader(graph);
  const writer = createWriter(graph);
  return (field, join) => {
    const writeItem = writer.value(join.result);
    const root = { arguments: field.arguments ?? [], request: 'fields' } as const;
    const fail: JoinedValue['fail'] = (thrown, { requestId, given }) =>
      joinFailure(thrown, requestId, { graph, root, given });
    const write = (value: Joined, asked: AskedJoin): unknown => {
      if (value instanceof GatewayError) return fail(value, asked);
      return value === null ? null : Array.isArray(value) ? value.map(writeItem) : writeItem(value);
    };
    return {
      readGiven: givenReader(field.arguments ?? [], reader),
      write: (outcome, asked) =>
        isMany(join, outcome) ? outcome.map((value) => write(value, asked)) : write(outcome, asked),
      fail,
    };
  };
}

function isMany(join: Join, outcome: JoinOutcome): outcome is readonly Joined[] {
  return join.cardinality === 'each' && Array.isArray(outcome);
}

const NOTHING: JsonObject = Object.freeze({});

function givenReader(
  fields: readonly InputField[],
  reader: ReturnType<typeof createReader>,
): JoinedValue['readGiven'] {
  if (fields.length === 0) return () => NOTHING;
  const read = reader({ arguments: fields, request: 'fields', implicitMask: undefined });
  return (given) => {
    const request: JsonValue = read(given);
    return typeof request === 'object' && request !== null && !Array.isArray(request) ? request : NOTHING;
  };
}

/** A new error each time: graphql-js writes its path into the first field that throws it. */
function joinFailure(thrown: unknown, requestId: string, failed: FailedField): GraphQLError {
  const error = GatewayError.from(thrown);
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { ...writeExtensions(error, requestId, failed) },
  });
}
