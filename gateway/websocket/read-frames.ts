// What a client says over a WebSocket, as the upstream takes it.
// Source: transcoding reference, section 8.
import { GatewayError } from '../../core/error.ts';
import { Payload } from '../../core/payload.ts';
import type { RequestParts } from '../../translators/rest/request-parts.ts';
import { readFrame } from '../../translators/rest/websocket-frame.ts';
import { createMessageQueue } from './message-queue.ts';
import type { OpenedRoute } from './open-route.ts';
import type { Silence } from './silence.ts';
import type { TellingSocket } from './telling-socket.ts';

export interface FrameListener {
  /** Told why the stream broke, so that the call fails for that reason. */
  readonly onFailure: (error: GatewayError) => void;
  /** Stopped when the upstream has taken all. */
  readonly silence: Silence;
}

export function readFrames(
  connection: TellingSocket,
  opened: OpenedRoute,
  { onFailure, silence }: FrameListener,
): AsyncIterable<Payload> {
  const { operation } = opened.match.route;
  const takesOne = operation.shape === 'server_stream';
  const nextMessage = messageReader(opened);
  const queue = createMessageQueue<Payload>(connection);
  let messages = 0;
  let hasEnded = false;
  const fail = (error: GatewayError): void => {
    onFailure(error);
    queue.fail(error);
  };
  connection.onBrokenFrame = fail;
  connection.on('message', (data: Buffer, isBinary: boolean) => {
    try {
      if (isBinary)
        throw new GatewayError('invalid_argument', 'frames must be text', { type: 'invalid-json' });
      const frame = readFrame(data.toString('utf8'));
      if (hasEnded) throw afterTheEnd();
      if (frame.kind === 'end') {
        hasEnded = true;
        // Path and query alone are the one message.
        if (takesOne && messages === 0) queue.push(nextMessage(undefined));
        queue.end();
        silence.renew('upstream');
        return;
      }
      if (takesOne && messages > 0) throw oneTooMany();
      messages += 1;
      queue.push(nextMessage(frame.json));
      // There is nothing to wait for.
      if (takesOne) queue.end();
      silence.renew('upstream');
    } catch (thrown) {
      fail(GatewayError.from(thrown));
    }
  });
  // Leaving is not the end of what was to be said; after the end it changes nothing.
  connection.once('close', () => queue.fail(new GatewayError('cancelled', 'the client left')));
  return takenFrom();

  async function* takenFrom(): AsyncGenerator<Payload> {
    for await (const message of queue) {
      silence.renew(queue.isEmpty && !hasEnded ? 'client' : 'upstream');
      yield message;
    }
    silence.stop();
  }
}

/** Path and query fill the first message only. */
function messageReader({
  match,
  plans,
  query,
  readMask,
}: OpenedRoute): (json: string | undefined) => Payload {
  const { codec } = match.route.operation.input;
  let first: Omit<RequestParts, 'body'> | undefined = {
    variables: match.variables,
    query,
    readMask,
    ifMatch: undefined,
  };
  return (body) => {
    const wire =
      first === undefined
        ? plans.further.read({ variables: [], query: '', ifMatch: undefined, body })
        : plans.request.read({ ...first, body });
    first = undefined;
    return Payload.fromWire(codec, wire);
  };
}

function afterTheEnd(): GatewayError {
  return new GatewayError('invalid_argument', 'a frame came after {"end": true}; that is the last one', {
    type: 'invalid-json',
  });
}

function oneTooMany(): GatewayError {
  return new GatewayError('invalid_argument', 'a second message came; this method takes one', {
    type: 'invalid-json',
  });
}
