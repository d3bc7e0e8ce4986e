import type { Command } from 'commander';
import type { SlmbxClient } from '../client';
import { usageError } from './failures';
import { loadClient } from './lazy';

/** What a command has to work with. */
export interface Runtime {
  /** Aborted when the user, or the system, wants the command to end. */
  readonly signal: AbortSignal;
}

/** One run of a command: the options that every command takes, and what it has to work with. */
export interface Invocation extends Runtime {
  readonly address?: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly json: boolean;
}

type GlobalOptions = Omit<Invocation, 'json' | keyof Runtime> & { readonly json?: boolean };

export function invocationOf(command: Command, { signal }: Runtime): Invocation {
  const { address, timeout, json = false } = command.optsWithGlobals<GlobalOptions>();
  return { timeout, json, signal, ...(address === undefined ? {} : { address }) };
}

/** Lends a client that calls once and doesn't wait: a person, or a script, decides about another try. */
export async function withClient<T>(
  { address, timeout }: Invocation,
  use: (client: SlmbxClient) => Promise<T>,
  maxMessageBytes?: number,
): Promise<T> {
  const client = connect(address, timeout, maxMessageBytes);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

function connect(address: string | undefined, deadlineMs: number, maxMessageBytes: number | undefined): SlmbxClient {
  const { SlmbxClient: Client } = loadClient();
  try {
    return new Client({ address, deadlineMs, maxMessageBytes, retry: false });
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) {
      throw usageError(`${error.message}.`);
    }
    throw error;
  }
}
