// Long work in small steps: whoever drives it may let others have a turn between two of them. Documents come from
// strangers and may be large; what is made of one should not keep a process from answering anybody else.

/** Yields nothing but the chance to pause. */
export type Steps<T> = Generator<void, T>;

/** All of it at once. */
export function finish<T>(steps: Steps<T>): T {
  let next = steps.next();
  while (next.done !== true) next = steps.next();
  return next.value;
}
