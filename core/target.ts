// Reads the URL of an upstream target. Pure: it looks nothing up and says nothing about reachability.
import type { Target } from './upstream.ts';

const DEFAULT_PORTS: Readonly<Record<Target['scheme'], number | undefined>> = {
  // A plaintext gRPC server has no customary port; guessing one would hide a typing error.
  grpc: undefined,
  grpcs: 443,
  http: 80,
  https: 443,
};
const URL_FORM = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)([\s\S]*)$/;
const AUTHORITY = /^(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::([0-9]{1,5}))?$/;

export type TargetReading =
  | { readonly ok: true; readonly target: Target }
  /** `message` says what is wrong and what would be right, and never repeats credentials. */
  | { readonly ok: false; readonly message: string };

/** `grpc://host:port` and `grpcs://`, `http://`, `https://` with their customary ports. */
export function readTarget(url: string, weight = 1): TargetReading {
  const parts = URL_FORM.exec(url);
  if (parts === null) return refuse('must be a URL such as grpc://host:50051');
  const [, schemeText = '', authority = '', rest = ''] = parts;
  const scheme = schemeText.toLowerCase();
  if (!isScheme(scheme)) {
    return refuse(`has the scheme "${scheme}"; upstreams are grpc://, grpcs://, http:// or https://`);
  }
  if (authority.includes('@')) return refuse('must not hold credentials');
  if (rest !== '' && rest !== '/') {
    return refuse(`must end after host and port, without path, query or fragment`);
  }
  const [, host = '', portText] = AUTHORITY.exec(authority) ?? [];
  if (host === '') return refuse(`has no valid host; write ${scheme}://host:port`);
  const port = portText === undefined ? DEFAULT_PORTS[scheme] : Number(portText);
  if (port === undefined) return refuse(`needs a port, as in ${scheme}://${host}:50051`);
  if (port < 1 || port > 65_535) return refuse(`has the port ${port}; ports are 1 to 65535`);
  // The URL parser of the platform knows which names and addresses are none (`256.1.1.1`, `[::1::]`).
  if (!URL.canParse(`http://${host}/`)) return refuse(`has no valid host; write ${scheme}://host:port`);
  const name = new URL(`http://${host}/`).hostname;
  return {
    ok: true,
    target: { url, scheme, host: name.startsWith('[') ? name.slice(1, -1) : name, port, weight },
  };
}

function isScheme(text: string): text is Target['scheme'] {
  return Object.hasOwn(DEFAULT_PORTS, text);
}

function refuse(message: string): TargetReading {
  return { ok: false, message };
}
