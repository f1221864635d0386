// .proto sources in, one checked FileDescriptorSet out. The compiler is buf, run as a child that reads the
// files from its standard input; nothing of the upload but .proto text ever reaches it.
import { fromBinary } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { hasErrors, type Problem, type Result, sortProblems } from '../../core/problem.ts';
import type { SourceFile } from '../service-definition.ts';
import { findBufBinary } from './buf-binary.ts';
import { bundledProtos } from './bundled-protos.ts';
import { checkFiles, type ProtoSource } from './check-files.ts';
import { type CompiledSource, checkSet, describeFile, refuse, writeSet } from './compiled-source.ts';
import { readCompilerProblems } from './compiler-problems.ts';
import { withPrivateFolder } from './private-folder.ts';
import { reachableFiles } from './reachable-files.ts';
import { type CompilerOutcome, runCompiler } from './run-compiler.ts';
import { findMissingInOurs, setAsideCommonProtos } from './set-aside.ts';
import { type SourceLimits, sourceLimits } from './source-limits.ts';
import { writeTar } from './tar-archive.ts';

export interface CompileOptions {
  readonly limits?: Partial<SourceLimits>;
  /** Ends the compiler; the answer is then a problem, not a throw. */
  readonly signal?: AbortSignal;
}

/** Everything one run of the compiler needs to know. */
interface Compilation {
  /** Text by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly targets: readonly string[];
  readonly sent: readonly SourceFile[];
  readonly limits: SourceLimits;
  readonly signal: AbortSignal | undefined;
}

/** The compiler compares every target with every file; beyond this it gets only the files that are needed. */
const MAX_TARGETS = 100;

/** Compiles the entry files and what they import. Finds every problem at once, each with its place. */
export async function compileProto(
  source: ProtoSource,
  options: CompileOptions = {},
): Promise<Result<CompiledSource>> {
  const limits = sourceLimits(options.limits);
  const faults = checkFiles(source, limits);
  if (faults.length > 0) return refuse(faults, limits);

  const { kept, setAside, notes } = setAsideCommonProtos(source.files);
  const { signal } = options;
  const sent = source.files;
  const compile = (
    files: readonly SourceFile[],
    targets: readonly string[],
  ): Promise<Result<FileDescriptorSet>> =>
    runBuf({ files: stage(files, targets), targets, sent, limits, signal });

  const entry = [...new Set(source.entry)];
  const compiled = await compile(kept, entry);
  const remarks = [...remarkIgnored(source.files), ...notes, ...(await remarkCopies(compile, setAside))];
  if (!compiled.ok) return refuse([...compiled.problems, ...remarks], limits);

  const { set, problems } = checkSet(compiled.value.file, entry, limits);
  const all = [...problems, ...remarks, ...checkServices(set, entry, source)];
  if (hasErrors(all)) return refuse(all, limits);
  return { ok: true, value: { descriptorSet: writeSet(set), entry }, problems: sortProblems(all) };
}

/** What copies of common protos know and ours do not. A copy that does not compile is not worth a word. */
async function remarkCopies(
  compile: (files: readonly SourceFile[], targets: readonly string[]) => Promise<Result<FileDescriptorSet>>,
  setAside: readonly SourceFile[],
): Promise<Problem[]> {
  const copies = setAside.filter((file) => bundledProtos().has(file.path));
  if (copies.length === 0) return [];
  const result = await compile(
    copies,
    copies.map((file) => file.path),
  );
  return result.ok ? findMissingInOurs(result.value) : [];
}

function remarkIgnored(files: readonly SourceFile[]): Problem[] {
  const message = 'is not compiled; only .proto files are';
  return files
    .filter((file) => !file.path.endsWith('.proto'))
    .map(({ path }) => ({ severity: 'note', message, rule: 'file-name', path }));
}

/** The .proto files to compile, and ours wherever no file of that path is given. */
function stage(files: readonly SourceFile[], targets: readonly string[]): ReadonlyMap<string, string> {
  const staged = new Map(bundledProtos());
  for (const { path, content } of files) {
    if (path.endsWith('.proto')) staged.set(path, content);
  }
  return targets.length > MAX_TARGETS ? reachableFiles(staged, targets) : staged;
}

async function runBuf(compilation: Compilation): Promise<Result<FileDescriptorSet>> {
  const buf = findBufBinary();
  if (!buf.ok) return buf;
  const { limits, signal } = compilation;
  try {
    const outcome = await withPrivateFolder((folder) =>
      runCompiler({
        command: buf.value,
        args: bufArguments(compilation),
        input: writeTar(compilation.files),
        folder,
        timeoutMs: limits.compileMs,
        memoryBytes: limits.compileMemoryBytes,
        maxOutputBytes: limits.descriptorBytes,
        signal,
      }),
    );
    return readOutcome(outcome, compilation);
  } catch (error) {
    // A full disk or a read-only one is no reason to fall over; a mistake of ours is.
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error;
    return fault(`the compiler could not be given a temporary folder (${String(error.code)})`);
  }
}

function bufArguments({ targets, limits }: Compilation): string[] {
  const args = ['build', '-#format=tar', '--config', '{"version":"v2"}', '--disable-symlinks'];
  // Our own clock comes first by a little; this one is for the day it does not.
  args.push('--timeout', `${limits.compileMs + 1000}ms`, '--error-format', 'json');
  args.push('--as-file-descriptor-set', '--output', '-#format=binpb');
  if (targets.length > MAX_TARGETS) return args;
  // Quoted, since the flag takes comma-separated lists; paths hold no quotes.
  return [...args, ...targets.map((path) => `--path="${path}"`)];
}

function readOutcome(outcome: CompilerOutcome, { sent, limits }: Compilation): Result<FileDescriptorSet> {
  switch (outcome.kind) {
    case 'exited':
      if (outcome.code === 0) return decode(outcome.output);
      return { ok: false, problems: readCompilerProblems(outcome.errors, sent) };
    case 'timeout':
      return fault(
        `compiling took longer than ${limits.compileMs} ms and was ended; register fewer or smaller files`,
      );
    case 'memory':
      return fault(
        `compiling needed more than ${limits.compileMemoryBytes} bytes of memory and was ended; register fewer or smaller files`,
      );
    case 'output':
      return fault(
        `the compiled source holds more than ${limits.descriptorBytes} bytes; register fewer or smaller files`,
      );
    case 'aborted':
      return fault('compiling was cancelled');
    case 'died':
      return fault(
        `the compiler died (${outcome.reason}); try again, and report the source if it happens again`,
      );
    default:
      return outcome satisfies never;
  }
}

function decode(bytes: Uint8Array): Result<FileDescriptorSet> {
  try {
    return { ok: true, value: fromBinary(FileDescriptorSetSchema, bytes), problems: [] };
  } catch {
    // The text was valid; only nesting makes what the compiler wrote unreadable to us.
    return fault('the source is nested too deep to be read');
  }
}

function checkServices(set: FileDescriptorSet, entry: readonly string[], { files }: ProtoSource): Problem[] {
  const entries = set.file.filter((file) => entry.includes(file.name));
  if (entries.some((file) => file.service.length > 0)) return [];
  const found = entries.slice(0, 5).map(describeFile).join('; ');
  const elsewhere = files.find(
    (file) => !entry.includes(file.path) && /^[ \t]*service\s+\w+\s*\{/m.test(file.content),
  );
  const hint =
    elsewhere === undefined ? '' : `; ${elsewhere.path} seems to declare one: name it as an entry file`;
  return [{ severity: 'error', message: `no entry file declares a service: ${found}${hint}`, rule: 'entry' }];
}

function fault(message: string): Result<never> {
  return { ok: false, problems: [{ severity: 'error', message, rule: 'compile' }] };
}
