// A client of dragoman.json.v1 for tests: frames said and heard one by one, refusals read as what they are.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Answer } from '../harness/http-client.ts';

export const PROTOCOL = 'dragoman.json.v1';

export interface Conversation {
  readonly socket: WebSocket;
  /** What is under it, for bytes that the library would not send. */
  readonly raw: Duplex;
  say(frame: unknown): void;
  /** The next frame, parsed. */
  hear(): Promise<Record<string, unknown>>;
  /** All frames from here to the end. */
  hearAll(): Promise<Record<string, unknown>[]>;
  readonly closed: Promise<number>;
}

export async function converse(
  url: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Conversation> {
  const socket = new WebSocket(url.replace('http', 'ws') + path, PROTOCOL, { headers });
  const frames: Record<string, unknown>[] = [];
  const waiting: ((frame: Record<string, unknown>) => void)[] = [];
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data));
    const next = waiting.shift();
    if (next === undefined) frames.push(frame);
    else next(frame);
  });
  const closed = once(socket, 'close').then(([code]) => Number(code));
  const [[response]] = await Promise.all([once(socket, 'upgrade'), once(socket, 'open')]);
  return {
    socket,
    raw: (response as IncomingMessage).socket,
    say: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    hear: () => {
      const frame = frames.shift();
      return frame === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(frame);
    },
    hearAll: async () => {
      await closed;
      return frames.splice(0);
    },
    closed,
  };
}

/** The answer to an upgrade that is refused. */
export async function refusal(
  url: string,
  path: string,
  headers: Record<string, string> = {},
  protocols: string[] = [PROTOCOL],
): Promise<Pick<Answer, 'status' | 'headers' | 'text'>> {
  const socket = new WebSocket(url.replace('http', 'ws') + path, protocols, { headers });
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}
