// Signals: the first closes the gateway and waits for it, the second ends at once.
import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { serve } from '../../cli/serve.ts';
import { PLAIN } from '../../cli/terminal.ts';

function scene() {
  const started = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const closeCalled = Promise.withResolvers<void>();
  const signals = new EventEmitter();
  const exits: number[] = [];
  const lines: string[] = [];
  const write = (text: string): void => void lines.push(text);
  const result = serve({
    start: async () => {
      await started.promise;
      return {
        publicUrl: 'http://127.0.0.1:1',
        adminUrl: 'http://127.0.0.1:2',
        statusUrl: 'http://127.0.0.1:3',
        close: () => {
          closeCalled.resolve();
          return closed.promise;
        },
      };
    },
    signals,
    exit: (code) => void exits.push(code),
    terminal: { out: write, err: write, env: {}, cwd: '/', outStyle: PLAIN, errStyle: PLAIN },
  });
  return { started, closed, closeCalled, signals, exits, lines, result };
}

const UP =
  'dragoman is up: public http://127.0.0.1:1 · admin http://127.0.0.1:2 · status http://127.0.0.1:3\n';
const STOPPING = 'stopping: requests in flight may finish; a second signal ends at once\n';

test.each(['SIGTERM', 'SIGINT'])(
  '%s closes the gateway, and the command ends with 0 once it has closed',
  async (signal) => {
    const { started, closed, closeCalled, signals, exits, lines, result } = scene();
    started.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(lines).toEqual([UP]);
    signals.emit(signal);
    await closeCalled.promise;
    closed.resolve();
    expect(await result).toBe(0);
    expect(exits).toEqual([]);
    expect(lines).toEqual([UP, STOPPING]);
    expect(signals.eventNames()).toEqual([]);
  },
);

test('a second signal ends at once with 1, whichever it is', async () => {
  const { started, closeCalled, signals, exits } = scene();
  started.resolve();
  signals.emit('SIGINT');
  await closeCalled.promise;
  signals.emit('SIGTERM');
  expect(exits).toEqual([1]);
});

test('a signal during the start is obeyed as soon as there is something to close', async () => {
  const { started, closed, signals, lines, result } = scene();
  signals.emit('SIGTERM');
  started.resolve();
  closed.resolve();
  expect(await result).toBe(0);
  expect(lines).toEqual([STOPPING]);
});

test('a start that fails leaves no listeners behind', async () => {
  const { started, signals, result } = scene();
  started.reject(new Error('no'));
  await expect(result).rejects.toThrow('no');
  expect(signals.eventNames()).toEqual([]);
});
