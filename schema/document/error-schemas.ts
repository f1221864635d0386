// The body of every refusal, in the form that a service has chosen: RFC 9457 problem details, AIP-193, or
// google.rpc.Status. Sources: transcoding reference, section 9.3; docs/problems.md.
import { CODES } from '../../core/code.ts';
import type { JsonObject } from '../../core/json.ts';
import type { RestOptions } from '../../core/rest-options.ts';
import { componentRef, type PartComponent } from './document-part.ts';

interface ErrorForm {
  /** Full name of the response and of its schema. */
  readonly ref: string;
  readonly name: string;
  readonly mediaType: string;
  readonly schema: JsonObject;
}

const CODE_NAMES = CODES.map((code) => code.toUpperCase());

const DETAILS: JsonObject = {
  type: 'array',
  description: 'google.rpc details, each with its type as `@type`.',
  items: { type: 'object', properties: { '@type': { type: 'string' } }, additionalProperties: true },
};

export const ERROR_FORMS: Readonly<Record<RestOptions['errors'], ErrorForm>> = {
  problem: {
    ref: 'dragoman.Problem',
    name: 'Problem',
    mediaType: 'application/problem+json',
    schema: {
      type: 'object',
      description: 'Why a request failed (RFC 9457).',
      properties: {
        type: {
          type: 'string',
          description: 'Kind of failure, made to be compared: `urn:dragoman:problem:not-found`.',
        },
        title: { type: 'string', description: 'The same for all failures of the type.' },
        status: { type: 'integer', format: 'int32', description: 'The HTTP status once more.' },
        detail: { type: 'string', description: 'This failure in one sentence, made to be read.' },
        instance: { type: 'string', description: 'Path of the request.' },
        code: { type: 'string', description: 'A google.rpc.Code.', enum: CODE_NAMES },
        requestId: { type: 'string', description: 'Also in the header `X-Request-Id`.' },
        source: { type: 'string', description: 'Who refused.', enum: ['gateway', 'upstream'] },
        reason: { type: 'string', description: 'What programs compare where the code is too coarse.' },
        domain: { type: 'string', description: 'Whose reason it is.' },
        violations: {
          type: 'array',
          description: 'Which fields are wrong.',
          items: {
            type: 'object',
            properties: {
              field: {
                type: 'string',
                description:
                  'Of gRPC services: a path from the root of the message, or the name of a parameter or header. ' +
                  'Of HTTP services: a JSON pointer into the body (the empty one is all of it), or a place with ' +
                  'a name, such as `query/limit`.',
              },
              description: { type: 'string', description: 'What is wrong with it.' },
            },
            required: ['field', 'description'],
          },
        },
        details: DETAILS,
      },
      required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'requestId', 'source'],
    },
  },
  google: {
    ref: 'dragoman.GoogleError',
    name: 'GoogleError',
    mediaType: 'application/json',
    schema: {
      type: 'object',
      description: 'Why a request failed (AIP-193).',
      properties: {
        error: {
          type: 'object',
          properties: {
            code: { type: 'integer', format: 'int32', description: 'The HTTP status once more.' },
            message: { type: 'string', description: 'This failure in one sentence.' },
            status: { type: 'string', description: 'A google.rpc.Code.', enum: CODE_NAMES },
            details: DETAILS,
          },
          required: ['code', 'message', 'status', 'details'],
        },
      },
      required: ['error'],
    },
  },
  status: {
    ref: 'dragoman.Status',
    name: 'Status',
    mediaType: 'application/json',
    schema: {
      type: 'object',
      description: 'Why a request failed (google.rpc.Status).',
      properties: {
        code: { type: 'integer', format: 'int32', description: 'The number of a google.rpc.Code.' },
        message: { type: 'string', description: 'This failure in one sentence.' },
        details: DETAILS,
      },
      required: ['code', 'message', 'details'],
    },
  },
};

/** The response and its schema. */
export function errorComponents(style: RestOptions['errors']): readonly PartComponent[] {
  const { ref, name, mediaType, schema } = ERROR_FORMS[style];
  const response = {
    description: 'The request failed.',
    content: { [mediaType]: { schema: { $ref: componentRef('schemas', ref) } } },
  };
  return [
    { kind: 'schemas', name, fullName: ref, value: schema },
    { kind: 'responses', name, fullName: ref, value: response },
  ];
}
