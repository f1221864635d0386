// The document of the demo services and of pages made of them, from the demo's own configuration, made as the gateway
// makes it.
import { join } from 'node:path';
import type { JsonObject } from '../../core/json.ts';
import { exportOpenapi } from '../../gateway/config/export-openapi.ts';
import type { GatewayConfig } from '../../gateway/config/gateway-config.ts';
import { loadConfig, parseConfig } from '../../gateway/config/load-config.ts';

const CONFIG = join(import.meta.dirname, '../../examples/demo/dragoman.yaml');

/** What the demo lacks: a service that declares no route, and pages. */
const MORE = `
services:
  - name: inventory
    proto:
      files: [${join(import.meta.dirname, '../../protos/inventory/v1/inventory.proto')}]
      include: [${join(import.meta.dirname, '../../protos')}]
    upstream: grpc://127.0.0.1:9
documents:
  - folder: ${join(import.meta.dirname, 'demo-pages')}
    aggregates:
      - route: GET /pages/{book=books/*}
        document: book-page.graphql
        variables: { book: path.book, withReviews: query.reviews }
        result: book
        notFound: book
      - route: GET /readers/{user}
        document: reader-page.graphql
        variables: { user: "query.user ?? path.user", first: "query.limit ?? 10", state: query.state }
        partial: allow
      - route: POST /people
        document: create-user.graphql
        variables: { user: body.user, id: body.wanted.id }
        result: createUser
`;

export type DemoConfig = GatewayConfig;

export async function demoConfig(): Promise<DemoConfig> {
  const [demo, more] = await Promise.all([loadConfig(CONFIG, { env: {} }), parseConfig(MORE, { env: {} })]);
  if (!demo.ok || !more.ok) throw new Error(JSON.stringify([...demo.problems, ...more.problems]));
  return {
    ...demo.value,
    registry: { kind: 'memory' },
    services: [...demo.value.services, ...more.value.services],
    documents: more.value.documents ?? [],
  };
}

/** Without the revision, which changes with every word of a source. */
export async function demoDocument(): Promise<JsonObject> {
  const exported = await exportOpenapi(await demoConfig(), undefined);
  if (!exported.ok) throw new Error(JSON.stringify(exported.problems));
  const document = JSON.parse(exported.value) as JsonObject;
  return { ...document, info: { ...(document.info as JsonObject), version: '1' } };
}
