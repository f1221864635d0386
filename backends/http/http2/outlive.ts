// Keeps a session of Node's HTTP/2 until its streams are gone. Node ends the process if it frees a session while one of
// its streams still holds header fields; a stream that was lost with bytes on the socket and its header block half read
// does, until it is collected, and both may be collected at once, in any order. An upstream could bring that about.
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';

/** Until the first is collected, the second is not. */
const outlived = new FinalizationRegistry<object>(() => {});

/** Does nothing where Node keeps its handles elsewhere. */
export function outlive(session: ClientHttp2Session, stream: ClientHttp2Stream): void {
  const keep = (): void => {
    const [ofStream, ofSession] = [handleOf(stream), handleOf(session)];
    if (ofStream !== undefined && ofSession !== undefined) outlived.register(ofStream, ofSession);
  };
  if (stream.pending) stream.once('ready', keep);
  else keep();
}

/** What is collected is no part of Node's interface. */
function handleOf(owner: object): object | undefined {
  const key = Object.getOwnPropertySymbols(owner).find(({ description }) => description === 'kHandle');
  const handle: unknown = key === undefined ? undefined : Reflect.get(owner, key);
  return typeof handle === 'object' && handle !== null ? handle : undefined;
}
