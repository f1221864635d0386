// Counts by several labels at once. A label is looked up as the text that it is: to put one key together from all of them
// costs more, for every request, than the rest of its counting.

export class LabelCounts {
  readonly #root = new Branch();

  /** One more with these labels, which always come in the same order and number. */
  add(labels: readonly string[]): void {
    let branch = this.#root;
    for (const label of labels) branch = branch.below(label);
    branch.count += 1;
  }

  *[Symbol.iterator](): Iterator<{ readonly labels: readonly string[]; readonly count: number }> {
    yield* leaves(this.#root, []);
  }
}

class Branch {
  count = 0;
  readonly branches = new Map<string, Branch>();

  below(label: string): Branch {
    let branch = this.branches.get(label);
    if (branch === undefined) {
      branch = new Branch();
      this.branches.set(label, branch);
    }
    return branch;
  }
}

function* leaves(
  branch: Branch,
  labels: readonly string[],
): Generator<{ readonly labels: readonly string[]; readonly count: number }> {
  if (branch.count > 0) yield { labels, count: branch.count };
  for (const [label, next] of branch.branches) yield* leaves(next, [...labels, label]);
}
