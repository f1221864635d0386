// Whose address a request has, and which way it came. Forwarding headers are believed from configured proxies only.
// Source: security reference, class 6 and section 4.9: trust is by CIDR, never by counting hops.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import {
  type ForwardedElement,
  forwardedElements,
  writeForwarded,
} from '../../translators/http/forwarded-field.ts';
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

/** What proxies in front say whence a request came: in `X-Forwarded-*`, or in `Forwarded` (RFC 7239). */
export const FORWARDED_HEADERS = ['x-forwarded', 'forwarded'] as const;
export type ForwardedHeader = (typeof FORWARDED_HEADERS)[number];

export interface ClientAddressOptions {
  /** The one kind that is believed. Default: `x-forwarded`. */
  readonly forwardedHeader?: ForwardedHeader | undefined;
  /** Told of each header that cannot go upstream, though it should. */
  readonly onDropped?: () => void;
}

/** `trusted`: CIDR blocks, already checked by the configuration. */
export function createClientAddressReader(
  trusted: readonly string[],
  { forwardedHeader, onDropped = () => {} }: ClientAddressOptions = {},
): ClientAddressReader {
  const isTrusted = trustOf(trusted);
  const isStandard = forwardedHeader === 'forwarded';
  // Never both: a proxy that writes the one hands on what clients say in the other.
  const readWay = isStandard ? wayByForwarded : wayByXForwarded;
  const wayOf = ({ socket, headers }: IncomingMessage): Way => {
    const peer = withoutMapping(socket.remoteAddress ?? '');
    if (!isTrusted(peer)) return { addresses: [peer] };
    const { addresses, ...asked } = readWay(headers, isTrusted);
    return { addresses: [...addresses, peer], ...asked };
  };
  const forwarded = (request: IncomingMessage): Forwarded => {
    const { addresses, host, proto } = wayOf(request);
    const asked = {
      host: host !== undefined && isHost(host) ? host : (request.headers.host ?? ''),
      proto: proto === 'https' ? 'https' : 'http',
    } as const;
    return {
      for: joined(addresses),
      ...asked,
      ...(isStandard && { field: writeForwarded(addresses, asked) }),
    };
  };
  return {
    isTrusted,
    read: (request) => wayOf(request).addresses[0] ?? '',
    forwarded,
    facts: (request, requestId) => ({ requestId, forwarded: forwarded(request), onDropped }),
  };
}

function trustOf(blocks: readonly string[]): (peer: string) => boolean {
  const proxies = new BlockList();
  for (const block of blocks) {
    const [address = '', bits] = block.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    proxies.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return (peer) => {
    if (blocks.length === 0) return false;
    const plain = withoutMapping(peer);
    const family = isIP(plain);
    return family !== 0 && proxies.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  };
}

/** As trusted proxies tell it, whose word nothing has been added to. */
interface Way {
  /** From the client on. What stands before the client is the client's own story. */
  readonly addresses: readonly string[];
  /** What the client asked the first trusted proxy for. */
  readonly host?: string | undefined;
  readonly proto?: string | undefined;
}

function wayByXForwarded(headers: IncomingHttpHeaders, isTrusted: (peer: string) => boolean): Way {
  const named = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((address) => withoutMapping(address.trim()));
  // What is no address was made up by someone: nothing before it can be believed either.
  const last = named.findLastIndex((address) => isIP(address) === 0 || !isTrusted(address));
  const from = last !== -1 && isIP(named[last] ?? '') === 0 ? last + 1 : Math.max(last, 0);
  return {
    addresses: named.slice(from),
    host: headers['x-forwarded-host']?.toString(),
    proto: headers['x-forwarded-proto']?.toString(),
  };
}

/** Host and protocol are those of the element that names the client, or would: a proxy that hides it may tell them. */
function wayByForwarded({ forwarded }: IncomingHttpHeaders, isTrusted: (peer: string) => boolean): Way {
  const addresses: string[] = [];
  let first: ForwardedElement = {};
  if (forwarded !== undefined) {
    for (first of forwardedElements(forwarded)) {
      if (first.for === undefined) break;
      const address = withoutMapping(first.for);
      addresses.unshift(address);
      if (!isTrusted(address)) break;
    }
  }
  return { addresses, host: first.host, proto: first.proto };
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
