// Compiles the services of a configuration together as a start would, without listening and without a store.
import { GatewayError } from '../../core/error.ts';
import { hasErrors, type Problem, type Result, sortProblems } from '../../core/problem.ts';
import { Registry } from '../../registry/registry.ts';
import type { Snapshot } from '../../registry/snapshot.ts';
import { createMemoryStore } from '../../registry/store/memory-store.ts';
import { createCodec } from '../../translators/json/codec.ts';
import type { GatewayConfig } from './gateway-config.ts';
import { readServices } from './read-services.ts';

/** What the services of the configuration would be served as, or every problem of sources and clashes. */
export async function checkServices(
  config: Pick<GatewayConfig, 'services'>,
  reservedPaths: readonly string[],
): Promise<Result<Snapshot>> {
  const reading = await readServices(config);
  if (!reading.ok) return reading;
  const locations = new Map(reading.value.flatMap((service) => [...service.locations]));
  try {
    const { registry, problems } = await Registry.open(
      {
        store: createMemoryStore(),
        compile: { codecs: createCodec },
        link: () => ({ invoke: refuseCall, close: () => {} }),
        prepare: () => [],
        reservedPaths,
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

const refuseCall = (): Promise<never> =>
  Promise.reject(new GatewayError('unavailable', 'this snapshot was made to be checked, not to be called'));

/** The compiler names files as imports do; on disk they lie somewhere, and editors want to know where. */
export function locate(problems: readonly Problem[], locations: ReadonlyMap<string, string>): Problem[] {
  return sortProblems(
    problems.map((problem) => {
      const location = problem.path === undefined ? undefined : locations.get(problem.path);
      return location === undefined ? problem : { ...problem, path: location };
    }),
  );
}
