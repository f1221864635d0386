// Server streams as a JSON array, as JSON lines and as server-sent events. Source: transcoding reference, section 8.
import { once } from 'node:events';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { begin, open, send } from '../harness/http-client.ts';
import { problemOf } from '../harness/problem.ts';
import { quickest } from '../harness/quickest.ts';
import { frame, GRPC_HEAD } from '../harness/rude-upstream.ts';
import { startTextWorld, type TextWorld, textMessage } from './answers.ts';
import { LIBRARY, type LibraryWorld, startLibraryWorld } from './library-world.ts';
import { type OddWorld, startOddWorld } from './odd-rules.ts';

let odd: OddWorld;
let world: LibraryWorld;
beforeAll(async () => {
  odd = await startOddWorld();
  world = await startLibraryWorld();
});
afterAll(async () => {
  await world.close();
  await odd.close();
});
beforeEach(() => {
  odd.echo.reset();
  world.library.resetCounts();
});

const WATCH = '/v1/books:watch';
const FORMS = {
  array: 'application/json',
  ndjson: 'application/x-ndjson',
  sse: 'text/event-stream',
} as const;
const forms = Object.entries(FORMS);

function replyWith(...names: string[]): void {
  const type = odd.types.message('odd.v1.Thing');
  odd.echo.replyWith('/odd.v1.Odd/Watch', ...names.map((name) => toBinary(type, create(type, { name }))));
}

const watch = (headers: Record<string, string>) =>
  send(odd.gateway.publicUrl, { path: '/v1/watch/a', headers });

describe('the form is the one that the client accepts', () => {
  const bodies = {
    array: '[{"name":"x"},{"name":"y"}]',
    ndjson: '{"name":"x"}\n{"name":"y"}\n',
    sse: 'data: {"name":"x"}\n\ndata: {"name":"y"}\n\n',
  };
  test.each<[string | undefined, keyof typeof bodies]>([
    [undefined, 'array'],
    ['*/*', 'array'],
    ['', 'array'],
    ['application/json', 'array'],
    ['text/html, */*;q=0.8', 'array'],
    ['application/x-ndjson', 'ndjson'],
    ['application/jsonl', 'ndjson'],
    ['APPLICATION/X-NDJSON', 'ndjson'],
    ['application/x-ndjson;q=1', 'ndjson'],
    ['text/event-stream', 'sse'],
    ['text/plain, text/event-stream', 'sse'],
    ['text/event-stream, application/json', 'sse'],
    // RFC 9110 §12.4.2: quality values decide, and 0 is a refusal.
    ['application/json;q=0.5, application/x-ndjson;q=0.9', 'ndjson'],
    ['text/event-stream;q=0, application/x-ndjson', 'ndjson'],
    ['text/event-stream;q=0', 'array'],
  ])('Accept: %s → %s', async (accept, form) => {
    replyWith('x', 'y');
    const answer = await watch(accept === undefined ? {} : { accept });
    const contentType =
      form === 'array'
        ? 'application/json'
        : form === 'ndjson'
          ? 'application/x-ndjson'
          : 'text/event-stream';
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([
      200,
      contentType,
      bodies[form],
    ]);
  });

  test('events are neither kept nor held back by what stands between', async () => {
    replyWith('x');
    const { headers } = await watch({ accept: FORMS.sse });
    expect([headers['cache-control'], headers['x-accel-buffering']]).toEqual(['no-store', 'no']);
  });

  test('every form has the request id and forbids guessing', async () => {
    for (const accept of Object.values(FORMS)) {
      const { headers } = await watch({ accept });
      expect([headers['x-request-id'], headers['x-content-type-options']]).toEqual([
        expect.stringMatching(/^[0-9a-f-]{36}$/),
        'nosniff',
      ]);
    }
  });

  test('a message that holds line ends stays one line', async () => {
    replyWith('a\nb\r\nc\u2028d');
    const answer = await watch({ accept: FORMS.ndjson });
    expect(answer.text.split('\n')).toHaveLength(2);
    replyWith('a\nb\r\nc');
    const events = await watch({ accept: FORMS.sse });
    expect(events.text).toBe('data: {"name":"a\\nb\\r\\nc"}\n\n');
  });
});

describe('each message goes at once', () => {
  let text: TextWorld;
  beforeAll(async () => {
    text = await startTextWorld();
  });
  afterAll(() => text.close());

  test.each(forms)('%s', async (_name, accept) => {
    let goOn = (): void => {};
    text.upstream.answer((stream) => {
      stream.respond(GRPC_HEAD, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.write(frame(textMessage('first')));
      goOn = () => stream.end(frame(textMessage('second')));
    });
    const { body } = await open(text.gateway.publicUrl, { path: '/v1/watch', headers: { accept } });
    let seen = '';
    for await (const chunk of body) {
      seen += String(chunk);
      // The second is only sent once the first was read.
      if (seen.includes('first') && !seen.includes('second')) goOn();
    }
    expect(seen).toMatch(/first.*second/s);
  });
});

describe('an empty stream', () => {
  test.each([
    ['array', FORMS.array, '[]'],
    ['ndjson', FORMS.ndjson, ''],
    ['sse', FORMS.sse, ''],
  ])('%s', async (_name, accept, body) => {
    replyWith();
    const answer = await watch({ accept });
    expect([answer.status, answer.text]).toEqual([200, body]);
  });
});

describe('an error before the first message keeps its own status', () => {
  test.each(forms)('%s', async (_name, accept) => {
    const answer = await world.get(WATCH, {
      accept,
      'x-mock-status': 'NOT_FOUND',
      'x-mock-message': 'no such shelf',
    });
    expect(problemOf(answer)).toEqual(
      expect.objectContaining({
        status: 404,
        code: 'NOT_FOUND',
        detail: 'no such shelf',
        source: 'upstream',
      }),
    );
  });
});

describe('an error after messages', () => {
  const late = {
    'x-mock-status': 'FAILED_PRECONDITION',
    'x-mock-message': 'the shelf fell',
    'x-mock-after': '2',
  };
  const path = `${WATCH}?count=5&interval=0.001s`;

  test('ends JSON lines with a line that says so', async () => {
    const answer = await world.get(path, { ...late, accept: FORMS.ndjson });
    const lines = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answer.status).toBe(200);
    expect(lines.map((line) => line.sequence ?? line.error.code)).toEqual(['1', '2', 'FAILED_PRECONDITION']);
    expect(lines[2].error).toEqual(
      expect.objectContaining({
        status: 400,
        detail: 'the shelf fell',
        requestId: answer.headers['x-request-id'],
      }),
    );
  });

  test('ends events with an event of its own', async () => {
    const answer = await world.get(path, { ...late, accept: FORMS.sse });
    const events = answer.text.trimEnd().split('\n\n');
    expect(events).toHaveLength(3);
    const [name, data = ''] = events[2]?.split('\n') ?? [];
    expect(name).toBe('event: error');
    expect(JSON.parse(data.slice('data: '.length))).toEqual(
      expect.objectContaining({ code: 'FAILED_PRECONDITION', detail: 'the shelf fell' }),
    );
  });

  test('cuts an array, so that nobody takes it for a whole one', async () => {
    const answer = await open(world.gateway.publicUrl, { path, headers: { ...late, accept: FORMS.array } });
    const chunks: Buffer[] = [];
    answer.body.on('data', (chunk) => chunks.push(chunk));
    const [error] = await once(answer.body, 'error');
    expect(error).toEqual(expect.objectContaining({ code: 'ECONNRESET' }));
    expect(() => JSON.parse(Buffer.concat(chunks).toString())).toThrow();
    expect(JSON.parse(`${Buffer.concat(chunks)}]`)).toHaveLength(2);
  });

  test('that is a connection cut is the upstream’s broken protocol', async () => {
    const answer = await world.get(path, { 'x-mock-cut': 'true', 'x-mock-after': '2', accept: FORMS.ndjson });
    const last = JSON.parse(answer.text.trimEnd().split('\n').at(-1) ?? '');
    expect(last.error).toEqual(
      expect.objectContaining({
        status: 502,
        code: 'INTERNAL',
        source: 'upstream',
        type: 'urn:dragoman:problem:upstream-protocol',
      }),
    );
    expect(answer.text).not.toMatch(/127\.0\.0\.1|ECONNRESET/);
  });

  test.each(['INTERNAL', 'CANCELLED'])(
    'that speaks of the insides is told in a sentence of ours: %s',
    async (code) => {
      const words = `panic at 10.0.0.1 with ${code}`;
      const answer = await world.get(path, {
        ...late,
        'x-mock-status': code,
        'x-mock-message': words,
        accept: FORMS.ndjson,
      });
      expect(answer.text).toContain(`"code":"${code}"`);
      expect(answer.text).not.toContain('10.0.0.1');
      expect(world.gateway.logs.join('')).toContain(words);
    },
  );
});

describe('the client', () => {
  const forever = { 'x-mock-forever': 'true', 'x-mock-interval-ms': '1' };

  test.each(forms)('that leaves is noticed upstream within 50 ms: %s', async (_name, accept) => {
    const best = await quickest(50, async () => {
      world.library.resetCounts();
      const answer = await open(world.gateway.publicUrl, { path: WATCH, headers: { ...forever, accept } });
      await once(answer.body, 'data');
      const cancelled = world.library.waitForCancel(`${LIBRARY}/WatchBooks`);
      const start = performance.now();
      answer.leave();
      await cancelled;
      return performance.now() - start;
    });
    expect(best).toBeLessThan(50);
    expect(world.counts('WatchBooks')).toEqual(expect.objectContaining({ active: 0, cancelled: 1 }));
  });

  test('that leaves before the first message is noticed as well', async () => {
    const best = await quickest(50, async () => {
      world.library.resetCounts();
      const request = begin(world.gateway.publicUrl, { path: WATCH, headers: { 'x-mock-hang': 'true' } });
      await world.library.waitForCall(`${LIBRARY}/WatchBooks`);
      const cancelled = world.library.waitForCancel(`${LIBRARY}/WatchBooks`);
      const start = performance.now();
      request.leave();
      await cancelled;
      return performance.now() - start;
    });
    expect(best).toBeLessThan(50);
  });

  test('that reads slowly is not written to without bound, and the upstream is not read', async () => {
    const padded = {
      'x-mock-forever': 'true',
      'x-mock-interval-ms': '0',
      'x-mock-size': '100000',
      accept: FORMS.ndjson,
    };
    const answer = await open(world.gateway.publicUrl, { path: WATCH, headers: padded });
    answer.body.pause();
    const sent = () => world.counts('WatchBooks')?.messagesSent ?? 0;
    // Until every buffer on the way is full: the count no longer moves between two looks.
    let before = -1;
    for (let looks = 0; looks < 100 && sent() !== before; looks += 1) {
      before = sent();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(sent()).toBe(before);
    // Sockets and HTTP/2 windows hold some mebibytes; without a bound it would be gigabytes by now.
    expect(sent() * 100_000).toBeLessThan(60 * 1024 * 1024);
    answer.leave();
    await world.library.waitForCancel(`${LIBRARY}/WatchBooks`);
  });
});

describe('a request for a stream', () => {
  test('is bound like any other', async () => {
    expect((await world.get(`${WATCH}?count=3&interval=0.001s`)).json()).toHaveLength(3);
    const problem = problemOf(await world.get(`${WATCH}?nope=1`));
    expect(problem.violations.map(({ field }) => field)).toEqual(['nope']);
  });
  test('by the automatic path', async () => {
    const answer = await send(world.gateway.publicUrl, {
      path: `/${LIBRARY}/WatchBooks`,
      method: 'POST',
      body: { count: 2, interval: '0.001s' },
      headers: { accept: FORMS.ndjson },
    });
    expect(answer.text.trimEnd().split('\n')).toHaveLength(2);
  });
});
