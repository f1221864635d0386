// The OpenAPI document that a start from a configuration would serve, without a start.
import type { Result } from '../../core/problem.ts';
import { createOpenapiDocuments } from '../openapi/openapi-documents.ts';
import { snapshotOfConfig } from './export-graphql.ts';
import type { GatewayConfig } from './gateway-config.ts';

/** JSON text: of all services, or of one. */
export async function exportOpenapi(
  config: Parameters<typeof snapshotOfConfig>[0] & Pick<GatewayConfig, 'openapi'>,
  service: string | undefined,
): Promise<Result<string>> {
  const snapshot = await snapshotOfConfig(config, service);
  if (!snapshot.ok) return snapshot;
  const { bytes } = await createOpenapiDocuments(config.openapi).of(snapshot.value, service);
  return { ok: true, value: Buffer.from(bytes).toString(), problems: snapshot.problems };
}
