// The REST choices in the admin API's messages: read with every wrong value named, written as they were set.
import type { Violation } from '../../core/error.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { OutputOptions, RestSettings } from '../../core/rest-options.ts';
import { responseFault } from '../../translators/rest/response-rules.ts';

const CHOICES = {
  unknownFields: ['refuse', 'ignore'],
  streamDefault: ['array', 'ndjson', 'sse'],
  ndjsonWrapper: ['auto', 'always'],
  errors: ['problem', 'google', 'status'],
  multiSegmentDecode: ['spec', 'keepReserved', 'all'],
  trailingSlash: ['strict', 'ignore'],
  queryWithWholeBody: ['refuse', 'ignore'],
  bodyConflict: ['pathWins', 'reject'],
} as const;

/** Undefined if nothing was chosen. Types were checked with the message; only the words are left to check. */
export function readRest(value: JsonValue | undefined, violations: Violation[]): RestSettings | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const settings: JsonObject = { ...value };
  for (const [name, words] of Object.entries(CHOICES)) {
    const word = settings[name];
    if (word !== undefined && !(words as readonly JsonValue[]).includes(word)) {
      violations.push({ field: `rest.${name}`, description: `must be one of ${words.join(', ')}` });
    }
  }
  if (Array.isArray(settings.responseHeaders)) {
    settings.responseHeaders = readResponseHeaders(settings.responseHeaders, violations);
  }
  return Object.keys(settings).length === 0 ? undefined : (settings as RestSettings);
}

function readResponseHeaders(value: readonly JsonValue[], violations: Violation[]): JsonValue {
  const rules = value.map((rule) => String(rule).toLowerCase());
  for (const [index, rule] of rules.entries()) {
    const fault = responseFault(rule);
    if (fault !== undefined) {
      violations.push({ field: `rest.responseHeaders[${index}]`, description: `this renaming ${fault}` });
    }
  }
  return rules;
}

export function writeRest(rest: RestSettings | undefined): { rest?: JsonObject } {
  if (rest === undefined) return {};
  const { output, ...others } = rest;
  return {
    rest: { ...(others as JsonObject), ...(output !== undefined && { output: writeOutput(output) }) },
  };
}

function writeOutput(output: Partial<OutputOptions>): JsonObject {
  return { ...output };
}
