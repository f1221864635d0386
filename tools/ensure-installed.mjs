// Before `npm test`: in a fresh clone there is nothing installed yet, and the test command is all it should take.
// Runs on whatever Node npm itself runs on.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

if (!existsSync(new URL('../node_modules/.package-lock.json', import.meta.url))) {
  console.log('nothing is installed yet: npm ci');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exitCode = status ?? 1;
}
