// Segments with text around their variables, such as `{id}.json` or `v{major}-{minor}`.

/** Values of the variables between the literals, none of them empty; undefined if the text is no such segment. */
export function matchAffix(text: string, literals: readonly string[]): readonly string[] | undefined {
  const first = literals[0] ?? '';
  const last = literals.at(-1) ?? '';
  const end = text.length - last.length;
  if (!text.startsWith(first) || !text.endsWith(last) || end <= first.length) return undefined;
  const values: string[] = [];
  let start = first.length;
  for (let index = 1; index < literals.length - 1; index++) {
    const literal = literals[index] ?? '';
    // The earliest place behind at least one character: values hold as little as they can.
    const at = text.indexOf(literal, start + 1);
    if (at < 0 || at + literal.length >= end) return undefined;
    values.push(text.slice(start, at));
    start = at + literal.length;
  }
  values.push(text.slice(start, end));
  return values;
}

/** More literal text says more about a path, and is tried first. */
export function affixWeight(literals: readonly string[]): number {
  return literals.reduce((sum, literal) => sum + literal.length, 0);
}
