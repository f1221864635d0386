// The frames of the subprotocol `dragoman.json.v1`: text frames, one JSON object each.
// Client: {"message": …} or {"end": true}. Server: {"message": …}, at last {"status": …}.
// Source: transcoding reference, section 8, "WebSocket".
import { GatewayError } from '../../core/error.ts';
import { scanJson } from '../json/scan.ts';
import { nodeToText } from '../json/write-node.ts';

export const WEBSOCKET_PROTOCOL = 'dragoman.json.v1';

export type ClientFrame = { readonly kind: 'message'; readonly json: string } | { readonly kind: 'end' };

/** @throws GatewayError `invalid_argument` for anything but the two frames a client may send. */
export function readFrame(text: string): ClientFrame {
  const node = scanJson(text);
  if (node instanceof Map && node.size === 1) {
    const message = node.get('message');
    // Written anew from what was scanned, so that every number keeps its digits.
    if (message !== undefined) return { kind: 'message', json: nodeToText(message) };
    if (node.get('end') === true) return { kind: 'end' };
  }
  throw new GatewayError('invalid_argument', 'a frame must be {"message": …} or {"end": true}', {
    type: 'invalid-json',
  });
}

const BEFORE = Buffer.from('{"message":');
const AFTER = Buffer.from('}');

export function writeMessageFrame(json: Uint8Array): Buffer {
  return Buffer.concat([BEFORE, json, AFTER]);
}

/** The last frame; `problem` is JSON text of a refusal. */
export function writeStatusFrame(problem: string | undefined): string {
  return problem === undefined ? '{"status":{"code":"OK"}}' : `{"status":${problem}}`;
}
