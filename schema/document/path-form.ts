// A path template as OpenAPI writes it: each wildcard is a parameter of its own, since a parameter of OpenAPI is one
// segment. `/v1/{name=shelves/*/books/*}:read` → `/v1/shelves/{shelf}/books/{book}:read`.
import type { Segment, Template, TemplateVariable } from '../routes/template.ts';
import type { ResourceNames } from './resource-names.ts';

export interface PathForm {
  readonly path: string;
  /** In order. */
  readonly parameters: readonly PathParameter[];
}

export interface PathParameter {
  readonly name: string;
  /** What it fills, alone or as a part; undefined for a wildcard outside of variables, which fills nothing. */
  readonly variable: TemplateVariable | undefined;
  /** It is all that the variable has. */
  readonly isWhole: boolean;
  /** `**`: any number of segments, with the slashes between them. */
  readonly isRest: boolean;
}

/** `nameOf`: what the field of a variable is called. `form` of a variable: see `variableForm`. */
export function pathForm(
  template: Template,
  names: ResourceNames,
  nameOf: (variable: TemplateVariable) => string,
): PathForm {
  const parameters: PathParameter[] = [];
  const taken = new Set<string>();
  const pieces = template.segments.map((segment, index) => {
    if (segment.kind === 'literal') return encodeURIComponent(segment.text);
    const variable = template.variables.find(({ start, end }) => start <= index && index < end);
    const isWhole = variable !== undefined && variable.end - variable.start === 1;
    const wished =
      variable === undefined
        ? `segment${index + 1}`
        : isWhole
          ? nameOf(variable)
          : (ofResource(template, variable, index, names) ?? ofNeighbour(template, variable, index, nameOf));
    const name = free(wished, taken);
    parameters.push({ name, variable, isWhole, isRest: segment.kind === 'rest' });
    return `{${name}}`;
  });
  const verb = template.verb === undefined ? '' : `:${encodeURIComponent(template.verb)}`;
  return { path: `/${pieces.join('/')}${verb}`, parameters };
}

/** What a value of the variable looks like, with the parameters in it: `shelves/{shelf}/books/{book}`. */
export function variableForm(
  template: Template,
  { parameters }: PathForm,
  variable: TemplateVariable,
): string {
  const own = parameters.filter((parameter) => parameter.variable === variable);
  let next = 0;
  return template.segments
    .slice(variable.start, variable.end)
    .map((segment) => (segment.kind === 'literal' ? segment.text : `{${own[next++]?.name ?? ''}}`))
    .join('/');
}

function ofResource(
  { segments }: Template,
  { start, end }: TemplateVariable,
  index: number,
  names: ResourceNames,
): string | undefined {
  const own = segments.slice(start, end);
  const before = segments.slice(start, index).filter(isWildcard).length;
  return names.get(own.map(shapeOf).join('/'))?.[before];
}

/** `shelves/*` → `shelvesId`; whatever stands after no word is numbered. */
function ofNeighbour(
  { segments }: Template,
  variable: TemplateVariable,
  index: number,
  nameOf: (variable: TemplateVariable) => string,
): string {
  const before = index > variable.start ? segments[index - 1] : undefined;
  const word = before?.kind === 'literal' ? before.text.replace(/\W+/g, '_') : '';
  return /^[A-Za-z]/.test(word) ? `${word}Id` : `${nameOf(variable)}${index - variable.start + 1}`;
}

function isWildcard({ kind }: Segment): boolean {
  return kind !== 'literal';
}

function shapeOf(segment: Segment): string {
  return segment.kind === 'literal' ? segment.text : '*';
}

function free(wished: string, taken: Set<string>): string {
  let name = wished;
  for (let number = 2; taken.has(name); number++) name = `${wished}${number}`;
  taken.add(name);
  return name;
}
