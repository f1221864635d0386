// Parameters that have to be given and leave no choice, such as the name of an action: nobody needs to be asked.
import { type HttpDocument, type HttpParameter, type JsonSchema, schemaOfRef } from './http-operation.ts';

const MAX_HOPS = 10;

/** Undefined if there is a choice, or the parameter may be left out. */
export function onlyValue(
  { isRequired, mediaType, schema }: HttpParameter,
  document: Pick<HttpDocument, 'schemas'> | undefined,
): string | number | boolean | undefined {
  if (!isRequired || mediaType !== undefined) return undefined;
  let at: JsonSchema | undefined = schema;
  for (let hops = 0; typeof at === 'object' && hops < MAX_HOPS; hops += 1) {
    if (at.$ref === undefined) break;
    const name: string | undefined = schemaOfRef(at.$ref);
    at = name === undefined ? undefined : document?.schemas.get(name);
  }
  if (typeof at !== 'object') return undefined;
  const values = at.const === undefined ? at.enum : [at.const];
  if (!Array.isArray(values) || values.length !== 1) return undefined;
  const [value] = values;
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isScalar ? value : undefined;
}
