// What of a reply is the answer, and how it is written: the whole message or the field that `response_body` names,
// as JSON in the form that the service chose and the client asked for, or as the bytes of a google.api.HttpBody.
// Made once per binding; what a client asks for in particular is made when it does, and kept for a while.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { HttpBinding, Operation } from '../../core/operation.ts';
import type { Payload } from '../../core/payload.ts';
import { DEFAULT_OUTPUT, type OutputOptions } from '../../core/rest-options.ts';
import { findRuleField } from '../json/fields.ts';
import { createFieldWriter, createJsonWriter } from '../json/json-writer.ts';
import { nodeToWire } from '../json/library-codec.ts';
import { prettyJson } from '../json/pretty.ts';
import { scanJson } from '../json/scan.ts';
import { jsonFormOf } from '../json/well-known.ts';
import { type HttpBody, isHttpBody, readHttpBody } from './http-body.ts';
import { type ProtobufType, protobufTypeOf, type StreamForm, streamFormOf } from './media-type.ts';
import { createNameTest } from './name-test.ts';
import { withOwnFields } from './own-fields.ts';
import { requiresFields } from './required-fields.ts';
import type { SystemParameters, SystemRules } from './system-parameters.ts';
import { messageInField } from './wire-parts.ts';

export interface ReplyPlan {
  /** The answer: JSON text in UTF-8, or the bytes of an HttpBody. Throws for a message that is not of its type. */
  readonly write: (payload: Payload) => Uint8Array;
  /** JSON text on one line, even of an HttpBody: for forms in which a line break means something. */
  readonly writeLine: (payload: Payload) => Uint8Array;
  /** Of an answer that is an HttpBody; undefined: answers are JSON. */
  readonly readRaw: ((payload: Payload) => HttpBody) | undefined;
  /** Where the answer may be protobuf; undefined: it may not. */
  readonly protobuf: ProtobufAnswer | undefined;
  /** Answered by 204, without a body. */
  readonly isBodiless: boolean;
  /** A message has a field `error`. */
  readonly hasError: boolean;
  /** Lines of NDJSON are `{"result": …}`, so that none can be taken for an error. */
  readonly wrapsLines: boolean;
  /** How a stream is written for this `Accept`. */
  readonly streamForm: (accept: string | undefined) => StreamForm;
  /** The plan for what a client asked for. */
  asked(system: SystemParameters): ReplyPlan;
}

export interface ProtobufAnswer {
  /** The type that this `Accept` asks for; undefined: JSON. */
  readonly typeOf: (accept: string | undefined) => ProtobufType | undefined;
  readonly write: Writer;
}

type ReplyOperation = Pick<Operation, 'output' | 'types' | 'rest' | 'shape'>;
type Writer = ReplyPlan['write'];

export function createReplyPlan(operation: ReplyOperation, binding: HttpBinding): ReplyPlan {
  if (binding.responseBody === undefined) return makePlan(operation, undefined, undefined);
  const { output } = operation;
  const fields = { ...operation, output: { ...output, descriptor: withOwnFields(output.descriptor) } };
  return makePlan(fields, fieldOf(fields, binding), undefined);
}

/** What clients of this binding may ask for. */
export function systemRules(
  operation: ReplyOperation & Pick<Operation, 'input'>,
  binding: HttpBinding,
): SystemRules {
  const field = fieldOf(operation, binding);
  const answer = field === undefined ? operation.output.descriptor : messageOf(field);
  return {
    request: operation.input.descriptor,
    answer: answer !== undefined && jsonFormOf(answer) === 'message' ? answer : undefined,
    isStream: operation.shape === 'server_stream' || operation.shape === 'bidi_stream',
    isHttpBody: isRawAnswer(operation, field),
    isIgnored: createNameTest(operation.rest.ignoreQuery),
  };
}

/** The field that is the answer; undefined: the whole message is. */
function fieldOf({ output }: Pick<Operation, 'output'>, binding: HttpBinding): DescField | undefined {
  if (binding.responseBody === undefined) return undefined;
  const field = findRuleField(output.descriptor, binding.responseBody);
  if (field === undefined) throw new Error(`no field ${binding.responseBody} in ${output.name}`);
  return field;
}

/** True if the answer, or each message of a stream of them, is a google.api.HttpBody. */
function isRawAnswer({ output }: Pick<Operation, 'output'>, field: DescField | undefined): boolean {
  if (field === undefined) return isHttpBody(output.descriptor);
  return field.fieldKind === 'message' && isHttpBody(field.message);
}

/** Whether a line of the stream could be taken for the one that tells of an error. */
function hasFieldError({ output }: ReplyOperation, field: DescField | undefined): boolean {
  if (field?.fieldKind === 'list') return false;
  const message = field === undefined ? output.descriptor : messageOf(field);
  return message?.fields.some((one) => one.name === 'error' || one.jsonName === 'error') ?? false;
}

/** A map has keys of its own instead of fields. */
function messageOf(field: DescField): DescMessage | undefined {
  return field.fieldKind === 'map' ? undefined : field.message;
}

function makePlan(
  operation: ReplyOperation,
  field: DescField | undefined,
  system: SystemParameters | undefined,
): ReplyPlan {
  const { rest, output } = operation;
  const isRaw = isRawAnswer(operation, field) && (system?.alt === undefined || system.alt === 'media');
  const readRaw = isRaw ? (payload: Payload) => readHttpBody(payload.wire(), field) : undefined;
  const writeLine = jsonWriter(operation, field, system);
  const forced = system?.alt === 'sse' ? 'sse' : system?.alt === undefined ? undefined : 'array';
  const hasError = hasFieldError(operation, field);
  const variants = keptVariants();
  return {
    writeLine,
    write:
      readRaw !== undefined
        ? (payload) => readRaw(payload).data
        : system?.pretty === true
          ? (payload) => prettyJson(writeLine(payload))
          : writeLine,
    readRaw,
    protobuf: protobufAnswer(operation, field, system),
    isBodiless:
      rest.emptyAs204 && field === undefined && output.descriptor.typeName === 'google.protobuf.Empty',
    hasError,
    wrapsLines: rest.ndjsonWrapper === 'always' || hasError,
    streamForm: (accept) => forced ?? streamFormOf(accept, rest.streamDefault),
    asked: (asked) => variants(asked, () => makePlan(operation, field, asked)),
  };
}

/** For services that chose it, unless the client asks for JSON by `$alt`. */
function protobufAnswer(
  operation: ReplyOperation,
  field: DescField | undefined,
  system: SystemParameters | undefined,
): ProtobufAnswer | undefined {
  const { output, types, rest, shape } = operation;
  const message = field === undefined ? output.descriptor : singleMessage(field);
  const isSingle = shape === 'unary' || shape === 'client_stream';
  if (!rest.protobuf || !isSingle || message === undefined || isHttpBody(message)) return undefined;
  if (system?.alt !== undefined) return undefined;
  if (system?.mask?.projection !== undefined) {
    // A part that lacks what is required is no message.
    if (requiresFields(message)) return undefined;
    const masked = jsonWriter({ ...operation, rest: { ...rest, output: DEFAULT_OUTPUT } }, field, system);
    const write: Writer = (payload) => nodeToWire(scanJson(textOf(masked(payload))), message, types);
    return { typeOf: protobufTypeOf, write };
  }
  return {
    typeOf: protobufTypeOf,
    write: (payload) => (field === undefined ? payload.wire() : messageInField(payload.wire(), field)),
  };
}

function singleMessage(field: DescField): DescMessage | undefined {
  return field.fieldKind === 'message' ? field.message : undefined;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function jsonWriter(
  { output: { descriptor }, types, rest }: ReplyOperation,
  field: DescField | undefined,
  system: SystemParameters | undefined,
): Writer {
  const isNumbered = system?.alt === 'json;enum-encoding=int';
  const output = isNumbered ? { ...rest.output, enumsAsNumbers: true } : rest.output;
  const mask = system?.mask?.projection;
  if (field === undefined) {
    // Canonical JSON is kept by the payload, for whoever else wants it.
    if (mask === undefined && isDefault(output)) return (payload) => payload.json();
    const write = createJsonWriter(descriptor, { types, output, mask });
    return (payload) => write(payload.wire());
  }
  const write = createFieldWriter(descriptor, field, { types, output, mask });
  return (payload) => write(payload.wire());
}

function isDefault(output: OutputOptions): boolean {
  return (Object.keys(DEFAULT_OUTPUT) as (keyof OutputOptions)[]).every((key) => !output[key]);
}

/** Of all routes together: clients make them up, so there must be an end to it. */
const MAX_VARIANTS = 500;
const kept = new Map<string, ReplyPlan>();
let plans = 0;

function keptVariants(): (system: SystemParameters, make: () => ReplyPlan) => ReplyPlan {
  plans += 1;
  const own = String(plans);
  return ({ alt, pretty, mask }, make) => {
    const key = JSON.stringify([own, alt ?? null, pretty, mask?.text ?? null]);
    let plan = kept.get(key);
    if (plan === undefined) {
      plan = make();
      if (kept.size >= MAX_VARIANTS) kept.clear();
      kept.set(key, plan);
    }
    return plan;
  };
}
