// Joined fields as people look for them: those that a service answers, and those that its own types have got.
import type { Graph, Join } from '../core/graph.ts';
import type { Problem } from '../core/problem.ts';
import { costNote, madeNote } from '../schema/graphql/joins/join-report.ts';
import type { RegisteredService } from './snapshot.ts';

interface JoinedField {
  /** `Order.customer` */
  readonly name: string;
  readonly join: Join;
  /** Full proto name of the message whose type has the field. */
  readonly holder: string;
}

export function joinedFields(graph: Graph): JoinedField[] {
  return [...graph.types.values()].flatMap((type) =>
    type.kind === 'object'
      ? type.fields.flatMap(({ name, source }) =>
          source.kind === 'join'
            ? [{ name: `${type.name}.${name}`, join: source.join, holder: type.origin }]
            : [],
        )
      : [],
  );
}

/** Why each joined field is there that has to do with a service, and what it costs. */
export function joinNotes(graph: Graph, { name, operations }: RegisteredService): Problem[] {
  return joinedFields(graph)
    .filter(
      ({ join, holder }) =>
        join.operation.service === name ||
        operations.some(({ types }) => types.getMessage(holder) !== undefined),
    )
    .flatMap(({ join }) => {
      const cost = costNote(join, undefined);
      return [madeNote(join, undefined), ...(cost === undefined ? [] : [cost])];
    });
}
