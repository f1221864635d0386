// Parameters that every method of a proto service takes beside those of its request; components, since they are the same
// everywhere. Source: transcoding reference, section 12.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { JsonObject } from '../../core/json.ts';
import type { Operation } from '../../core/operation.ts';
import { componentRef, type PartComponent } from './document-part.ts';
import { isHttpBody, type RuleFields } from './rule-fields.ts';
import { wellKnownKind } from './scalar-schema.ts';

interface SystemParameter {
  /** Of the component. */
  readonly component: string;
  readonly value: JsonObject;
}

const FORMS = ['json', 'json;enum-encoding=int'];

const ALT = alt('alt', FORMS, 'enums by name or by number');
const ALT_STREAM = alt('altStream', [...FORMS, 'sse'], 'JSON with enums by name or by number, or events');
const ALT_MEDIA = alt('altMedia', [...FORMS, 'media'], 'JSON around the bytes, or the bytes alone');

const FIELDS: SystemParameter = {
  component: 'fields',
  value: {
    name: '$fields',
    in: 'query',
    description:
      'Which fields of the answer are wanted: paths, separated by commas. Others are left out, also where the schema requires them. `X-Goog-FieldMask` says the same.',
    schema: { type: 'string' },
    example: '*',
  },
};

const PRETTY: SystemParameter = {
  component: 'prettyPrint',
  value: {
    name: '$prettyPrint',
    in: 'query',
    description: 'JSON on several lines, for people.',
    schema: { type: 'boolean', default: false },
  },
};

function alt(component: string, forms: readonly string[], what: string): SystemParameter {
  return {
    component,
    value: {
      name: '$alt',
      in: 'query',
      description: `Form of the answer: ${what}.`,
      schema: { type: 'string', enum: [...forms] },
    },
  };
}

const PREFIX = 'dragoman.';

/** Collects which of them operations refer to. */
export class SystemParameters {
  readonly #used = new Set<SystemParameter>();

  /** References, in a fixed order. */
  of({ output, shape }: Pick<Operation, 'output' | 'shape'>, { response }: RuleFields): JsonObject[] {
    const answer = answerOf(output.descriptor, response);
    const isRaw = response?.fieldKind !== 'list' && isHttpBody(answer);
    const isStream = shape === 'server_stream' || shape === 'bidi_stream';
    const hasFields = answer !== undefined && !isRaw && wellKnownKind(answer) === undefined;
    const own = [
      isRaw ? ALT_MEDIA : isStream ? ALT_STREAM : ALT,
      ...(hasFields && answer.fields.length > 0 ? [FIELDS] : []),
      PRETTY,
    ];
    return own.map((parameter) => {
      this.#used.add(parameter);
      return { $ref: componentRef('parameters', PREFIX + parameter.component) };
    });
  }

  components(): PartComponent[] {
    return [...this.#used].map(({ component, value }) => ({
      kind: 'parameters' as const,
      name: component,
      fullName: PREFIX + component,
      value,
    }));
  }
}

/** A list is chosen from as its items are; a map, or a field that is no message, has no fields to choose from. */
function answerOf(output: DescMessage, response: DescField | undefined): DescMessage | undefined {
  if (response === undefined) return output;
  return response.fieldKind === 'map' ? undefined : response.message;
}
