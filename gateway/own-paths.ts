// The paths that are the gateway's own on every listener; no service may declare one of them.
import { sdlPath } from './graphql/sdl-route.ts';
import { OPENAPI_PATH } from './openapi/openapi-route.ts';
import { STATUS_PATHS } from './status/status-routes.ts';

export function ownPaths(graphqlPath: string): readonly string[] {
  return [...STATUS_PATHS, graphqlPath, sdlPath(graphqlPath), OPENAPI_PATH, '/docs'];
}
