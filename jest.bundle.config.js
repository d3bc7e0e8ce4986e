'use strict';

const base = require('./jest.config');

/**
 * The end-to-end tests as scripts/bundle.ts leaves them: nothing is transformed, and the product is the bundled one.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...base,
  rootDir: 'build/bundle',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.e2e.spec.js'],
  transform: {},
  setupFiles: [],
  watchman: false,
  // A process of its own for each file: one of user-mode Linux can't grow beyond 256 MB.
  ...(base.maxWorkers === 1 && { workerIdleMemoryLimit: '1MB' }),
};
