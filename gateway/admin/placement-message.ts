// Where a service is found, in the admin API's messages. Whether prefix and hosts are any, the registry finds out.
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { ServiceDefinition } from '../../registry/service-definition.ts';

type Placement = Pick<ServiceDefinition, 'prefix' | 'hosts' | 'stripPrefix' | 'rewrite' | 'validate'>;

/** Types were checked with the message. Empty texts and lists are the same as none. */
export function readPlacement(service: JsonObject): Placement {
  const { prefix, hosts, stripPrefix, rewrite, validate } = service;
  const names = (Array.isArray(hosts) ? hosts : []).flatMap((host) =>
    typeof host === 'string' ? host.toLowerCase() : [],
  );
  const { request, response } = objectOf(validate);
  return {
    ...(typeof prefix === 'string' && prefix !== '' && { prefix }),
    ...(names.length > 0 && { hosts: names }),
    ...(typeof stripPrefix === 'boolean' && { stripPrefix }),
    ...(typeof rewrite === 'string' && { rewrite: rewrite === '' ? '/' : rewrite }),
    ...(validate !== undefined && {
      validate: { request: request === true, response: response === true },
    }),
  };
}

export function writePlacement({ prefix, hosts, stripPrefix, rewrite, validate }: Placement): JsonObject {
  return {
    ...(prefix !== undefined && { prefix }),
    ...(hosts !== undefined && { hosts: [...hosts] }),
    ...(stripPrefix !== undefined && { stripPrefix }),
    ...(rewrite !== undefined && { rewrite }),
    ...(validate !== undefined && { validate: { ...validate } }),
  };
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
