// A connection that says why before it is closed for a frame that cannot be read: the library closes with a number alone.
import { WebSocket } from 'ws';
import { GatewayError } from '../../core/error.ts';

export class TellingSocket extends WebSocket {
  /** Told of a broken frame while something can still be said. */
  onBrokenFrame: ((error: GatewayError) => void) | undefined;

  /** The library calls it for what its parser refuses. */
  override close(code?: number, reason?: string | Buffer): void {
    const error = code === undefined ? undefined : errorOfClosing(code);
    if (error !== undefined && this.readyState === WebSocket.OPEN) this.onBrokenFrame?.(error);
    super.close(code, reason);
  }
}

/** RFC 6455 §7.4.1. Undefined: nothing is wrong with the client's frames. */
function errorOfClosing(code: number): GatewayError | undefined {
  switch (code) {
    case 1002:
      return new GatewayError('invalid_argument', 'the frame breaks the WebSocket protocol');
    case 1007:
      return new GatewayError('invalid_argument', 'the frame is not valid UTF-8', { type: 'invalid-json' });
    case 1009:
      return new GatewayError('resource_exhausted', 'the frame is larger than this operation allows', {
        type: 'body-too-large',
      });
    default:
      return undefined;
  }
}
