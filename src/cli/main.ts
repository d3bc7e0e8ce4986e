#!/usr/bin/env node
import './check-node';
import { run } from './run';

// Every byte is written by then: nothing that is still open may keep the command from ending.
void run(process.argv.slice(2)).then((exitCode) => process.exit(exitCode));
