// Where a service is found, in the admin API's messages. Whether prefix and hosts are any, the registry finds out.
import type { JsonObject } from '../../core/json.ts';
import type { ServiceDefinition } from '../../registry/service-definition.ts';
import { readValidation, writeValidation } from './validation-message.ts';

type Placement = Pick<ServiceDefinition, 'prefix' | 'hosts' | 'stripPrefix' | 'rewrite'> &
  Parameters<typeof writeValidation>[0];

/** Types were checked with the message. Empty texts and lists are the same as none. */
export function readPlacement(service: JsonObject): Placement {
  const { prefix, hosts, stripPrefix, rewrite } = service;
  const names = (Array.isArray(hosts) ? hosts : []).flatMap((host) =>
    typeof host === 'string' ? host.toLowerCase() : [],
  );
  return {
    ...(typeof prefix === 'string' && prefix !== '' && { prefix }),
    ...(names.length > 0 && { hosts: names }),
    ...(typeof stripPrefix === 'boolean' && { stripPrefix }),
    ...(typeof rewrite === 'string' && { rewrite: rewrite === '' ? '/' : rewrite }),
    ...readValidation(service),
  };
}

export function writePlacement(placement: Placement): JsonObject {
  const { prefix, hosts, stripPrefix, rewrite } = placement;
  return {
    ...(prefix !== undefined && { prefix }),
    ...(hosts !== undefined && { hosts: [...hosts] }),
    ...(stripPrefix !== undefined && { stripPrefix }),
    ...(rewrite !== undefined && { rewrite }),
    ...writeValidation(placement),
  };
}
