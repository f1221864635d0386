// The graph's choices in the admin API's messages: read with every wrong word named, written as they were set.

import type { Violation } from '../../core/error.ts';
import {
  type GraphSettings,
  MAX_OVERLAY_COST,
  MAX_STREAM_LIST,
  OVERLAY_EFFECTS,
} from '../../core/graph-settings.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';

const CHOICES = {
  enumNames: ['short', 'full'],
  typeNames: ['short', 'qualified'],
  onClash: ['yield', 'refuse'],
  maps: ['entries', 'json'],
  outputNullability: ['strict', 'lenient'],
} as const;

const OVERLAY_CHOICES = {
  effect: OVERLAY_EFFECTS,
  oneof: ['union', 'fields'],
  stream: ['subscription', 'list'],
} as const;

/** Undefined if nothing was chosen. Types were checked with the message; whether an entry matches, the registry says. */
export function readGraphql(
  value: JsonValue | undefined,
  violations: Violation[],
): GraphSettings | undefined {
  const settings = object(value);
  if (settings === undefined || Object.keys(settings).length === 0) return undefined;
  checkWords(settings, CHOICES, 'graphql', violations);
  for (const [key, entry] of Object.entries(object(settings.overlay) ?? {})) {
    const at = `graphql.overlay[${JSON.stringify(key)}]`;
    const corrections = object(entry) ?? {};
    checkWords(corrections, OVERLAY_CHOICES, at, violations);
    const { cost, limit } = corrections;
    if (typeof cost === 'number' && (cost < 0 || cost > MAX_OVERLAY_COST)) {
      violations.push({ field: `${at}.cost`, description: `must be from 0 to ${MAX_OVERLAY_COST}` });
    }
    if (typeof limit === 'number' && (limit < 1 || limit > MAX_STREAM_LIST)) {
      violations.push({ field: `${at}.limit`, description: `must be from 1 to ${MAX_STREAM_LIST}` });
    }
  }
  return settings as GraphSettings;
}

export function writeGraphql(settings: GraphSettings | undefined): { graphql?: JsonObject } {
  return settings === undefined ? {} : { graphql: settings as JsonObject };
}

function checkWords(
  value: JsonObject,
  choices: Readonly<Record<string, readonly string[]>>,
  at: string,
  violations: Violation[],
): void {
  for (const [name, words] of Object.entries(choices)) {
    const word = value[name];
    if (word !== undefined && !(words as readonly JsonValue[]).includes(word)) {
      violations.push({ field: `${at}.${name}`, description: `must be one of ${words.join(', ')}` });
    }
  }
}

function object(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}
