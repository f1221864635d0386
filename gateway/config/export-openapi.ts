// The OpenAPI document that a start from a configuration would serve, without a start.
import type { Result } from '../../core/problem.ts';
import { graphqlOptions } from '../graphql/graphql-options.ts';
import { createAggregateParts } from '../openapi/aggregate-parts.ts';
import { createOpenapiDocuments } from '../openapi/openapi-documents.ts';
import { uncalledDoor } from './check-services.ts';
import { snapshotOfConfig } from './export-graphql.ts';
import type { GatewayConfig } from './gateway-config.ts';
import { readDocuments } from './read-documents.ts';

/** JSON text: of all services, or of one. */
export async function exportOpenapi(
  config: Parameters<typeof snapshotOfConfig>[0] & Pick<GatewayConfig, 'openapi'>,
  service: string | undefined,
): Promise<Result<string>> {
  const snapshot = await snapshotOfConfig(config, service);
  if (!snapshot.ok) return snapshot;
  const documents = await readDocuments(config.documents ?? []);
  if (!documents.ok) return documents;
  const { aggregates, trusted } = documents.value;
  const { engineOf } = uncalledDoor(graphqlOptions(config.graphql, trusted));
  const { bytes } = await createOpenapiDocuments({
    ...config.openapi,
    aggregates: createAggregateParts({ aggregates, engineOf }),
  }).of(snapshot.value, service);
  return { ok: true, value: Buffer.from(bytes).toString(), problems: snapshot.problems };
}
