// What of a reply is the answer, and how it is written: the whole message or the field that `response_body` names,
// in the JSON that the service chose. Made once per binding.
import type { HttpBinding, Operation } from '../../core/operation.ts';
import type { Payload } from '../../core/payload.ts';
import { DEFAULT_OUTPUT, type OutputOptions } from '../../core/rest-options.ts';
import { findField } from '../json/fields.ts';
import { createFieldWriter, createJsonWriter } from '../json/json-writer.ts';

/** JSON text of the answer, in UTF-8. */
export type ReplyPlan = (payload: Payload) => Uint8Array;

export function createReplyPlan(
  operation: Pick<Operation, 'output' | 'types' | 'rest'>,
  binding: HttpBinding,
): ReplyPlan {
  const { descriptor } = operation.output;
  const { output } = operation.rest;
  const options = { types: operation.types, output };
  if (binding.responseBody === undefined) {
    // Canonical JSON is kept by the payload, for whoever else wants it.
    if (isDefault(output)) return (payload) => payload.json();
    const write = createJsonWriter(descriptor, options);
    return (payload) => write(payload.wire());
  }
  const field = findField(descriptor, binding.responseBody);
  if (field === undefined) throw new Error(`no field ${binding.responseBody} in ${operation.output.name}`);
  const write = createFieldWriter(descriptor, field, options);
  return (payload) => write(payload.wire());
}

function isDefault(output: OutputOptions): boolean {
  return (Object.keys(DEFAULT_OUTPUT) as (keyof OutputOptions)[]).every((key) => !output[key]);
}
