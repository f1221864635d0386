#!/usr/bin/env node
// `npx dragoman` in a checkout: the built command of this very tree.
import { existsSync } from 'node:fs';

const command = new URL('../../dist/cli/main.js', import.meta.url);
if (existsSync(command)) {
  await import(command.href);
} else {
  console.error('dragoman is not built yet: run `npm run build` first');
  process.exitCode = 1;
}
