// `validate:` of a service and of its operations: one form. That operations are there, the registry finds out.
import type {
  OperationValidation,
  ServiceDefinition,
  ValidationSettings,
} from '../../registry/service-definition.ts';
import { type ConfigNode, findNode } from './config-node.ts';
import { toBoolean } from './setting-reader.ts';

/** All that a service says. */
export function readValidation(
  service: ConfigNode,
): Pick<ServiceDefinition, 'validate' | 'operationValidation'> {
  const validate = readSettings(service);
  const operations = findNode(service, 'operations');
  const entries = operations?.kind === 'mapping' ? [...operations.entries] : [];
  const operationValidation = entries.flatMap(([operation, { node }]): OperationValidation[] => {
    const own = readSettings(node);
    return own === undefined ? [] : [{ operation, validate: own }];
  });
  return {
    ...(validate !== undefined && { validate }),
    ...(operationValidation.length > 0 && { operationValidation }),
  };
}

function readSettings(node: ConfigNode): ValidationSettings | undefined {
  const request = toBoolean(findNode(node, 'validate', 'request'));
  const response = toBoolean(findNode(node, 'validate', 'response'));
  if (request === undefined && response === undefined) return undefined;
  return { ...(request !== undefined && { request }), ...(response !== undefined && { response }) };
}
