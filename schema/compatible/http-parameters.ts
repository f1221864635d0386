// Parameters of an HTTP operation before and after. A header is the same however it is spelled.
import type { HttpParameter } from '../../core/http-operation.ts';
import type { SeenRoute, Severity } from './difference.ts';
import type { SchemaPairs } from './schema-pairs.ts';

export type ParameterReport = (severity: Severity, rule: string, name: string, message: string) => void;

export function compareParameters(
  before: readonly HttpParameter[],
  after: readonly HttpParameter[],
  route: SeenRoute,
  pairs: SchemaPairs | undefined,
  report: ParameterReport,
): void {
  // Those of the path are there in both, perhaps under other names.
  const [was, is] = [before, after].map((all) => all.filter(({ place }) => place !== 'path'));
  const [given, taken] = [before, after].map((all) => all.filter(({ place }) => place === 'path'));
  for (const [index, parameter] of given?.entries() ?? []) {
    const other = taken?.find(({ name }) => name === parameter.name) ?? taken?.[index];
    if (other !== undefined)
      pairs?.compare('request', parameter.schema, other.schema, `${route.name} ${nameOf(parameter)}`, route);
  }
  const others = new Map(is?.map((parameter) => [keyOf(parameter), parameter]));
  for (const parameter of was ?? []) {
    const other = others.get(keyOf(parameter));
    others.delete(keyOf(parameter));
    const name = nameOf(parameter);
    if (other === undefined) {
      report('dangerous', 'parameter-removed', name, 'is described no more; it may be ignored or refused');
      continue;
    }
    if (other.isRequired && !parameter.isRequired)
      report('breaking', 'parameter-required', name, 'has to be given now');
    if (formOf(other) !== formOf(parameter)) {
      const message = `is written as ${formOf(other)} now, was as ${formOf(parameter)}`;
      report('breaking', 'parameter-style', name, message);
    }
    pairs?.compare('request', parameter.schema, other.schema, `${route.name} ${name}`, route);
    if (other.isDeprecated && !parameter.isDeprecated)
      report('safe', 'deprecated', name, 'is deprecated now');
  }
  for (const parameter of others.values()) {
    const name = nameOf(parameter);
    if (parameter.isRequired) {
      report('breaking', 'parameter-required', name, 'a new parameter that has to be given');
    } else report('safe', 'parameter-added', name, 'a new parameter');
  }
}

function keyOf({ place, name }: HttpParameter): string {
  return `${place} ${place === 'header' ? name.toLowerCase() : name}`;
}

/** `query limit` */
function nameOf({ place, name }: HttpParameter): string {
  return `${place} ${name}`;
}

function formOf({ style, explode, mediaType }: HttpParameter): string {
  return mediaType ?? (explode ? `${style}, exploded` : style);
}
