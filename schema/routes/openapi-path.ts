// Paths of OpenAPI documents read into the templates of the one route table. `{name}` is one non-empty segment, or a
// part of one with text around it; a raw colon behind which only text follows begins a verb, as in proto templates.
import type { Problem, Result } from '../../core/problem.ts';
import {
  MAX_TEMPLATE_LENGTH,
  MAX_TEMPLATE_SEGMENTS,
  type Segment,
  type Template,
  type TemplateVariable,
} from './template.ts';

/** `**` as the last segment stands for any number of them: plain proxies have it, documents do not. */
export function parseOpenapiPath(text: string): Result<Template> {
  if (text.length > MAX_TEMPLATE_LENGTH)
    return refuse(text, `is longer than ${MAX_TEMPLATE_LENGTH} characters`);
  if (!text.startsWith('/')) return refuse(text, 'does not begin with "/"');
  const { path, verb } = splitVerb(text);
  const segments: Segment[] = [];
  const variables: TemplateVariable[] = [];
  const parts = path.slice(1).split('/');
  if (parts.length > MAX_TEMPLATE_SEGMENTS) {
    return refuse(text, `has ${parts.length} segments, more than ${MAX_TEMPLATE_SEGMENTS}`);
  }
  for (const [index, part] of parts.entries()) {
    if (part === '**' && index === parts.length - 1) {
      segments.push({ kind: 'rest' });
      continue;
    }
    const pieces = splitPieces(part);
    if (pieces === undefined) return refuse(text, `has a brace without its other in "${part}"`);
    const { literals, names } = pieces;
    const fault = faultOf(literals, names, variables);
    if (fault !== undefined) return refuse(text, fault);
    const isWhole = names.length === 1 && literals.every((literal) => literal === '');
    if (names.length === 0) segments.push({ kind: 'literal', text: literals[0] ?? '' });
    else segments.push(isWhole ? { kind: 'any' } : { kind: 'affix', literals });
    for (const [piece, name] of names.entries()) {
      const variable = { fieldPath: [name], isMultiSegment: false, start: index, end: index + 1 };
      variables.push(isWhole ? variable : { ...variable, piece });
    }
  }
  const restIndex = segments.findIndex(({ kind }) => kind === 'rest');
  return { ok: true, value: { text, segments, variables, verb, restIndex }, problems: [] };
}

function splitVerb(text: string): { readonly path: string; readonly verb: string | undefined } {
  const colon = text.lastIndexOf(':');
  const verb = text.slice(colon + 1);
  // Without anything before it, a colon is only the beginning of a segment.
  const isVerb = colon > text.lastIndexOf('/') + 1 && verb !== '' && !/[{}]/.test(verb);
  return isVerb ? { path: text.slice(0, colon), verb: decode(verb) } : { path: text, verb: undefined };
}

/** `{a}-{b}.json` is ['', '-', '.json'] around [a, b]. */
function splitPieces(part: string): { readonly literals: string[]; readonly names: string[] } | undefined {
  const pieces = part.split(/\{([^{}]*)\}/);
  const literals = pieces.filter((_, index) => index % 2 === 0);
  if (literals.some((literal) => /[{}]/.test(literal))) return undefined;
  return { literals: literals.map(decode), names: pieces.filter((_, index) => index % 2 === 1) };
}

function faultOf(
  literals: readonly string[],
  names: readonly string[],
  before: readonly TemplateVariable[],
): string | undefined {
  const [only = ''] = literals;
  if (names.length === 0) {
    if (only === '.' || only === '..') return `has the segment "${only}", which no path may hold`;
  }
  if (literals.some((literal) => literal.includes('\0'))) return 'holds %00, which no path may hold';
  if (literals.slice(1, -1).includes('')) return 'has two variables with nothing between them';
  const taken = new Set(before.map(({ fieldPath }) => fieldPath.join('.')));
  for (const name of names) {
    if (name === '') return 'has a variable without a name';
    if (taken.has(name)) return `has the variable {${name}} twice`;
    taken.add(name);
  }
  return undefined;
}

/** Documents write literals encoded or not. */
function decode(literal: string): string {
  if (!literal.includes('%')) return literal;
  try {
    return decodeURIComponent(literal);
  } catch {
    return literal;
  }
}

function refuse(text: string, what: string): Result<Template> {
  const message = `the path "${text.slice(0, 200)}" ${what}`;
  const problem: Problem = { severity: 'error', rule: 'path-template', message };
  return { ok: false, problems: [problem] };
}
