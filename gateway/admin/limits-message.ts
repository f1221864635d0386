// What calls of a service may take, in the admin API's messages: read with every wrong value named, written as set.
import type { Violation } from '../../core/error.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { ServiceDefinition } from '../../registry/service-definition.ts';
import { readDuration } from '../config/units.ts';

type Limits = Pick<
  ServiceDefinition,
  | 'maxMessageBytes'
  | 'maxUploadBytes'
  | 'operationSizes'
  | 'maxDeadlineMs'
  | 'streamIdleMs'
  | 'streamTotalMs'
  | 'forwardsAuthorization'
>;

/** As in the configuration file; the transport knows it as well. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const MAX_UPLOAD_BYTES = 1024 ** 4;

const TIMES = [
  ['maxDeadline', 'maxDeadlineMs'],
  ['streamIdle', 'streamIdleMs'],
  ['streamTotal', 'streamTotalMs'],
] as const;

/** Types were checked with the message. */
export function readLimits({ limits, dropAuthorization }: JsonObject, violations: Violation[]): Limits {
  const given = objectOf(limits);
  const { messageBytes, uploadBytes } = given;
  const sizes = Object.entries(objectOf(given.operationMessageBytes));
  return {
    ...(messageBytes !== undefined && {
      maxMessageBytes: readBytes(messageBytes, 'limits.messageBytes', violations),
    }),
    ...(uploadBytes !== undefined && {
      maxUploadBytes: readBytes(uploadBytes, 'limits.uploadBytes', violations, MAX_UPLOAD_BYTES),
    }),
    ...(sizes.length > 0 && {
      operationSizes: sizes.map(([operation, bytes]) => ({
        operation,
        maxMessageBytes: readBytes(bytes, `limits.operationMessageBytes["${operation}"]`, violations),
      })),
    }),
    ...Object.fromEntries(
      TIMES.flatMap(([name, member]) => {
        const text = given[name];
        return text === undefined ? [] : [[member, readTime(String(text), `limits.${name}`, violations)]];
      }),
    ),
    ...(dropAuthorization === true && { forwardsAuthorization: false }),
  };
}

export function writeLimits(definition: Limits): JsonObject {
  const { maxMessageBytes, maxUploadBytes, operationSizes, forwardsAuthorization } = definition;
  const limits: JsonObject = {
    ...(maxMessageBytes !== undefined && { messageBytes: String(maxMessageBytes) }),
    ...(maxUploadBytes !== undefined && { uploadBytes: String(maxUploadBytes) }),
    ...(operationSizes !== undefined && {
      operationMessageBytes: Object.fromEntries(
        operationSizes.map(({ operation, maxMessageBytes: bytes }) => [operation, String(bytes)]),
      ),
    }),
    ...Object.fromEntries(
      TIMES.flatMap(([name, member]) => {
        const milliseconds = definition[member];
        return milliseconds === undefined ? [] : [[name, `${milliseconds}ms`]];
      }),
    ),
  };
  return {
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(forwardsAuthorization === false && { dropAuthorization: true }),
  };
}

/** 64-bit integers are text in ProtoJSON. */
function readBytes(
  value: JsonValue,
  field: string,
  violations: Violation[],
  most: number = MAX_MESSAGE_BYTES,
): number {
  const bytes = Number(value);
  if (bytes < 1 || bytes > most) {
    violations.push({ field, description: `must be from 1 to ${most} bytes` });
  }
  return bytes;
}

function readTime(text: string, field: string, violations: Violation[]): number {
  const reading = readDuration(text);
  if (reading.ok && reading.value > 0) return reading.value;
  violations.push({ field, description: reading.ok ? 'must be more than 0' : reading.message });
  return 0;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
