// A program of its own, as what it looks for ends the process: uploads to an upstream that takes all it can get into its
// buffers, begins a header block, and is gone. Collects garbage all the while.
import { createTargetTransport } from '../../backends/http/target-transport.ts';
import {
  block,
  frame,
  greetWith,
  number,
  startScriptedServer,
  TYPE,
} from '../backends/http2/scripted-server.ts';

const ROUNDS = 25;
const AT_ONCE = 10;
const INITIAL_WINDOW = 4;
const LARGEST = 0x7fffffff;

const upstream = await startScriptedServer(async (peer) => {
  peer.write(greetWith([INITIAL_WINDOW, LARGEST]), frame(TYPE.window, 0, 0, number(LARGEST - 65_535)));
  const { stream } = await peer.next(TYPE.headers);
  peer.socket.pause();
  peer.write(frame(TYPE.headers, 0, stream, block([':status', '200'], ['x-a', 'v'.repeat(100)])));
  setTimeout(() => peer.socket.resetAndDestroy(), 10);
});
const body = Buffer.alloc(15_000_000);
let lost = 0;
for (let round = 0; round < ROUNDS; round++) {
  const one = async (): Promise<void> => {
    const target = { ...upstream.target, scheme: 'http' as const };
    const transport = createTargetTransport(target, undefined, { http2: true });
    const { signal } = new AbortController();
    const rest = { contentLength: undefined, idleMs: 60_000, isRepeatable: false, isReplayable: false };
    await transport
      .exchange({ method: 'POST', target: '/', headers: [], body, signal, ...rest })
      .catch(() => (lost += 1));
    transport.close();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  globalThis.gc?.();
  await new Promise((resolve) => setImmediate(resolve));
}
await upstream.close();
// At an end without it Node frees all in any order, and may stumble over the same.
process.stdout.write(`${lost} of ${ROUNDS * AT_ONCE} lost`, () => process.exit());
