import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, withBuildLock } from './build-steps';
import { ensurePackages } from './debian';
import { run, type RunResult } from './exec';
import { Failure } from './failure';
import { parseJest } from './jest-report';
import type { Level, LevelCommand } from './level';
import { logDirectory } from './paths';
import { addOutcomes, emptyOutcome, failure, type Outcome, skip } from './tally';
import { parseTap } from './tap';

export function logOf(level: Level): string {
  return join(logDirectory, `${level.name}.log`);
}

/** What a command that ran to its end says of its tests. */
function read(command: LevelCommand, { code, stdout }: RunResult): Outcome {
  switch (command.reads) {
    case 'tap':
      return parseTap(stdout);
    case 'jest':
      return parseJest(command.report && existsSync(command.report) ? readFileSync(command.report, 'utf8') : '');
    case 'exit':
      return code === 0 ? { ...emptyOutcome(), passed: 1 } : failure(`${command.name} ended with exit code ${code}`);
  }
}

/** A command that ended badly has failed, whatever its tests say. */
function judge(command: LevelCommand, result: RunResult, timeoutSeconds: number): Outcome {
  const outcome = read(command, result);
  const extra: Outcome[] = [];
  if (result.timedOut) extra.push(failure(`${command.name} was stopped after ${timeoutSeconds} seconds`));
  else if (result.signal !== undefined) extra.push(failure(`${command.name} was ended by ${result.signal}`));
  else if (result.code !== 0 && outcome.failed === 0) {
    extra.push(failure(`${command.name} ended with exit code ${result.code}`));
  }
  if (outcome.passed + outcome.failed + outcome.skipped === 0) extra.push(failure(`${command.name} ran no test`));
  return addOutcomes([outcome, ...extra]);
}

export async function runCommand(level: Level, command: LevelCommand): Promise<Outcome> {
  if (command.report) rmSync(command.report, { force: true });
  const { timeoutSeconds } = level;
  const log = logOf(level);
  const keepStdout = command.reads === 'tap';
  const result = await run(command.argv, { log, timeoutSeconds, keepStdout, ...(command.env && { env: command.env }) });
  appendFileSync(log, `# ${command.name} took ${result.seconds.toFixed(1)} s\n`);
  return judge(command, result, timeoutSeconds);
}

/** Builds the level's programs. Returns the command that failed, if one did. */
function prepare(level: Level): Promise<string | undefined> {
  return withBuildLock(async () => {
    for (const argv of level.prepare) {
      const { code } = await run(argv, { log: logOf(level), timeoutSeconds: level.timeoutSeconds });
      if (code !== 0) return argv.join(' ');
    }
    return undefined;
  });
}

/** Leaves there what the level's commands need. Returns what keeps them from running, if anything does. */
export async function makeReady(level: Level): Promise<Outcome | undefined> {
  const reason = reasonToSkip(level);
  if (reason !== undefined) return skip(reason);
  rmSync(logOf(level), { force: true });
  try {
    await ensurePackages(level.packages, `the level ${level.name}`);
    await ensureBuilt(level.needs);
  } catch (error) {
    if (error instanceof Failure) return failure(error.message);
    throw error;
  }
  const failed = await prepare(level);
  return failed === undefined ? undefined : failure(`\`${failed}\` failed`);
}

export function reasonToSkip({ needsRoot }: Level): string | undefined {
  return needsRoot && process.getuid?.() !== 0 ? 'only root can run it: it acts as several users' : undefined;
}
