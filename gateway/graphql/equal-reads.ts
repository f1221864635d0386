// Reads of one request, so that equal ones are one call. The key that tells them apart holds the whole message, so it is
// made only where there is something to tell apart: of an operation that is read a second time.
import type { Call, Reply } from '../../core/call.ts';
import { callKey } from '../../core/call-key.ts';
import type { Payload } from '../../core/payload.ts';

export type Read = Call & { readonly input: Payload };

interface OperationReads {
  readonly first: Read;
  readonly reply: Promise<Reply>;
  byKey: Map<string, Promise<Reply>> | undefined;
}

export class EqualReads {
  /** By the name of the operation, which equal keys have in common. */
  readonly #byOperation = new Map<string, OperationReads>();

  /** The reply of an equal read, or of this one. @throws GatewayError `invalid_argument` if the input is no such message. */
  reply(read: Read, send: (read: Read) => Promise<Reply>): Promise<Reply> {
    // What is no such message is not sent. JSON is always one.
    if (read.operation.http === undefined) read.input.wire();
    const { id } = read.operation;
    const known = this.#byOperation.get(id);
    if (known === undefined) {
      const reply = send(read);
      this.#byOperation.set(id, { first: read, reply, byKey: undefined });
      return reply;
    }
    known.byKey ??= new Map([[callKey(known.first), known.reply]]);
    const key = callKey(read);
    let reply = known.byKey.get(key);
    if (reply === undefined) {
      reply = send(read);
      known.byKey.set(key, reply);
    }
    return reply;
  }
}
