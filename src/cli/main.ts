#!/usr/bin/env node
import { unsupportedNode } from '../node-version';
import { run } from './run';

const complaint = unsupportedNode(process.versions.node);
if (complaint !== undefined) {
  process.stderr.write(`slmbx: ${complaint}\n`);
  process.exit(1);
}

// Every byte is written by then: nothing that is still open may keep the command from ending.
void run(process.argv.slice(2)).then((exitCode) => process.exit(exitCode));
