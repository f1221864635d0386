// The fields that an http rule speaks of, found by their proto names. Whether they are there was settled at registration.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { HttpBinding } from '../../core/operation.ts';
import type { Template } from '../routes/template.ts';

export interface RuleFields {
  /** In order of the template's variables. */
  readonly path: readonly (readonly DescField[])[];
  /** The field that is the body; undefined where it is the whole request, or there is none. */
  readonly body: DescField | undefined;
  /** The field of the reply that is the answer. */
  readonly response: DescField | undefined;
}

export function ruleFields(
  input: DescMessage,
  output: DescMessage,
  binding: HttpBinding,
  template: Template,
): RuleFields {
  const { body, responseBody } = binding;
  return {
    path: template.variables.map(({ fieldPath }) => fieldsOf(input, fieldPath)),
    body: body === undefined || body === '*' ? undefined : fieldsOf(input, body.split('.')).at(-1),
    response: responseBody === undefined ? undefined : fieldOf(output, responseBody),
  };
}

function fieldsOf(message: DescMessage, path: readonly string[]): DescField[] {
  const fields: DescField[] = [];
  let at: DescMessage | undefined = message;
  for (const name of path) {
    const field: DescField | undefined = at === undefined ? undefined : fieldOf(at, name);
    if (field === undefined) break;
    fields.push(field);
    at = field.message;
  }
  return fields;
}

function fieldOf(message: DescMessage, name: string): DescField | undefined {
  return (
    message.fields.find((field) => field.name === name) ??
    message.fields.find((field) => field.jsonName === name)
  );
}

export function isHttpBody(message: DescMessage | undefined): boolean {
  return message?.typeName === 'google.api.HttpBody';
}
