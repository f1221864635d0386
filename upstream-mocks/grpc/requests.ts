// Request messages that all resource services have in common, and the refusal of bad ones.
import { status } from '@grpc/grpc-js';
import { badRequest, type FieldViolation } from './details.ts';
import { MockStatus } from './status.ts';

export interface ByName {
  name?: string;
}

export interface ByNames {
  names?: string[];
}

export interface PageRequest {
  page_size?: number;
  page_token?: string;
}

export interface FieldMask {
  paths?: string[];
}

/** Throws INVALID_ARGUMENT with one BadRequest violation per entry, unless there is none. */
export function refuse(violations: readonly (FieldViolation | false | undefined)[]): void {
  const found = violations.filter((violation) => typeof violation === 'object');
  if (found.length === 0) return;
  const message = found.map(({ field, description }) => `${field} ${description}`).join('; ');
  throw new MockStatus(status.INVALID_ARGUMENT, message, { details: [badRequest(found)] });
}

/** A violation unless the text is there. */
export function required(field: string, text: string | undefined): FieldViolation | undefined {
  return text === undefined || text === '' ? { field, description: 'must be given' } : undefined;
}

/** A violation unless the text, if there is one, is fit to be the last part of a resource name. */
export function identifier(field: string, text: string | undefined): FieldViolation | undefined {
  if (text === undefined || text === '' || /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) return undefined;
  return { field, description: 'must be 1 to 63 of a-z, 0-9 and hyphens, a letter first, no hyphen last' };
}
