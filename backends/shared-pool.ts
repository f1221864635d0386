// Things that are dear to make and outlive a snapshot, such as channels: made once per key, closed with the last user.

export interface SharedPool<T> {
  /** `release` is to be called once by each taker. */
  take(key: string, make: () => T): { readonly item: T; readonly release: () => void };
  readonly size: number;
}

export function createSharedPool<T extends { close(): void }>(): SharedPool<T> {
  const shared = new Map<string, { readonly item: T; users: number }>();
  return {
    take(key, make) {
      const entry = shared.get(key) ?? { item: make(), users: 0 };
      entry.users += 1;
      shared.set(key, entry);
      let isHeld = true;
      return {
        item: entry.item,
        release: () => {
          if (!isHeld) return;
          isHeld = false;
          entry.users -= 1;
          if (entry.users > 0) return;
          shared.delete(key);
          entry.item.close();
        },
      };
    },
    get size() {
      return shared.size;
    },
  };
}
