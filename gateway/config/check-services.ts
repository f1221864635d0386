// Compiles the services of a configuration together as a start would, without listening and without a store.
import { GatewayError } from '../../core/error.ts';
import { hasErrors, type Problem, type Result } from '../../core/problem.ts';
import type { SnapshotDraft } from '../../registry/build-snapshot.ts';
import { Registry } from '../../registry/registry.ts';
import type { Snapshot } from '../../registry/snapshot.ts';
import { createMemoryStore } from '../../registry/store/memory-store.ts';
import type { ServiceStore } from '../../registry/store/service-store.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { createClientAddressReader } from '../edge/client-address.ts';
import { createGraphqlDoor } from '../graphql/graphql-door.ts';
import { ownPaths } from '../own-paths.ts';
import { compileRoutes } from '../rest/compiled-routes.ts';
import type { GatewayConfig } from './gateway-config.ts';
import { locate, readServices } from './read-services.ts';

/**
 * What the services of the configuration would be served as, or every problem of sources and clashes.
 * `store` holds what is registered beside them; it is closed.
 */
export async function checkServices(
  config: Pick<GatewayConfig, 'services' | 'graphql' | 'joins'>,
  store: ServiceStore = createMemoryStore(),
): Promise<Result<Snapshot>> {
  const reading = await readServices(config);
  if (!reading.ok) return reading;
  const locations = new Map(reading.value.flatMap((service) => [...service.locations]));
  try {
    const { registry, problems } = await Registry.open(
      {
        store,
        compile: { codecs: createCodec, reservedPaths: ownPaths(config.graphql.path) },
        link: () => ({ invoke: refuseCall, close: () => {} }),
        prepare: (draft) => [...compileRoutes(draft.routes.routes), ...prepareGraphql(draft)],
        reservedPaths: ownPaths(config.graphql.path),
        joins: config.joins,
        now: () => new Date(),
      },
      reading.value.map(({ definition }) => definition),
    );
    const { snapshot } = registry;
    const remarks = [...snapshot.services.values()].flatMap((service) => service.remarks);
    await registry.close();
    const all = locate([...reading.problems, ...remarks, ...problems], locations);
    return hasErrors(all) ? { ok: false, problems: all } : { ok: true, value: snapshot, problems: all };
  } catch (error) {
    if (error instanceof GatewayError && error.problems.length > 0) {
      return { ok: false, problems: locate(error.problems, locations) };
    }
    throw error;
  }
}

/** The GraphQL door's part of a start; no request ever reaches it here. */
function prepareGraphql(draft: SnapshotDraft): readonly Problem[] {
  const door = createGraphqlDoor({
    pin: () => {
      throw new Error('this snapshot was made to be checked, not to be called');
    },
    addresses: createClientAddressReader([]),
    graphiql: false,
    introspection: false,
  });
  return door.prepare(draft);
}

const refuseCall = (): Promise<never> =>
  Promise.reject(new GatewayError('unavailable', 'this snapshot was made to be checked, not to be called'));
