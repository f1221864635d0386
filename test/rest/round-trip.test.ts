// Random messages of every kind through the whole gateway and back: JSON to bytes at an echo upstream, bytes to JSON
// at the client. The oracle is protobuf-es: the upstream got the message that it reads, the client the text it writes.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLibraryCodec } from '../../translators/json/library-codec.ts';
import { type EchoServer, startEchoServer } from '../../upstream-mocks/echo/echo-server.ts';
import { startTestGateway, type TestGateway } from '../harness/start-gateway.ts';
import { compileKinds } from '../json/kinds.ts';
import { createRandom, randomWire } from '../json/wire-generator.ts';

const SEED = 20_261_122;
const ROUNDS = 800;
const PATH = '/kinds.v1.Kinds_Service/Take';

const kinds = await compileKinds();
const message = kinds.message('kinds.v1.Kinds');
const truth = createLibraryCodec(message, kinds.registry);

let echo: EchoServer;
let gateway: TestGateway;

beforeAll(async () => {
  echo = await startEchoServer(kinds.descriptorSet);
  gateway = await startTestGateway([
    {
      name: 'kinds',
      source: { kind: 'descriptorSet', bytes: kinds.descriptorSet },
      upstream: { targets: [{ url: echo.url }] },
    },
  ]);
});

afterAll(async () => {
  await gateway.close();
  await echo.close();
});

test(`random messages arrive as they are and come back as they were (seed ${SEED})`, async () => {
  const random = createRandom(SEED);
  let compared = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const wire = randomWire(message, random, { oddity: 0.02 });
    const json = textOf(wire);
    if (json === undefined) continue;
    const expected = truth.jsonToWire(json);
    const answer = await fetch(gateway.publicUrl + PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: json,
    });
    expect([round, answer.status, await answer.text()]).toEqual([round, 200, textOf(expected)]);
    const arrived = echo.lastCall(PATH)?.requests[0] ?? new Uint8Array([255]);
    // As text: NaN equals nothing.
    expect([round, textOf(arrived)]).toEqual([round, textOf(expected)]);
    compared += 1;
  }
  expect(compared).toBeGreaterThan(ROUNDS / 10);
});

/** Undefined for bytes that have no JSON. */
function textOf(wire: Uint8Array): string | undefined {
  try {
    return Buffer.from(truth.wireToJson(wire)).toString();
  } catch {
    return undefined;
  }
}
