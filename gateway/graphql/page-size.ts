// How many items a page of an operation can have, as far as its source or its operator says. For costs alone: nothing is
// enforced here. Sources: AIP-158; graphql reference, section 9 ("Cost").
import type { Join } from '../../core/graph.ts';
import type { HttpOperation, JsonSchema } from '../../core/http-operation.ts';

/** Names of what limits a list, by AIP-158 and as it is called elsewhere, whatever their spelling. */
const PAGE_SIZES: ReadonlySet<string> = new Set(['pagesize', 'perpage', 'maxresults', 'limit', 'first']);

export function isPageSize(name: string): boolean {
  return PAGE_SIZES.has(name.toLowerCase().replaceAll(/[-_]/g, ''));
}

/** The `maximum` of the page size in the document of an HTTP operation. */
export function declaredMaximum({ parameters, document }: HttpOperation): number | undefined {
  const parameter = parameters.find(({ name, place }) => place === 'query' && isPageSize(name));
  if (parameter === undefined) return undefined;
  const maximum = maximumOf(parameter.schema);
  if (maximum !== undefined) return maximum;
  const name = componentOf(parameter.schema);
  return name === undefined ? undefined : maximumOf(document?.schemas.get(name));
}

/** What the operator has declared that every call of the join asks for. */
export function fixedPage({ constants = [] }: Join): number | undefined {
  const fixed = constants.find(({ request }) => isPageSize(request.at(-1) ?? ''));
  return wholeNumber(Number(fixed?.value));
}

function maximumOf(schema: JsonSchema | undefined): number | undefined {
  if (typeof schema !== 'object') return undefined;
  const { maximum, exclusiveMaximum } = schema;
  if (typeof maximum === 'number') return wholeNumber(Math.floor(maximum));
  return typeof exclusiveMaximum === 'number' ? wholeNumber(Math.ceil(exclusiveMaximum) - 1) : undefined;
}

function componentOf(schema: JsonSchema): string | undefined {
  const reference = typeof schema === 'object' ? schema.$ref : undefined;
  if (typeof reference !== 'string') return undefined;
  const escaped = reference.slice(reference.lastIndexOf('/') + 1);
  return escaped.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** At least one. */
function wholeNumber(value: number): number | undefined {
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
