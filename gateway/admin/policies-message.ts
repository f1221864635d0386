// How often a service may be called, in the admin API's messages: read with every wrong value named, written as set.
// The form is that of the configuration file.
import type { Violation } from '../../core/error.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import {
  LIMIT_KEY_PART,
  LIMIT_NAME,
  MAX_LIMIT,
  MAX_POLICIES,
  type PolicySettings,
  type RateLimitSettings,
  repeatedName,
} from '../../core/rate-limit.ts';
import type { OperationPolicies, ServiceDefinition } from '../../registry/service-definition.ts';
import { readWindow } from '../config/read-policies.ts';

type Policies = Pick<ServiceDefinition, 'policies' | 'operationPolicies'>;

/** Types were checked with the message. */
export function readPolicies(service: JsonObject, violations: Violation[]): Policies {
  const policies = readList(service.policies, 'service.policies', violations);
  const operations = Object.entries(objectOf(service.operationPolicies)).map(
    ([operation, entry]): OperationPolicies => ({
      operation,
      policies: readList(
        objectOf(entry).policies,
        `service.operationPolicies[${JSON.stringify(operation)}].policies`,
        violations,
      ),
    }),
  );
  const operationPolicies = operations.filter((entry) => entry.policies.length > 0);
  return {
    ...(policies.length > 0 && { policies }),
    ...(operationPolicies.length > 0 && { operationPolicies }),
  };
}

export function writePolicies({ policies = [], operationPolicies = [] }: Policies): JsonObject {
  return {
    ...(policies.length > 0 && { policies: policies.map(writePolicy) }),
    ...(operationPolicies.length > 0 && {
      operationPolicies: Object.fromEntries(
        operationPolicies.map((entry) => [entry.operation, { policies: entry.policies.map(writePolicy) }]),
      ),
    }),
  };
}

function readList(
  value: JsonValue | undefined,
  at: string,
  violations: Violation[],
): readonly PolicySettings[] {
  const items = Array.isArray(value) ? value : [];
  const refuse = (field: string, description: string): void => {
    violations.push({ field, description });
  };
  if (items.length > MAX_POLICIES) refuse(at, `has ${items.length} entries; ${MAX_POLICIES} are allowed`);
  const policies = items.map((item, index) => {
    const { rateLimit } = objectOf(item);
    if (rateLimit === undefined) refuse(`${at}[${index}]`, 'needs rateLimit');
    return { rateLimit: readRateLimit(objectOf(rateLimit), `${at}[${index}].rateLimit`, refuse) };
  });
  const repeated = repeatedName(policies);
  if (repeated !== undefined)
    refuse(
      `${at}[${repeated}].rateLimit.name`,
      'is the name of another entry; clients could not tell them apart',
    );
  return policies;
}

function readRateLimit(
  given: JsonObject,
  at: string,
  refuse: (field: string, description: string) => void,
): RateLimitSettings {
  const { name, limit, window, burst, by, shadow } = given;
  const range = `must be a whole number from 1 to ${MAX_LIMIT}`;
  const isCount = (value: JsonValue | undefined): value is number =>
    typeof value === 'number' && value >= 1 && value <= MAX_LIMIT;
  if (!isCount(limit)) refuse(`${at}.limit`, range);
  if (burst !== undefined && !isCount(burst)) refuse(`${at}.burst`, range);
  const reading = readWindow(typeof window === 'string' ? window : '');
  if (!reading.ok || reading.value === 0)
    refuse(`${at}.window`, reading.ok ? 'must be more than 0' : reading.message);
  if (typeof name === 'string' && name !== '' && !LIMIT_NAME.test(name))
    refuse(`${at}.name`, 'must be a name of letters, digits, dots, underscores and hyphens, 63 at most');
  const parts = by === undefined || by === null ? undefined : [by].flat();
  for (const part of parts ?? []) {
    if (typeof part !== 'string' || !LIMIT_KEY_PART.test(part))
      refuse(`${at}.by`, 'must be of address, consumer, route, operation, header.NAME and path.NAME');
  }
  return {
    ...(typeof name === 'string' && name !== '' && { name }),
    limit: isCount(limit) ? limit : 1,
    windowMs: reading.ok ? reading.value : 0,
    ...(isCount(burst) && { burst }),
    ...(parts !== undefined && { by: parts.map(String) }),
    ...(shadow === true && { shadow }),
  };
}

function writePolicy({ rateLimit }: PolicySettings): JsonObject {
  const { windowMs, by, ...others } = rateLimit;
  return {
    rateLimit: { ...others, window: `${windowMs / 1000}s`, ...(by !== undefined && { by: [...by] }) },
  };
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
