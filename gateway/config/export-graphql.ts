// The GraphQL schema that a start from a configuration would serve, without a start.
import type { Problem, Result } from '../../core/problem.ts';
import type { Snapshot } from '../../registry/snapshot.ts';
import { createMemoryStore } from '../../registry/store/memory-store.ts';
import type { ServiceStore } from '../../registry/store/service-store.ts';
import { readSqliteStore } from '../../registry/store/sqlite-store.ts';
import { partOfGraph } from '../../schema/graphql/part-of-graph.ts';
import { printSdl } from '../../schema/graphql/type-definitions.ts';
import { checkServices } from './check-services.ts';
import type { GatewayConfig, RegistryStore } from './gateway-config.ts';

type CheckedConfig = Parameters<typeof checkServices>[0];

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
  const checked = await snapshotOfConfig(config, service);
  if (!checked.ok) return checked;
  const { graph, revision } = checked.value;
  const sdl = printSdl(service === undefined ? graph : partOfGraph(graph, service));
  return { ok: true, value: { sdl, revision }, problems: checked.problems };
}

/** What a start would serve, the registry included; a problem if `service` is not in it. */
export async function snapshotOfConfig(
  config: CheckedConfig & Pick<GatewayConfig, 'registry'>,
  service: string | undefined,
): Promise<Result<Snapshot>> {
  const store = readStore(config.registry);
  if (!store.ok) return store;
  const checked = await checkServices(config, store.value);
  if (!checked.ok) return checked;
  const { services } = checked.value;
  if (service !== undefined && !services.has(service)) {
    const known = [...services.keys()].slice(0, 20).join(', ');
    const message = `no service is called ${service}; known are ${known === '' ? 'none' : known}`;
    return {
      ok: false,
      problems: [...checked.problems, { severity: 'error', rule: 'unknown-service', message }],
    };
  }
  return checked;
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
