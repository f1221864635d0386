// `policies:` of the configuration, at top level, of a service and of its operations: one form. The schema has checked
// names and values; what it cannot say is checked here.
import type { Position } from '../../core/problem.ts';
import { MIN_WINDOW_MS, type PolicySettings, repeatedName } from '../../core/rate-limit.ts';
import { operationPlace } from '../../registry/named-operations.ts';
import type { OperationPolicies } from '../../registry/service-definition.ts';
import { type ConfigNode, findNode } from './config-node.ts';
import type { WrittenPolicies } from './gateway-config.ts';
import { type SettingReader, toBoolean, toItems, toText } from './setting-reader.ts';
import { type Reading, readDuration } from './units.ts';

/** Of one list of policies; `place` is its name in problems. */
export function readPolicies(
  settings: SettingReader,
  node: ConfigNode | undefined,
  place: string,
): readonly PolicySettings[] {
  const items = toItems(node);
  const policies = items.flatMap((item, index) => {
    const limit = findNode(item, 'rateLimit');
    const read = limit && readRateLimit(settings, limit, `${place}[${index}].rateLimit`);
    return read === undefined ? [] : [{ rateLimit: read }];
  });
  const repeated = policies.length === items.length ? repeatedName(policies) : undefined;
  const name = repeated === undefined ? undefined : findNode(items[repeated], 'rateLimit', 'name');
  if (repeated !== undefined && name !== undefined) {
    const message = `${place}[${repeated}].rateLimit.name is the name of another entry; clients could not tell them apart`;
    settings.refuse(name, 'contradiction', message);
  }
  return policies;
}

/** All that a service says. */
export function readServicePolicies(
  settings: SettingReader,
  node: ConfigNode,
  place: string,
  service: string,
): WrittenPolicies | undefined {
  const policies = readPolicies(settings, findNode(node, 'policies'), `${place}.policies`);
  const places = new Map<string, Position>();
  const operations: OperationPolicies[] = [];
  const listed = findNode(node, 'operations');
  for (const [operation, entry] of listed?.kind === 'mapping' ? listed.entries : []) {
    const at = `${place}.operations["${operation}"].policies`;
    const own = readPolicies(settings, findNode(entry.node, 'policies'), at);
    if (own.length > 0) operations.push({ operation, policies: own });
    places.set(operationPlace(service, operation), entry.keyPosition);
  }
  return policies.length === 0 && places.size === 0 ? undefined : { policies, operations, places };
}

function readRateLimit(
  settings: SettingReader,
  node: ConfigNode,
  place: string,
): PolicySettings['rateLimit'] | undefined {
  const limit = readNumber(node, 'limit');
  const windowMs = settings.read(findNode(node, 'window'), `${place}.window`, readWindow);
  const burst = readNumber(node, 'burst');
  const name = toText(findNode(node, 'name'));
  const by = readBy(findNode(node, 'by'));
  const shadow = toBoolean(findNode(node, 'shadow'));
  if (limit === undefined || windowMs === undefined) return undefined;
  return {
    ...(name !== undefined && { name }),
    limit,
    windowMs,
    ...(burst !== undefined && { burst }),
    ...(by !== undefined && { by }),
    ...(shadow !== undefined && { shadow }),
  };
}

/** Headers tell of whole seconds. */
export function readWindow(text: string): Reading<number> {
  const reading = readDuration(text);
  if (!reading.ok || (reading.value >= MIN_WINDOW_MS && reading.value % 1000 === 0)) return reading;
  return { ok: false, message: 'must be whole seconds, at least 1s; for less at once set burst' };
}

function readNumber(node: ConfigNode, key: string): number | undefined {
  const text = toText(findNode(node, key));
  return text === undefined ? undefined : Number(text);
}

function readBy(node: ConfigNode | undefined): readonly string[] | undefined {
  if (node === undefined) return undefined;
  const one = toText(node);
  return one === undefined ? toItems(node).flatMap((item) => toText(item) ?? []) : [one];
}
