// The GraphQL schema that a start from a configuration would serve, without a start.
import type { Problem, Result } from '../../core/problem.ts';
import { createMemoryStore } from '../../registry/store/memory-store.ts';
import type { ServiceStore } from '../../registry/store/service-store.ts';
import { readSqliteStore } from '../../registry/store/sqlite-store.ts';
import { partOfGraph } from '../../schema/graphql/part-of-graph.ts';
import { printSdl } from '../../schema/graphql/type-definitions.ts';
import { checkServices } from './check-services.ts';
import type { GatewayConfig, RegistryStore } from './gateway-config.ts';

export interface ExportedGraph {
  readonly sdl: string;
  /** Of the snapshot that a start would begin with. */
  readonly revision: string;
}

/** All of it, or what one service shows. */
export async function exportGraphql(
  config: Pick<GatewayConfig, 'services' | 'graphql' | 'registry' | 'joins'>,
  service: string | undefined,
): Promise<Result<ExportedGraph>> {
  const store = readStore(config.registry);
  if (!store.ok) return store;
  const checked = await checkServices(config, store.value);
  if (!checked.ok) return checked;
  const { graph, services, revision } = checked.value;
  if (service !== undefined && !services.has(service)) {
    const known = [...services.keys()].slice(0, 20).join(', ');
    const message = `no service is called ${service}; known are ${known === '' ? 'none' : known}`;
    return {
      ok: false,
      problems: [...checked.problems, { severity: 'error', rule: 'unknown-service', message }],
    };
  }
  const sdl = printSdl(service === undefined ? graph : partOfGraph(graph, service));
  return { ok: true, value: { sdl, revision }, problems: checked.problems };
}

/** What the registry holds, with the names it gave; nothing is written to it. */
function readStore(registry: RegistryStore): Result<ServiceStore> {
  if (registry.kind === 'memory') return { ok: true, value: createMemoryStore(), problems: [] };
  try {
    return { ok: true, value: createMemoryStore(readSqliteStore(registry.path)), problems: [] };
  } catch (cause) {
    const problem: Problem = {
      severity: 'error',
      rule: 'registry',
      message: `the registry ${registry.path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
    };
    return { ok: false, problems: [problem] };
  }
}
