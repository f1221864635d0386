/** Jest runs the TypeScript sources as ES modules; Node itself strips the types (test/harness/strip-types.mjs). */
export default {
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'mjs', 'js', 'json'],
  transform: { '\\.ts$': '<rootDir>/test/harness/strip-types.mjs' },
  reporters: ['default', '<rootDir>/test/harness/closing-lines.ts'],
  maxWorkers: 2,
  // A worker keeps the modules and the compiled patterns of every file that it has run.
  workerIdleMemoryLimit: '1GB',
  // Only a hang should meet it: what starts compilers and gateways takes minutes on a machine that is shared.
  testTimeout: 300_000,
};
