// A stream as a list: read to its end, unless it has more messages than its service says it may.
import type { StreamReply } from '../../core/call.ts';
import { GatewayError } from '../../core/error.ts';
import type { Payload } from '../../core/payload.ts';

/** @throws GatewayError `resource_exhausted` at the first message beyond `limit`; the upstream is told to stop. */
export async function gatherStream({ messages }: StreamReply, limit: number): Promise<Payload[]> {
  const gathered: Payload[] = [];
  // Leaving the loop cancels the upstream call.
  for await (const message of messages) {
    if (gathered.length === limit) {
      throw new GatewayError(
        'resource_exhausted',
        `the upstream has more than ${limit} messages, and a list of them may have no more; ask for less, or subscribe`,
      );
    }
    gathered.push(message);
  }
  return gathered;
}
