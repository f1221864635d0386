// The one difference there may be between our JSON and the codec library's: a `float` may be shorter, if it is the same
// float still. Numbers inside of strings are the same on both sides anyhow.

const NUMBER = /-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?/g;

/** `found`, with the library's spelling of each number that a float cannot tell from ours and that ours is shorter than. */
export function asLibrary(found: string, expected: string): string {
  const theirs = expected.match(NUMBER) ?? [];
  let index = 0;
  return found.replace(NUMBER, (ours) => {
    const their = theirs[index++] ?? '';
    const isSameFloat = Object.is(Math.fround(Number(ours)), Math.fround(Number(their)));
    return isSameFloat && ours.length < their.length ? their : ours;
  });
}
