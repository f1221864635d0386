// Parameters that have to be given and leave no choice, such as the name of an action: nobody needs to be asked.
import type { HttpDocument, HttpParameter, JsonSchema } from './http-operation.ts';
import type { JsonValue } from './json.ts';

const PREFIX = '#/components/schemas/';
const MAX_HOPS = 10;

/** Undefined if there is a choice, or the parameter may be left out. */
export function onlyValue(
  { isRequired, mediaType, schema }: HttpParameter,
  document: Pick<HttpDocument, 'schemas'> | undefined,
): string | number | boolean | undefined {
  if (!isRequired || mediaType !== undefined) return undefined;
  let at: JsonSchema | undefined = schema;
  for (let hops = 0; typeof at === 'object' && hops < MAX_HOPS; hops += 1) {
    const reference: JsonValue | undefined = at.$ref;
    if (typeof reference !== 'string') break;
    const name: string = reference.startsWith(PREFIX) ? reference.slice(PREFIX.length) : '';
    at = document?.schemas.get(name.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  if (typeof at !== 'object') return undefined;
  const [value, ...others] = at.const === undefined ? (Array.isArray(at.enum) ? at.enum : []) : [at.const];
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isScalar && others.length === 0 ? value : undefined;
}
