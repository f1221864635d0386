// Strongly connected components of a graph of descriptors (Tarjan), without recursion: depth comes from strangers.

/** Components with those they point to first. `edges` is called once per node. */
export function components<T>(roots: Iterable<T>, edges: (node: T) => readonly T[]): T[][] {
  const found: T[][] = [];
  const order = new Map<T, number>();
  const lowest = new Map<T, number>();
  const open: T[] = [];
  const isOpen = new Set<T>();
  const frames: { node: T; targets: readonly T[]; next: number }[] = [];

  const enter = (node: T): void => {
    order.set(node, order.size);
    lowest.set(node, order.size - 1);
    open.push(node);
    isOpen.add(node);
    frames.push({ node, targets: edges(node), next: 0 });
  };
  const lower = (node: T, candidate: number | undefined): void => {
    const current = lowest.get(node);
    if (candidate !== undefined && current !== undefined && candidate < current) lowest.set(node, candidate);
  };
  const close = (node: T): void => {
    const component: T[] = [];
    for (let member = open.pop(); member !== undefined; member = open.pop()) {
      isOpen.delete(member);
      component.push(member);
      if (member === node) break;
    }
    found.push(component);
  };

  for (const root of roots) {
    if (order.has(root)) continue;
    enter(root);
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const { node } = frame;
      if (frame.next < frame.targets.length) {
        const target = frame.targets[frame.next++];
        if (target === undefined) continue;
        if (!order.has(target)) enter(target);
        else if (isOpen.has(target)) lower(node, order.get(target));
        continue;
      }
      frames.pop();
      const caller = frames.at(-1);
      if (caller !== undefined) lower(caller.node, lowest.get(node));
      if (lowest.get(node) === order.get(node)) close(node);
    }
  }
  return found;
}
