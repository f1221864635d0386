// A definition as the body of a PUT: the other direction of reading it, for whoever asks another gateway about it.
import type { JsonObject } from '../../core/json.ts';
import type { ServiceDefinition, ServiceSource } from '../../registry/service-definition.ts';
import { writeGraphql } from './graphql-message.ts';
import { writeLimits } from './limits-message.ts';
import { writePlacement } from './placement-message.ts';
import { writePolicies } from './policies-message.ts';
import { writeRest } from './rest-message.ts';

export function writeDefinition(definition: ServiceDefinition): JsonObject {
  const { source, upstream, rules, forwardHeaders = [] } = definition;
  const { targets, timeoutMs, tls } = upstream;
  return {
    ...writeSource(source),
    ...writePlacement(definition),
    upstream: {
      targets: targets.map(({ url, weight }) => ({ url, ...(weight !== undefined && { weight }) })),
      ...(timeoutMs !== undefined && { timeout: `${timeoutMs}ms` }),
      ...(tls !== undefined && { tls: { ...tls } }),
    },
    ...(rules !== undefined && { rules }),
    ...(forwardHeaders.length > 0 && { forwardHeaders: [...forwardHeaders] }),
    ...writeRest(definition.rest),
    ...writeGraphql(definition.graphql),
    ...writeLimits(definition),
    ...writePolicies(definition),
  };
}

function writeSource(source: ServiceSource): JsonObject {
  switch (source.kind) {
    case 'proto':
      return { files: source.files.map((file) => ({ ...file })), entry: [...source.entry] };
    case 'descriptorSet':
      return { descriptorSet: Buffer.from(source.bytes).toString('base64') };
    case 'openapi': {
      const document = source.files.find(({ path }) => path === source.entry);
      const others = source.files.filter((file) => file !== document);
      return {
        openapi: document?.content ?? '',
        files: others.map((file) => ({ ...file })),
        entry: [source.entry],
      };
    }
    case 'proxy':
      return {};
  }
}
