// The published JSON Schema of dragoman.yaml, and what of JSON Schema it may use. The document in
// schema/config is the only description of the file: what is checked is read from it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../registry/package-root.ts';

/** The subset of JSON Schema (2020-12) that check-schema.ts understands; a test holds the document to it. */
export interface ConfigSchema {
  readonly $ref?: string;
  /** Continues "must be …" in problems. */
  readonly title?: string;
  readonly description?: string;
  /** The value is secret: no message may repeat it. */
  readonly writeOnly?: boolean;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly properties?: Readonly<Record<string, ConfigSchema>>;
  /** A schema for keys that are names of the user's. */
  readonly additionalProperties?: false | ConfigSchema;
  readonly required?: readonly string[];
  readonly dependentRequired?: Readonly<Record<string, readonly string[]>>;
  /** Only to say that exactly one of some keys is given; a last choice with `not` stands for none of them. */
  readonly oneOf?: readonly KeyChoice[];
  readonly anyOf?: readonly ConfigSchema[];
  readonly items?: ConfigSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $defs?: Readonly<Record<string, ConfigSchema>>;
}

export type KeyChoice =
  | { readonly required: readonly [string] }
  | { readonly not: object; readonly anyOf: readonly { readonly required: readonly [string] }[] };

let loaded: ConfigSchema | undefined;

export function configSchema(): ConfigSchema {
  loaded ??= JSON.parse(
    readFileSync(join(packageRoot(), 'schema/config/dragoman.schema.json'), 'utf8'),
  ) as ConfigSchema;
  return loaded;
}

/** Follows `$ref` into `$defs`; what stands beside the reference adds to it. */
export function resolveSchema(schema: ConfigSchema): ConfigSchema {
  if (schema.$ref === undefined) return schema;
  const { $ref, ...beside } = schema;
  const name = $ref.slice('#/$defs/'.length);
  const target = configSchema().$defs?.[name];
  if (target === undefined) throw new Error(`dragoman.schema.json refers to ${$ref}, which it does not hold`);
  return resolveSchema({ ...target, ...beside });
}
