// What is to be known of a header by its name, worked out once: the same few names come with every request.

/** More names than any well-meant mixture of clients has; strangers' cannot fill memory. */
const MAX_NAMES = 512;
const MAX_LENGTH = 64;

/** `judge` gets the name in lower case, and says the same of it each time. */
export function keptByName<T>(judge: (name: string) => T): (name: string) => T {
  const kept = new Map<string, T>();
  return (name) => {
    const known = kept.get(name);
    if (known !== undefined) return known;
    const made = judge(name.toLowerCase());
    if (name.length > MAX_LENGTH) return made;
    if (kept.size >= MAX_NAMES) kept.clear();
    kept.set(name, made);
    return made;
  };
}
