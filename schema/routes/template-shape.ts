// Templates back to text: the key under which two templates are the same route, and the canonical spelling.
import type { Segment, Template } from './template.ts';

/**
 * Equal for templates that match the same paths: variable names are left out, `{v}` is `*`, spellings of a
 * literal (`%62ooks`) are one. Different keys may still overlap; that is no ambiguity.
 */
export function shapeKey(template: Template): string {
  const path = template.segments.map(formatSegment).join('/');
  return template.verb === undefined ? `/${path}` : `/${path}:${formatLiteral(template.verb)}`;
}

/** Canonical text; parsing it gives an equal template. */
export function formatTemplate(template: Template): string {
  const pieces: string[] = [];
  let next = 0;
  for (const variable of template.variables) {
    for (; next < variable.start; next++) pieces.push(formatAt(template, next));
    const bound: string[] = [];
    for (; next < variable.end; next++) bound.push(formatAt(template, next));
    const name = variable.fieldPath.join('.');
    const pattern = bound.join('/');
    pieces.push(pattern === '*' ? `{${name}}` : `{${name}=${pattern}}`);
  }
  for (; next < template.segments.length; next++) pieces.push(formatAt(template, next));
  const verb = template.verb === undefined ? '' : `:${formatLiteral(template.verb)}`;
  return `/${pieces.join('/')}${verb}`;
}

function formatAt(template: Template, index: number): string {
  const segment = template.segments[index];
  return segment === undefined ? '' : formatSegment(segment);
}

function formatSegment(segment: Segment): string {
  switch (segment.kind) {
    case 'literal':
      return formatLiteral(segment.text);
    case 'affix':
      return segment.literals.map(formatLiteral).join('{}');
    case 'any':
      return '*';
    case 'rest':
      return '**';
    default: {
      const unreachable: never = segment;
      return unreachable;
    }
  }
}

/** encodeURIComponent leaves `*`, which would read as a wildcard. */
function formatLiteral(text: string): string {
  return encodeURIComponent(text).replaceAll('*', '%2A');
}
