'use strict';

/** Engine of the end-to-end tests: a daemon for each file, or the one system of this kernel. */
const onKernel = (process.env.SLMBX_TEST_ENGINE ?? 'daemon') !== 'daemon';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['test', ...(onKernel ? [] : ['src', 'syscall-bindings', 'scripts'])].map((folder) => `<rootDir>/${folder}`),
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '<rootDir>/build/', ...(onKernel ? ['/test/daemon/'] : [])],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  setupFiles: ['reflect-metadata'],
  // Tests start processes, and share two cores with one another; in a guest, one that is emulated.
  testTimeout: onKernel ? 540_000 : 90_000,
  maxWorkers: onKernel ? 1 : 2,
};
