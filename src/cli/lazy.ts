/* eslint-disable @typescript-eslint/no-require-imports --
   `slmbx --help` and completion shall not wait for gRPC, and a dynamic import() would cost every command a turn through
   the ESM loader. */
import type * as client from '../client';
import type Table from 'cli-table3';

/** The client, and gRPC with it, at its first use. */
export function loadClient(): typeof client {
  return require('../client') as typeof client;
}

export function loadTable(): typeof Table {
  return require('cli-table3') as typeof Table;
}
