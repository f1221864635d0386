// Compiles the services of a configuration together as a start would, without listening and without a store.
import { GatewayError } from '../../core/error.ts';
import { hasErrors, type Result, sortProblems } from '../../core/problem.ts';
import { Registry } from '../../registry/registry.ts';
import type { Snapshot } from '../../registry/snapshot.ts';
import { createMemoryStore } from '../../registry/store/memory-store.ts';
import type { ServiceStore } from '../../registry/store/service-store.ts';
import { createCodec } from '../../translators/json/codec.ts';
import { createClientAddressReader } from '../edge/client-address.ts';
import { AggregateRoutes } from '../graphql/documents/aggregate-routes.ts';
import { createGraphqlDoor, type GraphqlDoor } from '../graphql/graphql-door.ts';
import { graphqlOptions } from '../graphql/graphql-options.ts';
import { ownPaths } from '../own-paths.ts';
import { compileRoutes } from '../rest/compiled-routes.ts';
import type { GatewayConfig } from './gateway-config.ts';
import { readDocuments } from './read-documents.ts';
import { locate, readServices } from './read-services.ts';

/**
 * What the services of the configuration would be served as, or every problem of sources and clashes.
 * `store` holds what is registered beside them; it is closed.
 */
export async function checkServices(
  config: Pick<GatewayConfig, 'services' | 'graphql' | 'joins' | 'documents'>,
  store: ServiceStore = createMemoryStore(),
): Promise<Result<Snapshot>> {
  const reading = await readServices(config);
  const documents = await readDocuments(config.documents ?? []);
  if (!reading.ok || !documents.ok)
    return { ok: false, problems: sortProblems([...reading.problems, ...documents.problems]) };
  const reservedPaths = ownPaths(config.graphql.path);
  const routes = new AggregateRoutes(documents.value.aggregates, reservedPaths);
  const door = uncalledDoor(graphqlOptions(config.graphql, documents.value.trusted));
  const locations = new Map(reading.value.flatMap((service) => [...service.locations]));
  try {
    const { registry, problems } = await Registry.open(
      {
        store,
        compile: { codecs: createCodec, reservedPaths },
        link: () => ({ invoke: refuseCall, close: () => {} }),
        prepare: (draft) => [
          ...compileRoutes(draft.routes.routes),
          ...door.prepare(draft),
          ...routes.prepare(draft.routes),
        ],
        reservedPaths,
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

/** The GraphQL door of a start; no request ever reaches it here. */
export function uncalledDoor(options: ReturnType<typeof graphqlOptions>): GraphqlDoor {
  return createGraphqlDoor({
    ...options,
    pin: () => {
      throw new Error('this snapshot was made to be checked, not to be called');
    },
    addresses: createClientAddressReader([]),
  });
}

const refuseCall = (): Promise<never> =>
  Promise.reject(new GatewayError('unavailable', 'this snapshot was made to be checked, not to be called'));
