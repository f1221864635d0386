// Spectral in a process of its own: reads a document from stdin and writes what its recommended rules remark.
import { createRequire } from 'node:module';
import { json } from 'node:stream/consumers';

const require = createRequire(import.meta.url);
const { Spectral } = require('@stoplight/spectral-core');
const { oas } = require('@stoplight/spectral-rulesets');

const spectral = new Spectral();
spectral.setRuleset({ extends: [[oas, 'recommended']], rules: {} });
const remarks = await spectral.run(await json(process.stdin));
process.stdout.write(
  JSON.stringify(remarks.map(({ code, message, path }) => `${code}: ${message} at ${path.join('/')}`)),
);
