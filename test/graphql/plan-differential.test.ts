// Plans held equal to graphql-js: generated documents over the same graph and the same replies give the same text.
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Graph } from '../../core/graph.ts';
import { buildGraph } from '../../schema/graphql/build-graph.ts';
import { createRandom } from '../json/wire-generator.ts';
import { generateDocument } from './plan-documents.ts';
import { createPair, seededReplies, strictGraph } from './plan-oracle.ts';
import { everythingSources } from './plan-sources.ts';

const SEED = Number(process.env.SEED ?? 20260102);
const DOCUMENTS = Number(process.env.DOCUMENTS ?? 600);

let graph: Graph;

beforeAll(() => {
  graph = buildGraph(everythingSources()).graph;
});

describe.each<[what: string, isStrict: boolean]>([
  ['as registered', false],
  ['that promises more than its replies hold', true],
])('a graph %s', (_what, isStrict) => {
  test(`${DOCUMENTS} documents from seed ${SEED} are answered as graphql-js answers them`, async () => {
    const random = createRandom(SEED + Number(isStrict));
    const askBoth = createPair(isStrict ? strictGraph(graph, random) : graph);
    const seen = { planned: 0, withErrors: 0, refused: 0 };
    for (let number = 0; number < DOCUMENTS; number++) {
      const asked = generateDocument(graph, random);
      const replies = seededReplies({ seed: number, failures: 0.1, oddity: 0 });
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
