// Whose address a request has. Forwarding headers are believed from configured proxies only.
// Source: security reference, class 6: trust is by CIDR, never by counting hops.
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

export interface ClientAddressReader {
  /** True if the peer is one of the configured proxies. */
  isTrusted(peer: string): boolean;
  /** The peer's address, or the nearest untrusted one that a trusted proxy names. */
  read(request: IncomingMessage): string;
}

/** `trusted`: CIDR blocks, already checked by the configuration. */
export function createClientAddressReader(trusted: readonly string[]): ClientAddressReader {
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
  return {
    isTrusted,
    read(request) {
      const peer = withoutMapping(request.socket.remoteAddress ?? '');
      if (!isTrusted(peer)) return peer;
      const chain = String(request.headers['x-forwarded-for'] ?? '')
        .split(',')
        .map((address) => address.trim())
        .filter((address) => isIP(address) !== 0);
      return chain.findLast((address) => !isTrusted(address)) ?? peer;
    },
  };
}

/** `::ffff:127.0.0.1` is the IPv4 address that it maps. */
function withoutMapping(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
