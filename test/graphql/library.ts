// The demo library as a test source: AIP style, with resources, a oneof, a map, a server stream.
import { compile, demoSource, operationsOf } from './sources.ts';

/** Compiles; call it once per file. */
export function librarySource() {
  const path = 'library/v1/library.proto';
  return { name: 'library', operations: operationsOf('library', compile(demoSource(path)), [path]) };
}
