// The root fields that every schema has about itself.
import { type GraphQLField, SchemaMetaFieldDef, TypeMetaFieldDef } from 'graphql';

export const INTROSPECTION_FIELDS: ReadonlyMap<string, GraphQLField<unknown, unknown>> = new Map([
  [SchemaMetaFieldDef.name, SchemaMetaFieldDef],
  [TypeMetaFieldDef.name, TypeMetaFieldDef],
]);

/** The one argument that fields below them have. */
export const INCLUDE_DEPRECATED = 'includeDeprecated';
