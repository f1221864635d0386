// The signal of a call behaves as Node's own does, as far as calls need one.
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { CallEnding } from '../../core/call-signal.ts';
import { GatewayError } from '../../core/error.ts';

const LEFT = new GatewayError('cancelled', 'the client left');
const LATE = new GatewayError('deadline_exceeded', 'too late');

const kinds = [
  { name: "the gateway's own", make: () => new CallEnding() },
  {
    name: "Node's",
    make: () => {
      const controller = new AbortController();
      const abort = (reason: GatewayError): void => controller.abort(reason);
      return Object.assign(controller.signal, { abort });
    },
  },
];

describe.each(kinds)('$name', ({ make }) => {
  test('has not aborted at first, and has no reason', () => {
    const ending = make();
    expect([ending.aborted, ending.reason]).toEqual([false, undefined]);
  });

  test('tells every listener once, with the first reason', () => {
    const ending = make();
    const heard: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      ending.addEventListener('abort', () => heard.push(`${name} ${ending.aborted} ${ending.reason?.code}`));
    }
    ending.abort(LEFT);
    ending.abort(LATE);
    expect(heard.sort()).toEqual(['a true cancelled', 'b true cancelled', 'c true cancelled']);
    expect(ending.reason).toBe(LEFT);
  });

  test('tells nobody who listens afterwards', () => {
    const ending = make();
    ending.abort(LEFT);
    let isTold = false;
    ending.addEventListener('abort', () => {
      isTold = true;
    });
    expect(isTold).toBe(false);
  });

  test('tells a listener that came twice once', () => {
    const ending = make();
    let told = 0;
    const count = (): void => {
      told += 1;
    };
    ending.addEventListener('abort', count);
    ending.addEventListener('abort', () => {});
    ending.addEventListener('abort', count);
    ending.abort(LEFT);
    expect(told).toBe(1);
  });

  test.each([0, 1, 2])('does not tell listener %i, which was taken back', (index) => {
    const ending = make();
    const heard: number[] = [];
    const listeners = [0, 1, 2].map((number) => () => void heard.push(number));
    for (const listener of listeners) ending.addEventListener('abort', listener);
    const back = listeners[index];
    if (back !== undefined) ending.removeEventListener('abort', back);
    ending.abort(LEFT);
    expect(heard.sort()).toEqual([0, 1, 2].filter((number) => number !== index));
  });

  test('a listener taken back may come again, after others have come', () => {
    const ending = make();
    const heard: string[] = [];
    const first = (): void => void heard.push('first');
    const second = (): void => void heard.push('second');
    ending.addEventListener('abort', first);
    ending.addEventListener('abort', second);
    ending.removeEventListener('abort', first);
    ending.addEventListener('abort', second);
    ending.addEventListener('abort', first);
    ending.abort(LEFT);
    expect(heard.sort()).toEqual(['first', 'second']);
  });

  test('a listener that takes another one back spares it', () => {
    const ending = make();
    const heard: string[] = [];
    const last = (): void => void heard.push('last');
    ending.addEventListener('abort', () => ending.removeEventListener('abort', last));
    ending.addEventListener('abort', last);
    ending.abort(LEFT);
    expect(heard).toEqual([]);
  });
});

describe('a listener that fails', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test.each([0, 1, 2])('is reported, and keeps the news from nobody: listener %i', (faulty) => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const ending = new CallEnding();
    const heard: number[] = [];
    for (const number of [0, 1, 2]) {
      ending.addEventListener('abort', () => {
        heard.push(number);
        if (number === faulty) throw new Error('a defect');
      });
    }
    ending.abort(LEFT);
    expect(heard.sort()).toEqual([0, 1, 2]);
    expect(warn.mock.calls).toEqual([
      [
        'a listener failed when a call was ended',
        { type: 'CallEndingFault', detail: expect.stringContaining('Error: a defect') },
      ],
    ]);
  });
});
