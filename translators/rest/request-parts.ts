// What of an HTTP request goes into its message, after the route was found.
import type { HttpBody } from './http-body.ts';

export interface RequestParts {
  /** Decoded, in the order of the template's variables. */
  readonly variables: readonly string[];
  /** Raw, without its `?`. */
  readonly query: string;
  /** Undefined: no body was sent. */
  readonly body: string | undefined;
  /** `If-Match` as sent: its tag fills a request field `etag` if there is one (AIP-154). */
  readonly ifMatch: string | undefined;
  /** A body that is protobuf instead of JSON, where the plan takes that. */
  readonly wire?: Uint8Array | undefined;
  /** The body as it came, where the plan takes it raw. */
  readonly raw?: HttpBody | undefined;
  /** Proto paths of the response mask: they fill a request field `read_mask` that nothing else fills (AIP-157). */
  readonly readMask?: readonly string[] | undefined;
}
