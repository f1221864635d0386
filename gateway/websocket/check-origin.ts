// The one rule of who may open a WebSocket from a browser: browsers ask nobody before they do.
import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../../core/error.ts';

/** A page of another origin must not speak with its visitor's address. @throws GatewayError `permission_denied` */
export function checkOrigin({ origin, host }: IncomingHttpHeaders): void {
  if (origin === undefined || origin === `http://${host}` || origin === `https://${host}`) return;
  throw new GatewayError('permission_denied', 'pages of other origins may not open a WebSocket here');
}
