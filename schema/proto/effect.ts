// Decides what calling a method does. Order of evidence: graphql reference, section 3.4.
// A name alone proves nothing (GetawayNow): the request and the response have to fit as well.
import { type DescField, type DescMessage, type DescMethod, ScalarType } from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import type { Effect, HttpBinding } from '../../core/operation.ts';

export interface EffectDecision {
  readonly effect: Effect;
  readonly reason: string;
}

/** `declared` are the http rules of the method, the primary one first. */
export function decideEffect(method: DescMethod, declared: readonly HttpBinding[]): EffectDecision {
  const primary = declared[0];
  if (primary?.method === 'GET') return { effect: 'read', reason: 'its http rule is a GET' };
  if (method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS) {
    return { effect: 'read', reason: 'idempotency_level is NO_SIDE_EFFECTS' };
  }
  if (primary === undefined) {
    const shape = aipReadShape(method);
    if (shape !== undefined) return { effect: 'read', reason: shape };
  }
  if (method.idempotency === MethodOptions_IdempotencyLevel.IDEMPOTENT) {
    return { effect: 'idempotent', reason: 'idempotency_level is IDEMPOTENT' };
  }
  return {
    effect: 'write',
    reason:
      primary === undefined
        ? 'nothing says that it only reads'
        : `its http rule is ${article(primary.method)} ${primary.method}`,
  };
}

function article(method: string): string {
  return /^[AEIOU]/.test(method) ? 'an' : 'a';
}

function aipReadShape(method: DescMethod): string | undefined {
  const [, verb, noun] = /^(BatchGet|Get|List|Search)([A-Z].*)$/.exec(method.name) ?? [];
  if (verb === undefined || noun === undefined) return undefined;
  const { input, output } = method;
  switch (verb) {
    case 'Get':
      return isGet(input, output, noun)
        ? 'it has the shape of AIP-131 Get: one identifying field in, the resource out'
        : undefined;
    case 'BatchGet':
      return input.fields.filter(isKeyList).length === 1 && hasOneRepeatedResource(output)
        ? 'it has the shape of AIP-231 BatchGet: keys in, resources out'
        : undefined;
    default:
      return isPaged(input) && hasOneRepeatedResource(output)
        ? `it has the shape of AIP-132 ${verb}: page fields in, resources out`
        : undefined;
  }
}

function isGet(input: DescMessage, output: DescMessage, noun: string): boolean {
  const identifying = input.fields.filter((field) => field.fieldKind === 'scalar' && isKeyScalar(field));
  return identifying.length === 1 && output.name === noun;
}

function isPaged(input: DescMessage): boolean {
  return input.fields.some((field) => field.name === 'page_size' || field.name === 'page_token');
}

function hasOneRepeatedResource(output: DescMessage): boolean {
  return (
    output.fields.filter((field) => field.fieldKind === 'list' && field.listKind === 'message').length === 1
  );
}

function isKeyList(field: DescField): boolean {
  return field.fieldKind === 'list' && field.listKind === 'scalar' && isKeyType(field.scalar);
}

function isKeyScalar(field: DescField): boolean {
  return field.fieldKind === 'scalar' && isKeyType(field.scalar);
}

function isKeyType(scalar: ScalarType): boolean {
  switch (scalar) {
    case ScalarType.BOOL:
    case ScalarType.BYTES:
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return false;
    default:
      return true;
  }
}
