// Root reads whose read mask is made from the selection: those that ask the same at one moment are one call, with a
// mask of all that they want together. Otherwise each alias would be a call of its own.
import type { RootField } from '../../core/graph.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Payload } from '../../core/payload.ts';
import { covers, uniteProjections, type Wanted } from '../../translators/json/projections.ts';
import { readMaskText } from '../../translators/json/read-mask.ts';
import { afterTurn } from './after-turn.ts';

type Call = (root: RootField, request: JsonValue) => Promise<Payload>;

interface Read {
  wanted: Wanted;
  isSent: boolean;
  readonly reply: Promise<Payload>;
}

export class MaskedReads {
  readonly #call: Call;
  readonly #reads = new Map<string, Read>();

  constructor(call: Call) {
    this.#call = call;
  }

  /** `wanted` is of the whole reply. A mask that the request has already is left as it is. */
  read(root: RootField, request: JsonObject, wanted: Wanted): Promise<Payload> {
    const key = JSON.stringify([root.operation.id, request]);
    const known = this.#reads.get(key);
    if (known !== undefined && !known.isSent) {
      known.wanted = uniteProjections(known.wanted, wanted);
      return known.reply;
    }
    if (known !== undefined && covers(known.wanted, wanted)) return known.reply;
    const read: Read = {
      wanted,
      isSent: false,
      reply: new Promise((resolve, reject) => {
        afterTurn(() => {
          read.isSent = true;
          this.#call(root, withMask(root, request, read.wanted)).then(resolve, reject);
        });
      }),
    };
    this.#reads.set(key, read);
    return read.reply;
  }
}

function withMask(root: RootField, request: JsonObject, wanted: Wanted): JsonObject {
  const { readMask, operation } = root;
  if (readMask === undefined || request[readMask.key] !== undefined) return request;
  const mask = readMaskText(wanted, readMask, operation.output.descriptor);
  return mask === undefined ? request : Object.assign(Object.create(null), request, { [readMask.key]: mask });
}
