// @ts-check
'use strict';

// At install: fails, in one sentence, on a machine this package has no binary for. In a clone of slmbx the binary
// is still to be built then, and its absence says nothing.

const { existsSync } = require('node:fs');
const path = require('node:path');
const { findAddon } = require('./lib/native');

try {
  findAddon();
} catch (error) {
  if (!existsSync(path.join(__dirname, 'Makefile'))) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n`);
    process.exitCode = 1;
  }
}
