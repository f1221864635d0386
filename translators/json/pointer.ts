// JSON pointers (RFC 6901): the empty one is the whole, each step has its slash before it.

/** One step down, into a member or to an item. */
export function pointerStep(key: string | number): string {
  return typeof key === 'number' ? `/${key}` : `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
