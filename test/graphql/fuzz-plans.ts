// `node test/graphql/fuzz-plans.ts [SECONDS] [SEED]`: plans against graphql-js for as long as one likes, over made-up
// replies and over the real demo servers. Prints its seed; `SEED=… DOCUMENTS=…` before the tests repeats what it finds.
// Exits 1 at the first difference.
import { isDeepStrictEqual } from 'node:util';
import type { Graph } from '../../core/graph.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { createRandom } from '../json/wire-generator.ts';
import { compareWorlds, demoCase } from './demo-documents.ts';
import { startWorld } from './demo-worlds.ts';
import { generateDocument } from './plan-documents.ts';
import {
  type Asked,
  createPair,
  createStreamedPair,
  plainGraph,
  seededReplies,
  strictGraph,
} from './plan-oracle.ts';
import { everythingSources } from './plan-sources.ts';

const PER_ROUND = 20;
const seconds = Number(process.argv[2] ?? 60);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const end = Date.now() + seconds * 1000;
console.log(`seed ${seed}, ${seconds} seconds`);

const counts = { madeUp: 0, events: 0, demo: 0 };
const difference = await search();
console.log(
  `${counts.madeUp} documents over made-up replies, ${counts.events} subscriptions, ${counts.demo} over the demo`,
);
if (difference !== undefined) console.error(JSON.stringify(difference, undefined, 2));
process.exitCode = difference === undefined ? 0 : 1;

/** The first difference; undefined if time is up before. */
async function search(): Promise<unknown> {
  const { graph } = buildGraph(everythingSources());
  const planned = await startWorld({ plans: true });
  const oracle = await startWorld({ plans: false });
  try {
    for (let round = 0; Date.now() < end; round++) {
      const found =
        (await compareMadeUp(graph, round)) ??
        (await compareEvents(graph, round)) ??
        (await compareDemo(round, planned, oracle));
      if (found !== undefined) return found;
    }
    return undefined;
  } finally {
    await Promise.all([planned.close(), oracle.close()]);
  }
}

async function compareMadeUp(graph: Graph, round: number): Promise<unknown> {
  const random = createRandom((seed + round) * 2_654_435_761);
  const plain = plainGraph(graph);
  const own = random() < 0.5 ? plain : strictGraph(plain, random);
  const askBoth = createPair(own);
  for (let number = 0; number < PER_ROUND && Date.now() < end; number++) {
    const asked = generateDocument(own, random);
    const replies = seededReplies({ seed: seed + round + number, failures: 0.1, disorder: random() * 0.7 });
    const { planned, oracle } = await askBoth(asked, replies);
    counts.madeUp += 1;
    const [a, b] = [planned, oracle].map((one) => ({ ...one, isPlanned: false, text: settled(one.text) }));
    if (!isDeepStrictEqual(a, b)) return { round, asked, planned, oracle };
  }
  return undefined;
}

async function compareEvents(graph: Graph, round: number): Promise<unknown> {
  const random = createRandom((seed + round) * 40_503);
  const runBoth = createStreamedPair(graph);
  for (let number = 0; number < PER_ROUND && Date.now() < end; number++) {
    const asked: Asked = generateDocument(graph, random, { subscribes: random() < 0.5 });
    const replies = seededReplies({ seed: seed + round + number, failures: 0.15, disorder: 0 });
    const { planned, oracle } = await runBoth(asked, replies);
    counts.events += 1;
    if (!isDeepStrictEqual(planned.results.map(settled), oracle.results.map(settled)))
      return { round, asked, planned, oracle };
  }
  return undefined;
}

/** Of several failures, which comes first is a matter of time: no order is promised (GraphQL, section 7.1.2). */
function settled(text: string): unknown {
  const { errors = [], data } = JSON.parse(text) as { errors?: unknown[]; data?: unknown };
  return { data: JSON.stringify(data), errors: errors.map((error) => JSON.stringify(error)).sort() };
}

async function compareDemo(
  round: number,
  planned: Awaited<ReturnType<typeof startWorld>>,
  oracle: Awaited<ReturnType<typeof startWorld>>,
): Promise<unknown> {
  for (let number = 0; number < PER_ROUND && Date.now() < end; number++) {
    const one = demoCase(planned.graph, seed, round * PER_ROUND + number);
    const compared = await compareWorlds(planned, oracle, one);
    counts.demo += 1;
    if (!isDeepStrictEqual(compared.planned, compared.oracle))
      return { number: one.number, asked: one.asked, ...compared };
  }
  return undefined;
}
