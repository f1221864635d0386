// How a resource is read by its name: the one way there is. Where there are several, the one that was published.
import type { JoinCatalogue } from './join-catalogue.ts';
import { enumerate } from './join-report.ts';
import { type BatchRead, findBatches, findGets, type KeyRead } from './key-reads.ts';
import type { JoinBinding } from './published-joins.ts';
import type { Resource } from './resources.ts';

export interface JoinWay {
  readonly resource: Resource;
  readonly batch: BatchRead | undefined;
  readonly get: KeyRead | undefined;
  /** What else could be meant by now, in words; undefined if nothing. */
  readonly kept: string | undefined;
}

/** Or in words why it cannot be read. */
export function findWay(
  candidates: readonly Resource[],
  { reads }: JoinCatalogue,
  published: JoinBinding | undefined,
): JoinWay | string {
  const resource = theOne(candidates, (one) => isPublished(one, published));
  if (resource === undefined) {
    return candidates.length === 0 ? 'nothing registered is that resource' : severalMessages(candidates);
  }
  const kept = candidates.length > 1 ? [severalMessages(candidates)] : [];
  const isBound = isPublished(resource, published);
  const batches = findBatches(reads, resource).filter((batch) => !isForeign(batch, isBound, published));
  const batch = theOne(batches, ({ read }) => isBound && read.operation.id === published?.batch);
  if (batches.length > 1) kept.push(`several methods read it in batches: ${methods(batches)}`);
  if (batch === undefined && batches.length > 1) return kept.at(-1) ?? '';
  const gets = findGets(reads, resource);
  const get = theOne(gets, ({ read }) => isBound && read.operation.id === published?.get);
  if (batch === undefined && gets.length > 1) kept.push(`several methods read it: ${methods(gets)}`);
  if (batch === undefined && get === undefined)
    return gets.length > 1 ? (kept.at(-1) ?? '') : `no registered method reads ${resource.type} by its name`;
  return { resource, batch, get, kept: kept.length === 0 ? undefined : kept.join('; ') };
}

function isPublished({ service, message }: Resource, published: JoinBinding | undefined): boolean {
  return published?.service === service && published.message === message.typeName;
}

/** The only one, or the published one of several. */
function theOne<T>(all: readonly T[], isPublished: (one: T) => boolean): T | undefined {
  return all.length === 1 ? all[0] : all.find(isPublished);
}

/** What was read one by one stays so, unless its own service has learned to answer many. */
function isForeign({ read }: BatchRead, isBound: boolean, published: JoinBinding | undefined): boolean {
  if (!isBound || published?.get === undefined || published.batch !== undefined) return false;
  return !published.get.startsWith(`${read.operation.service}/`);
}

function severalMessages(candidates: readonly Resource[]): string {
  const names = candidates.map(({ message, service }) => `${message.typeName} of service "${service}"`);
  return `several registered messages are ${candidates[0]?.type}: ${enumerate(names)}`;
}

function methods(reads: readonly KeyRead[]): string {
  return enumerate(
    reads.map(({ read: { operation } }) => `${operation.method} of service "${operation.service}"`),
  );
}
