// Puts the files of a descriptor set in the order that readers need: each after the files it imports.
import type { FileDescriptorProto } from '@bufbuild/protobuf/wkt';
import type { Problem } from '../../core/problem.ts';
import { quoted } from './file-path.ts';

export interface Ordered {
  readonly files: FileDescriptorProto[];
  /** Missing imports, cycles, files named twice. */
  readonly problems: readonly Problem[];
}

interface Visit {
  readonly file: FileDescriptorProto;
  next: number;
}

/**
 * The files reachable from `roots`, imports first, otherwise in the order given.
 * Walks with a stack of its own: a chain of imports may be as long as there are files.
 */
export function orderFiles(files: readonly FileDescriptorProto[], roots: Iterable<string>): Ordered {
  const byName = new Map(files.map((file) => [file.name, file]));
  const problems: Problem[] = [];
  const ordered: FileDescriptorProto[] = [];
  const state = new Map<string, 'open' | 'done'>();
  for (const root of roots) {
    const first = byName.get(root);
    if (first === undefined || state.has(root)) continue;
    const stack: Visit[] = [{ file: first, next: 0 }];
    state.set(root, 'open');
    for (let visit = stack.at(-1); visit !== undefined; visit = stack.at(-1)) {
      const name = visit.file.dependency[visit.next];
      visit.next += 1;
      if (name === undefined) {
        ordered.push(visit.file);
        state.set(visit.file.name, 'done');
        stack.pop();
        continue;
      }
      const known = state.get(name);
      const file = byName.get(name);
      if (file === undefined) problems.push(missing(visit.file.name, name));
      else if (known === 'open') problems.push(cycle(visit.file.name, name));
      else if (known === undefined) {
        state.set(name, 'open');
        stack.push({ file, next: 0 });
      }
    }
  }
  return { files: ordered, problems };
}

function missing(importer: string, name: string): Problem {
  const message =
    `imports ${quoted(name)}, which the descriptor set lacks; ` +
    'build it with its imports (protoc --include_imports, or buf build)';
  return { severity: 'error', message, rule: 'descriptor-set', path: importer };
}

function cycle(importer: string, name: string): Problem {
  const message = `imports ${quoted(name)}, which imports this file in turn; break the cycle`;
  return { severity: 'error', message, rule: 'descriptor-set', path: importer };
}
