// What is held against documents, in the admin API's messages. That operations are there, the registry finds out.
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { ServiceDefinition, ValidationSettings } from '../../registry/service-definition.ts';

type Validation = Pick<ServiceDefinition, 'validate' | 'operationValidation'>;

/** Types were checked with the message. */
export function readValidation({ validate, operationValidation }: JsonObject): Validation {
  const operations = Object.entries(objectOf(operationValidation)).map(([operation, own]) => ({
    operation,
    validate: readSettings(own),
  }));
  const { request, response } = objectOf(validate);
  return {
    ...(validate !== undefined && { validate: { request: request === true, response: response === true } }),
    ...(operations.length > 0 && { operationValidation: operations }),
  };
}

export function writeValidation({ validate, operationValidation = [] }: Validation): JsonObject {
  return {
    ...(validate !== undefined && { validate: { ...validate } }),
    ...(operationValidation.length > 0 && {
      operationValidation: Object.fromEntries(
        operationValidation.map((entry) => [entry.operation, { ...entry.validate }]),
      ),
    }),
  };
}

/** What is absent is as the service has it. */
function readSettings(value: JsonValue | undefined): ValidationSettings {
  const { request, response } = objectOf(value);
  return {
    ...(typeof request === 'boolean' && { request }),
    ...(typeof response === 'boolean' && { response }),
  };
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
