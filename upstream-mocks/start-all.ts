// All demo services together, on their usual ports or on any free ones.
import { type CountsServer, startCountsServer } from './counts-server.ts';
import { startInventory } from './inventory/inventory.ts';
import { startLibrary } from './library/library.ts';
import type { MockServer } from './mock-server.ts';
import { startOrders } from './orders/orders.ts';
import { startReviews } from './reviews/reviews.ts';
import { startUsers } from './users/users.ts';

/** Where the demo services are by default. */
export const DEMO_PORTS = {
  library: 50051,
  inventory: 50052,
  users: 50053,
  orders: 50054,
  reviews: 50055,
  counts: 50056,
} as const;

export type DemoName = Exclude<keyof typeof DEMO_PORTS, 'counts'>;

export interface Demo {
  readonly services: Readonly<Record<DemoName, MockServer>>;
  /** `GET` and `DELETE /counts` over all services. */
  readonly counts: CountsServer;
  close(): Promise<void>;
}

/**
 * @param ports `{}` for the usual ones; a port of 0 takes any free one.
 * @throws ListenError with every service stopped that had been started.
 */
export async function startAll(ports: Partial<Record<keyof typeof DEMO_PORTS, number>> = {}): Promise<Demo> {
  const wanted = { ...DEMO_PORTS, ...ports };
  const started: { close(): Promise<void> }[] = [];
  const close = async () => {
    await Promise.all(started.map((each) => each.close()));
  };
  const keep = <T extends { close(): Promise<void> }>(server: T): T => {
    started.push(server);
    return server;
  };
  try {
    const services = {
      library: keep(await startLibrary({ port: wanted.library })),
      inventory: keep(await startInventory({ port: wanted.inventory })),
      users: keep(await startUsers({ port: wanted.users })),
      orders: keep(await startOrders({ port: wanted.orders })),
      reviews: keep(await startReviews({ port: wanted.reviews })),
    };
    const counts = keep(await startCountsServer(wanted.counts, Object.values(services)));
    return { services, counts, close };
  } catch (error) {
    await close();
    throw error;
  }
}
