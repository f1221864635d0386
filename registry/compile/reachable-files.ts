// Which of the files a set of entries needs, by a look at their import lines. Only for sources with too many
// entries to name them all to the compiler; otherwise the compiler finds out itself, and exactly.

/** At most 1024 characters of a path are looked at; the compiler refuses longer ones anyway. */
const IMPORT = /\bimport\s+(?:public\s+|weak\s+|option\s+)?(?:"([^"\n]{1,1024})"|'([^'\n]{1,1024})')/g;

/**
 * The files that `entries` reach through imports. Imports in comments are followed as well: a file too many
 * is compiled in vain, a file too few would be missed.
 */
export function reachableFiles(
  files: ReadonlyMap<string, string>,
  entries: Iterable<string>,
): Map<string, string> {
  const reached = new Map<string, string>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const content = files.get(path);
    if (content === undefined || reached.has(path)) continue;
    reached.set(path, content);
    for (const [, double, single] of content.matchAll(IMPORT)) waiting.push(double ?? single ?? '');
  }
  return reached;
}
