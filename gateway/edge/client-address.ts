// Whose address a request has, and which way it came. Forwarding headers are believed from configured proxies only.
// Source: security reference, class 6 and section 4.9: trust is by CIDR, never by counting hops.
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { Forwarded, RequestFacts } from '../../translators/rest/request-metadata.ts';
import { isHost } from './check-request.ts';

export interface ClientAddressReader {
  /** True if the peer is one of the configured proxies. */
  isTrusted(peer: string): boolean;
  /** The peer's address, or the nearest untrusted one that a trusted proxy names. */
  read(request: IncomingMessage): string;
  /** What the upstream is told: the client, the trusted proxies behind it, and what the client asked the first of them. */
  forwarded(request: IncomingMessage): Forwarded;
  /** All that upstreams are told of a request beside its own headers. */
  facts(request: IncomingMessage, requestId: string): RequestFacts;
}

/**
 * `trusted`: CIDR blocks, already checked by the configuration. `onDropped` is told of each header that cannot go
 * upstream, though it should.
 */
export function createClientAddressReader(
  trusted: readonly string[],
  onDropped: () => void = () => {},
): ClientAddressReader {
  const proxies = new BlockList();
  for (const block of trusted) {
    const [address = '', bits] = block.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    proxies.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  const isTrusted = (peer: string): boolean => {
    if (trusted.length === 0) return false;
    const plain = withoutMapping(peer);
    const family = isIP(plain);
    return family !== 0 && proxies.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  };
  /** From the client to the peer; never empty. What stands before the client is the client's own story. */
  const chain = ({ socket, headers }: IncomingMessage): readonly string[] => {
    const peer = withoutMapping(socket.remoteAddress ?? '');
    if (!isTrusted(peer)) return [peer];
    const named = String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .map((address) => withoutMapping(address.trim()));
    // What is no address was made up by someone: nothing before it can be believed either.
    const last = named.findLastIndex((address) => isIP(address) === 0 || !isTrusted(address));
    const from = last !== -1 && isIP(named[last] ?? '') === 0 ? last + 1 : Math.max(last, 0);
    return [...named.slice(from), peer];
  };
  const forwarded = (request: IncomingMessage): Forwarded => {
    const { headers, socket } = request;
    const isBelieved = isTrusted(socket.remoteAddress ?? '');
    const host = isBelieved ? headers['x-forwarded-host'] : undefined;
    return {
      for: joined(chain(request)),
      host: typeof host === 'string' && isHost(host) ? host : (headers.host ?? ''),
      proto: isBelieved && headers['x-forwarded-proto'] === 'https' ? 'https' : 'http',
    };
  };
  return {
    isTrusted,
    read: (request) => chain(request)[0] ?? '',
    forwarded,
    facts: (request, requestId) => ({ requestId, forwarded: forwarded(request), onDropped }),
  };
}

/** Nearly always there is one. */
function joined(addresses: readonly string[]): string {
  const [first = ''] = addresses;
  return addresses.length === 1 ? first : addresses.join(', ');
}

/** `::ffff:127.0.0.1` is the IPv4 address that it maps. */
function withoutMapping(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
