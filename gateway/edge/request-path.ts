// The path of a request target, as answers and logs name it.

/** Of a target in absolute form, which names the gateway. */
const ORIGIN = /^https?:\/\/[^/?]*/i;
const LONGEST = 1024;

/** Without the query, which may hold secrets, and never longer than is useful. The target may be malformed. */
export function requestPath(target: string): string {
  const query = target.indexOf('?');
  return (query === -1 ? target : target.slice(0, query)).replace(ORIGIN, '').slice(0, LONGEST);
}
