// google.rpc details in ProtoJSON, told apart by their `@type`.
import type { JsonObject } from '../../core/json.ts';

/** `name`: full name of the message, such as `google.rpc.ErrorInfo`. */
export function isDetail(detail: JsonObject, name: string): boolean {
  const url = detail['@type'];
  return typeof url === 'string' && url.endsWith(`/${name}`);
}
