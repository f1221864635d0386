// What the configuration says of GraphQL, as the door takes it.
import type { GraphqlConfig } from '../config/gateway-config.ts';
import type { TrustedDocument } from './documents/persisted-documents.ts';
import type { GraphqlDoorOptions } from './graphql-door.ts';

export function graphqlOptions(
  config: GraphqlConfig,
  trusted: readonly TrustedDocument[],
): Pick<
  GraphqlDoorOptions,
  'graphiql' | 'introspection' | 'suggestions' | 'limits' | 'subscriptions' | 'documents'
> {
  const { graphiql, introspection, suggestions = false, limits = {}, subscriptions = {} } = config;
  const { trustedOnly = false, automaticPersisted = false } = config;
  return {
    graphiql,
    introspection,
    suggestions,
    limits,
    subscriptions,
    documents: { trusted, trustedOnly, automatic: automaticPersisted },
  };
}
