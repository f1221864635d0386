// The REST choices of a service. The schema has checked names and values; here they only become a plain object.
import type { RestSettings } from '../../core/rest-options.ts';
import { type ConfigNode, toPlain } from './config-node.ts';

/** `responseHeaders` are rules from `headers.response`, which stands beside `headers.forward` in the file. */
export function readRestSettings(
  node: ConfigNode | undefined,
  responseHeaders: readonly string[],
): RestSettings {
  return {
    ...(node === undefined ? {} : (toPlain(node) as RestSettings)),
    ...(responseHeaders.length > 0 && { responseHeaders }),
  };
}
