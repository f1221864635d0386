// Makes a reply as large as `x-mock-size` asks, with text in a field that is text anyway, so that the size
// survives every translation on its way to the client.

/** Free text of the demo resources; names and keys are left alone. */
const FREE_TEXT = ['description', 'biography', 'note', 'about', 'text'];

/** How deep a resource can lie in a reply: in a list of a response. */
const MAX_DEPTH = 3;

/** A copy with the free text of the first resource replaced; undefined if there is none. */
export function padReply(reply: object, size: number, depth = 0): object | undefined {
  const own = FREE_TEXT.find((key) => typeof (reply as Record<string, unknown>)[key] === 'string');
  if (own !== undefined) return { ...reply, [own]: 'x'.repeat(size) };
  if (depth === MAX_DEPTH) return undefined;
  for (const [key, value] of Object.entries(reply)) {
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) continue;
    const padded = padReply(value, size, depth + 1);
    if (padded === undefined) continue;
    return Array.isArray(reply) ? reply.with(Number(key), padded) : { ...reply, [key]: padded };
  }
  return undefined;
}
