// Source: transcoding reference, section 8: "comment line every 15 s of silence".
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { startHeartbeat } from '../../gateway/rest/heartbeat.ts';

const beats: string[] = [];
const outlet = { beat: (text: string) => beats.push(text) };
beforeEach(() => {
  beats.length = 0;
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('a comment line after each 15 s of silence', () => {
  const heartbeat = startHeartbeat(outlet);
  jest.advanceTimersByTime(14_999);
  expect(beats).toEqual([]);
  jest.advanceTimersByTime(1);
  // A line that begins with a colon is a comment; the empty one after it ends no event.
  expect(beats).toEqual([': \n\n']);
  jest.advanceTimersByTime(30_000);
  expect(beats).toHaveLength(3);
  heartbeat.stop();
});

test('silence counts from the last message', () => {
  const heartbeat = startHeartbeat(outlet);
  for (let message = 0; message < 10; message += 1) {
    jest.advanceTimersByTime(14_000);
    heartbeat.refresh();
  }
  expect(beats).toEqual([]);
  jest.advanceTimersByTime(15_000);
  expect(beats).toHaveLength(1);
  heartbeat.stop();
});

test('none after the end', () => {
  const heartbeat = startHeartbeat(outlet);
  heartbeat.stop();
  jest.advanceTimersByTime(60_000);
  expect(beats).toEqual([]);
});
