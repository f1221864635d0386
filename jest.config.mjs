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
  // Only a hang should meet it: a hundred publishes start a hundred compilers, and machines are shared.
  testTimeout: 120_000,
};
