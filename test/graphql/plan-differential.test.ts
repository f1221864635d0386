// Plans held equal to graphql-js: generated documents over the same graph and the same replies give the same answer,
// byte by byte, after the same calls. `SEED=7 DOCUMENTS=20000` asks for more, or for others.
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Graph } from '../../core/graph.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { createRandom } from '../json/wire-generator.ts';
import { generateDocument } from './plan-documents.ts';
import {
  createPair,
  createStreamedPair,
  plainGraph,
  type Streamed,
  seededReplies,
  sortedErrors,
  strictGraph,
} from './plan-oracle.ts';
import { everythingSources } from './plan-sources.ts';

const SEED = Number(process.env.SEED ?? 20260102);
const DOCUMENTS = Number(process.env.DOCUMENTS ?? 250);

let graph: Graph;

beforeAll(() => {
  graph = buildGraph(everythingSources()).graph;
});

describe.each<[what: string, make: (graph: Graph, random: () => number) => Graph, disorder: number]>([
  ['without joins and masks', (given) => plainGraph(given), 0],
  ['whose replies have fields out of order, repeated and unknown', (given) => plainGraph(given), 0.7],
  [
    'without joins and masks that promises more than its replies hold',
    (given, random) => strictGraph(plainGraph(given), random),
    0,
  ],
])('a graph %s', (what, make, disorder) => {
  test(`${DOCUMENTS} documents from seed ${SEED} are answered as graphql-js answers them`, async () => {
    const random = createRandom(SEED + what.length);
    const own = make(graph, random);
    const askBoth = createPair(own);
    const seen = { planned: 0, withErrors: 0, refused: 0 };
    for (let number = 0; number < DOCUMENTS; number++) {
      const asked = generateDocument(own, random);
      const replies = seededReplies({ seed: number, failures: 0.1, disorder });
      const { planned, oracle } = await askBoth(asked, replies);
      expect({ asked, ...planned, isPlanned: false }).toEqual({ asked, ...oracle });
      seen.planned += Number(planned.isPlanned);
      seen.withErrors += Number(planned.isPlanned && planned.text.startsWith('{"errors"'));
      seen.refused += Number(!oracle.text.includes('"data"'));
    }
    // What is compared has to be worth it.
    expect(seen.planned).toBeGreaterThan(DOCUMENTS * 0.7);
    expect(seen.withErrors).toBeGreaterThan(DOCUMENTS * 0.1);
    expect(seen.refused).toBeLessThan(DOCUMENTS * 0.3);
  });
});

describe('a graph with joins and masks', () => {
  test(`${DOCUMENTS} documents from seed ${SEED} are answered as graphql-js answers them, by the same calls`, async () => {
    const random = createRandom(SEED);
    const askBoth = createPair(graph);
    const seen = { planned: 0, joined: 0, withErrors: 0 };
    for (let number = 0; number < DOCUMENTS; number++) {
      const asked = generateDocument(graph, random);
      const replies = seededReplies({ seed: number, failures: 0.15, disorder: 0 });
      const { planned, oracle } = await askBoth(asked, replies);
      expect({ asked, ...sortedErrors(planned), calls: [...planned.calls].sort() }).toEqual({
        asked,
        ...sortedErrors(oracle),
        calls: [...oracle.calls].sort(),
      });
      seen.planned += Number(planned.isPlanned);
      seen.joined += Number(planned.calls.some((call) => call.includes('/BatchGet')));
      seen.withErrors += Number(planned.isPlanned && planned.text.startsWith('{"errors"'));
    }
    expect(seen.planned).toBeGreaterThan(DOCUMENTS * 0.7);
    expect(seen.joined).toBeGreaterThan(DOCUMENTS * 0.1);
    expect(seen.withErrors).toBeGreaterThan(DOCUMENTS * 0.1);
  });

  test(`${DOCUMENTS} documents from seed ${SEED} have the same data where joins may not be null`, async () => {
    const random = createRandom(SEED + 1);
    const strict = strictGraph(graph, random);
    const askBoth = createPair(strict);
    for (let number = 0; number < DOCUMENTS; number++) {
      const asked = generateDocument(strict, random);
      const replies = seededReplies({ seed: number, failures: 0.15, disorder: 0 });
      const { planned, oracle } = await askBoth(asked, replies);
      // Which of several failures comes first, and so is the one that is told, is a matter of time.
      expect({ asked, data: dataOf(planned.text) }).toEqual({ asked, data: dataOf(oracle.text) });
    }
  });
});

describe('results one by one', () => {
  test(`${DOCUMENTS} subscriptions from seed ${SEED} have the events that graphql-js gives them, by the same calls`, async () => {
    const random = createRandom(SEED + 2);
    const strict = strictGraph(graph, random);
    const seen = { events: 0, withErrors: 0 };
    for (const own of [graph, strict]) {
      const runBoth = createStreamedPair(own);
      for (let number = 0; number < DOCUMENTS / 2; number++) {
        const asked = generateDocument(own, random, { subscribes: true });
        const replies = seededReplies({ seed: number, failures: 0.15, disorder: 0 });
        const { planned, oracle } = await runBoth(asked, replies);
        // Where null may not be, graphql-js asks no more for what a failure beside it takes away.
        const callsOf = ({ calls }: Streamed) => (own === graph ? [...calls].sort() : []);
        const shown = (one: Streamed) => ({ results: one.results.map(comparable), calls: callsOf(one) });
        expect({ asked, ...shown(planned) }).toEqual({ asked, ...shown(oracle) });
        seen.events += planned.results.filter((text) => text.includes('"data":{')).length;
        seen.withErrors += planned.results.filter((text) => text.startsWith('{"errors"')).length;
      }
    }
    expect(seen.events).toBeGreaterThan(DOCUMENTS * 0.5);
    expect(seen.withErrors).toBeGreaterThan(DOCUMENTS * 0.1);
  });

  test(`${DOCUMENTS} queries and mutations from seed ${SEED} have the result that graphql-js gives them`, async () => {
    const random = createRandom(SEED + 3);
    const runBoth = createStreamedPair(graph);
    for (let number = 0; number < DOCUMENTS; number++) {
      const asked = generateDocument(graph, random);
      const { planned, oracle } = await runBoth(
        asked,
        seededReplies({ seed: number, failures: 0.1, disorder: 0 }),
      );
      expect({ asked, results: planned.results.map(comparable) }).toEqual({
        asked,
        results: oracle.results.map(comparable),
      });
    }
  });
});

/** Of several errors of joins, which comes first is a matter of time. */
function comparable(text: string): unknown {
  const { errors, data } = JSON.parse(text) as { errors?: unknown[]; data?: unknown };
  return { data: JSON.stringify(data), errors: errors?.map((error) => JSON.stringify(error)).sort() };
}

function dataOf(text: string): unknown {
  const { data } = JSON.parse(text) as { data?: unknown };
  return JSON.stringify(data);
}
