// Documents for the demo and what its servers are told to do wrong meanwhile, from a seed: names that are there and
// names that are not, calls that fail for one operation and not for others.
import type { Graph } from '../../core/graph.ts';
import type { JsonValue } from '../../core/json.ts';
import { NO_METADATA } from '../../core/metadata.ts';
import type { Operation } from '../../core/operation.ts';
import { createRandom } from '../json/wire-generator.ts';
import type { Steering, World } from './demo-worlds.ts';
import { type GeneratedDocument, generateDocument } from './plan-documents.ts';

const SCALARS: ReadonlyMap<string, readonly JsonValue[]> = new Map<string, readonly JsonValue[]>([
  [
    'ID',
    [
      'books/b1',
      'books/b2',
      'books/b3',
      'books/b17',
      'authors/a1',
      'users/u1',
      'users/u2',
      'orders/o1',
      'none/x',
    ],
  ],
  ['String', ['', 'books/b1', 'users/u1', 'r1', 'r2', 'a"b\\', 'history', 'en']],
  ['Int', [0, 1, 2, 3, 5, -1]],
  ['Duration', ['0.001s', '0s']],
  ['FieldMask', ['title', 'displayName', '']],
]);

const STATUSES = ['UNAVAILABLE', 'NOT_FOUND', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'INTERNAL'] as const;

export interface DemoCase {
  readonly number: number;
  readonly asked: GeneratedDocument;
  readonly steering: Steering;
}

export function demoCase(graph: Graph, seed: number, number: number): DemoCase {
  const random = createRandom((seed + number) * 2_654_435_761);
  const asked = generateDocument(graph, random, { subscribes: random() < 0.1, scalars: SCALARS });
  const isRude = random() < 0.3;
  const known = new Map<string, ReturnType<Steering>>();
  // The same for all calls of one operation, whoever makes them first.
  const steering = ({ id }: Operation): ReturnType<Steering> => {
    const told = known.get(id) ?? (isRude ? rudeness(createRandom(seed + number + hash(id))) : NO_METADATA);
    known.set(id, told);
    return told;
  };
  return { number, asked, steering };
}

function rudeness(random: () => number): ReturnType<Steering> {
  if (random() < 0.6) return NO_METADATA;
  const status = STATUSES[Math.floor(random() * STATUSES.length)] ?? 'INTERNAL';
  return [['x-mock-status', status]];
}

function hash(text: string): number {
  return [...text].reduce((value, char) => (value * 31 + char.charCodeAt(0)) | 0, 7);
}

export interface Comparison {
  readonly planned: readonly unknown[];
  readonly oracle: readonly unknown[];
}

/** Both worlds after one another, in a form that can be compared. */
export async function compareWorlds(planned: World, oracle: World, one: DemoCase): Promise<Comparison> {
  const ask = async (world: World) => (await world.ask(one.asked, one.steering)).map(comparable);
  return { planned: await ask(planned), oracle: await ask(oracle) };
}

/** What was made or changed just now carries the time of it; of errors, which comes first is a matter of time. */
function comparable(text: string): unknown {
  const settled = text.replace(/"(\d{4}-\d\d-\d\dT[\d:.]+Z)"/g, (written, time: string) =>
    Math.abs(Date.parse(time) - Date.now()) < HOUR_MS ? '"now"' : written,
  );
  const { errors, data } = JSON.parse(settled) as { errors?: unknown[]; data?: unknown };
  return { data: JSON.stringify(data), errors: errors?.map((error) => JSON.stringify(error)).sort() };
}

const HOUR_MS = 3_600_000;
