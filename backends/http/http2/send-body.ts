// The content of a request onto a stream: whole where it is at hand, else as fast as the upstream takes it.
import { type ClientHttp2Stream, constants } from 'node:http2';
import { Readable } from 'node:stream';
import type { RawHeaders } from '../../../core/http-message.ts';
import type { SendingEvents } from '../request-writer.ts';
import { trailerFields } from './header-lists.ts';

/** Whoever cannot have them in whole gets no end either: what they were to tell would be missing unseen. */
export function sendTrailers(stream: ClientHttp2Stream, trailers: RawHeaders): void {
  try {
    stream.sendTrailers(trailerFields(trailers));
  } catch {
    // Nobody listens here but Node, which would end the process. A stream that is gone already takes this as well.
    stream.close(constants.NGHTTP2_CANCEL);
  }
}

/** Gives what stops it; the source is left as it is then. */
export function sendBody(
  stream: ClientHttp2Stream,
  body: Uint8Array | Readable,
  events: SendingEvents,
): () => void {
  if (!(body instanceof Readable)) {
    if (body.length > 0) stream.end(body);
    return () => {};
  }
  let isComplete = false;
  const onData = (bytes: Buffer): void => {
    // Node's HTTP/2 mixes up what is written around nothing.
    if (bytes.length === 0) return;
    events.progressed();
    if (!stream.write(bytes)) body.pause();
  };
  const onDrain = (): void => {
    events.progressed();
    body.resume();
  };
  const onEnd = (): void => {
    isComplete = true;
    stop();
    stream.end();
  };
  const onError = (error: Error): void => {
    stop();
    events.failed(error);
  };
  const onClose = (): void => {
    if (!isComplete) onError(new Error('the content ended early'));
  };
  const stop = (): void => {
    body.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
    stream.off('drain', onDrain);
  };
  stream.on('drain', onDrain);
  body.on('error', onError).on('close', onClose).on('end', onEnd).on('data', onData);
  return stop;
}
