// Which packages can be served beside each other: two that claim one route cannot, and the later one is left out, as
// its registration would have been refused. Asks the route table alone, which is quick; the graph settles its clashes.
import type { HttpBinding, Operation } from '../../core/operation.ts';
import type { RegisteredService } from '../../registry/snapshot.ts';
import { buildRouteTable } from '../../schema/routes/route-table.ts';
import type { Remarks } from './remarks.ts';

type Services = ReadonlyMap<string, RegisteredService>;

interface Clash {
  readonly route: string;
  readonly later: string;
  readonly earlier: string;
}

/** In the order of `services`; every one left out is remarked with whose routes it claims. */
export function withoutConflicts(
  services: Services,
  reserved: readonly string[],
  remarks: Remarks,
): Services {
  const kept = new Map(services);
  for (;;) {
    const { problems } = buildRouteTable(claimsOf(kept), { reserved });
    const clashes = problems.filter(({ severity }) => severity === 'error').map(readClash);
    const inDoubt = new Set(clashes.map(({ later }) => later));
    if (inDoubt.size === 0) return kept;
    // Whoever clashes with one that clashes with nobody is out; the others are asked again without those.
    for (const [name, own] of Map.groupBy(clashes, ({ later }) => later)) {
      const settled = own.filter(({ earlier }) => !inDoubt.has(earlier));
      if (settled.length === 0) continue;
      kept.delete(name);
      for (const [owner, lost] of Map.groupBy(settled, ({ earlier }) => earlier)) {
        remarks.clash({ owner, name, routes: lost.map(({ route }) => route) });
      }
    }
  }
}

function* claimsOf(services: Services): Generator<{ operation: Operation; binding: HttpBinding }> {
  for (const { operations } of services.values()) {
    for (const operation of operations) {
      for (const binding of operation.bindings) yield { operation, binding };
    }
  }
}

/** Both owners are named in the message alone, which is written for people. */
function readClash({ message }: { readonly message: string }): Clash {
  const [, route, later, earlier] =
    /^(.*) is claimed by .* of service (\S+) \(.* and, before it.* of service (\S+) \(/.exec(message) ?? [];
  if (route === undefined || later === undefined || earlier === undefined) {
    throw new Error(`an error that is no route conflict: ${message}`);
  }
  return { route, later, earlier };
}
