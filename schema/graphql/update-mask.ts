// Which operations are updates whose mask can be made from what is present (graphql reference, section 3.5;
// transcoding reference, section 11).
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { ImplicitMask } from '../../core/graph.ts';
import type { Operation } from '../../core/operation.ts';
import { isFieldMask, notesOf } from './annotations.ts';
import { validName } from './names.ts';
import type { ServiceMapping } from './service-mapping.ts';
import { wellKnownScalar } from './value-shapes.ts';

/** Undefined unless the request has exactly one mask and it is plain which of its fields is the resource. */
export function implicitMask(operation: Operation, mapping: ServiceMapping): ImplicitMask | undefined {
  const { fields } = operation.input.descriptor;
  const [mask, secondMask] = fields.filter(isFieldMask);
  const resource = resourceOf(operation, fields);
  if (mask === undefined || secondMask !== undefined || resource === undefined) return undefined;
  return {
    key: mask.jsonName,
    resource: mapping.entryOf(resource.field).rename ?? validName(resource.field.jsonName),
    identifying: identifyingPaths(operation, resource.field, resource.message),
  };
}

interface Resource {
  readonly field: DescField;
  readonly message: DescMessage;
}

/** The body of a PATCH, or what an `Update…` method has as its only message. */
function resourceOf(operation: Operation, fields: readonly DescField[]): Resource | undefined {
  const declared = operation.bindings.find((binding) => !binding.isAutomatic);
  const messages = fields.flatMap((field): Resource[] =>
    field.fieldKind === 'message' && wellKnownScalar(field.message) === undefined
      ? [{ field, message: field.message }]
      : [],
  );
  if (declared?.method === 'PATCH') return messages.find(({ field }) => field.name === declared.body);
  const [only, second] = messages;
  return /^Update[A-Z]/.test(operation.name) && second === undefined ? only : undefined;
}

/** What the paths of its bindings name, or else its fields marked as identifiers. */
function identifyingPaths(operation: Operation, resource: DescField, message: DescMessage): string[] {
  const prefix = `${resource.name}.`;
  const inPaths = operation.bindings
    .flatMap((binding) =>
      [...binding.template.matchAll(/\{\s*([A-Za-z0-9_.]+)/g)].flatMap(([, path]) => path ?? []),
    )
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length));
  const marked = message.fields.filter((field) => notesOf(field).isOwnName).map((field) => field.name);
  return [...new Set([...inPaths, ...marked])];
}
