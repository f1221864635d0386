#!/usr/bin/env node
// The door of the `dragoman` command: says in one line when Node is too old, else opens.
// Nothing may be imported statically here: an import that an old Node cannot parse would fail before the check.

const OLDEST_NODE = 24;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(
    `dragoman needs Node.js ${OLDEST_NODE} or newer; this is ${process.versions.node} (see https://nodejs.org)\n`,
  );
  process.exitCode = 1;
} else {
  const { main } = await import('./dragoman.ts');
  await main();
}

export {};
