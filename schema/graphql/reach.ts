// Which messages and enums the operations of a service need as GraphQL types, in order of first need.
import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import type { Operation } from '../../core/operation.ts';
import type { ServiceMapping } from './service-mapping.ts';
import { isEmptyMessage, wellKnownScalar } from './value-shapes.ts';

export interface Reached {
  /** Messages that become object types. */
  readonly outputs: ReadonlySet<DescMessage>;
  /** Messages that become input types; request messages are not, unless something refers to them. */
  readonly inputs: ReadonlySet<DescMessage>;
  readonly enums: ReadonlySet<DescEnum>;
}

export function reach(operations: readonly Operation[], mapping: ServiceMapping): Reached {
  const outputs = new Set<DescMessage>();
  const inputs = new Set<DescMessage>();
  const enums = new Set<DescEnum>();

  for (const { output } of operations) {
    if (isObject(output.descriptor) && !isEmptyMessage(output.descriptor)) outputs.add(output.descriptor);
  }
  // A Set may grow while it is iterated; what is added is visited.
  for (const message of outputs) {
    for (const field of shownFields(message, mapping)) {
      if (mapping.isJsonMap(field)) continue;
      if (field.enum !== undefined) enums.add(field.enum);
      if (field.message !== undefined && isObject(field.message)) outputs.add(field.message);
    }
  }

  const visitInput = (message: DescMessage): void => {
    for (const field of settableFields(message, mapping)) {
      if (mapping.isJsonMap(field)) continue;
      if (field.enum !== undefined) enums.add(field.enum);
      if (field.message === undefined || !isObject(field.message)) continue;
      const isBoolean = mapping.isChoice(field) && mapping.isEmptyInput(field.message);
      if (!isBoolean) inputs.add(field.message);
    }
  };
  for (const { input } of operations) {
    if (isObject(input.descriptor)) visitInput(input.descriptor);
  }
  for (const message of inputs) visitInput(message);
  return { outputs, inputs, enums };
}

function isObject(message: DescMessage): boolean {
  return wellKnownScalar(message) === undefined;
}

function shownFields(message: DescMessage, mapping: ServiceMapping): DescField[] {
  return mapping
    .outputMembers(message)
    .flatMap((member) => (member.kind === 'oneof' ? mapping.shownFields(member) : [member]));
}

function settableFields(message: DescMessage, mapping: ServiceMapping): DescField[] {
  return mapping
    .inputMembers(message)
    .flatMap((member) => (member.kind === 'oneof' ? mapping.settableFields(member) : [member]));
}
