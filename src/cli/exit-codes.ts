/** How a run of the command ended. `--help`, docs/cli.md and the JSON of errors all speak of these kinds. */
export interface ExitKind {
  readonly kind: string;
  readonly exitCode: number;
  readonly meaning: string;
}

export const EXIT_KINDS = {
  ok: { kind: 'ok', exitCode: 0, meaning: 'done' },
  failed: { kind: 'failed', exitCode: 1, meaning: 'a failure that has no code of its own' },
  usage: { kind: 'usage', exitCode: 2, meaning: 'a word of the command line is wrong, or the service refused a value' },
  notFound: { kind: 'not_found', exitCode: 3, meaning: 'no such mailbox' },
  exists: { kind: 'exists', exitCode: 4, meaning: 'the mailbox exists already, or the system is initialized already' },
  notPermitted: { kind: 'not_permitted', exitCode: 5, meaning: 'another user owns the mailbox, or root is needed' },
  notInitialized: { kind: 'not_initialized', exitCode: 6, meaning: "the system isn't initialized" },
  empty: { kind: 'empty', exitCode: 7, meaning: 'recv, peek: the mailbox has no message' },
  unavailable: { kind: 'unavailable', exitCode: 8, meaning: "the service or its engine can't be reached" },
  deadline: { kind: 'deadline', exitCode: 9, meaning: 'no answer within --timeout' },
  limit: { kind: 'limit', exitCode: 10, meaning: 'the message is too large, or a quota, a limit or memory is used up' },
  localIo: { kind: 'io', exitCode: 11, meaning: "a file, or standard input or output, can't be read or written" },
  hangup: { kind: 'interrupted', exitCode: 129, meaning: 'ended by SIGHUP' },
  interrupted: { kind: 'interrupted', exitCode: 130, meaning: 'ended by SIGINT (Ctrl-C)' },
  brokenPipe: { kind: 'broken_pipe', exitCode: 141, meaning: 'whoever read the output stopped reading' },
  terminated: { kind: 'interrupted', exitCode: 143, meaning: 'ended by SIGTERM' },
} as const satisfies Record<string, ExitKind>;

/** The table in the help. */
export function exitCodeHelp(): string {
  const rows = Object.values(EXIT_KINDS).map(
    ({ exitCode, meaning }) => `  ${String(exitCode).padStart(3)}  ${meaning}`,
  );
  return ['Exit codes:', ...rows].join('\n');
}
