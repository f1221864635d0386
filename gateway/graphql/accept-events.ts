// Whether an answer is to come as server-sent events. Source: RFC 9110 §12.5.1, as far as two kinds of form need it.

/** `never`: no. `possible`: if the answer has many events. `always`: even a single result is asked for as an event. */
export type EventPreference = 'never' | 'possible' | 'always';

const EVENTS = ['text/event-stream', 'text/*', '*/*'];
const WHOLE = ['application/graphql-response+json', 'application/json', 'application/*', '*/*'];
/** Parts of a header that are looked at. */
const MAX_ITEMS = 50;

export function eventPreference(accept: string): EventPreference {
  // What most clients say, with every request.
  if (accept === '*/*') return 'possible';
  if (accept === 'application/json') return 'never';
  const weights = new Map<string, number>();
  for (const item of accept.toLowerCase().split(',', MAX_ITEMS)) {
    const [form = '', ...parameters] = item.split(';').map((part) => part.trim());
    const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    const weight = q === undefined ? 1 : Number(q);
    if (form !== '' && weight >= 0 && weight <= 1) weights.set(form, weight);
  }
  const events = weightOf(EVENTS, weights);
  if (events === 0) return 'never';
  const whole = Math.max(...WHOLE.map((form) => weights.get(form) ?? 0));
  return events > whole && weights.has('text/event-stream') ? 'always' : 'possible';
}

/** The most specific range that is named decides. */
function weightOf(ranges: readonly string[], weights: ReadonlyMap<string, number>): number {
  const named = ranges.find((range) => weights.has(range));
  return named === undefined ? 0 : (weights.get(named) ?? 0);
}
