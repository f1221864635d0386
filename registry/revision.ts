// Revisions are hashes of content: publishing the same twice changes nothing, and two nodes can compare.
import { createHash } from 'node:crypto';
import type { ServiceDefinition } from './service-definition.ts';

/** Hash of everything a registrant sent, sources and settings, but values of credentials. 16 hexadecimal digits. */
export function revisionOf(definition: ServiceDefinition): string {
  return digest(JSON.stringify(canonical(withoutSecrets(definition))));
}

/** Revisions are shown, and a password could be guessed until its hash is right. */
function withoutSecrets(definition: ServiceDefinition): ServiceDefinition {
  const { upstream } = definition;
  if (upstream.credentials === undefined) return definition;
  const credentials = upstream.credentials.map(({ scheme }) => ({ scheme, value: '' }));
  return { ...definition, upstream: { ...upstream, credentials } };
}

/** Hash over the services of a snapshot, in their order. */
export function snapshotRevision(services: Iterable<{ name: string; revision: string }>): string {
  return digest(JSON.stringify([...services].map(({ name, revision }) => [name, revision])));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Members sorted by name and bytes as base64, so that equal definitions have equal text. */
function canonical(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, canonical(member)]);
}
