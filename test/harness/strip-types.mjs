// Jest transform: Node's own type stripping, so tests run the very text that `node file.ts` runs.
// Positions are kept (types become spaces), so stack traces need no source map.
import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';

export default {
  process(source) {
    return { code: stripTypeScriptTypes(source, { mode: 'strip' }) };
  },
  getCacheKey(source) {
    return createHash('sha256').update(process.version).update(source).digest('hex');
  },
};
