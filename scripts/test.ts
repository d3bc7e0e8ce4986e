import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, withBuildLock } from './build-steps';
import { ensurePackages } from './debian';
import { run, type RunResult } from './exec';
import { Failure } from './failure';
import { parseJest } from './jest-report';
import type { Level, LevelCommand } from './level';
import { levels } from './levels';
import { withLock } from './lock';
import { fromRoot, inRoot, logDirectory, root } from './paths';
import { addOutcomes, emptyOutcome, failure, isGood, type Outcome, skip, tallyLine } from './tally';
import { parseTap } from './tap';
import { lastLines } from './text';

const isCi = (process.env['CI'] ?? 'false') !== 'false';
/** Failures told by name; the log has them all. */
const FAILURES_SHOWN = 20;
const LOG_LINES_SHOWN = isCi ? 120 : 15;

function logOf(level: Level): string {
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

async function runCommand(level: Level, command: LevelCommand): Promise<Outcome> {
  if (command.report) rmSync(command.report, { force: true });
  const { timeoutSeconds } = level;
  const log = logOf(level);
  const keepStdout = command.reads === 'tap';
  const result = await run(command.argv, { log, timeoutSeconds, keepStdout, ...(command.env && { env: command.env }) });
  return judge(command, result, timeoutSeconds);
}

async function runCommands(level: Level): Promise<Outcome> {
  if (level.parallel)
    return addOutcomes(await Promise.all(level.commands.map((command) => runCommand(level, command))));
  const outcomes: Outcome[] = [];
  for (const command of level.commands) outcomes.push(await runCommand(level, command));
  return addOutcomes(outcomes);
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

async function runLevel(level: Level): Promise<Outcome> {
  if (level.needsRoot && process.getuid?.() !== 0) return skip('only root can run it: it acts as several users');
  rmSync(logOf(level), { force: true });
  try {
    await ensurePackages(level.packages, `the level ${level.name}`);
    await ensureBuilt(level.needs);
  } catch (error) {
    if (error instanceof Failure) return failure(error.message);
    throw error;
  }
  const failed = await prepare(level);
  return failed === undefined ? runCommands(level) : failure(`\`${failed}\` failed`);
}

function report(level: Level, outcome: Outcome, seconds: number): void {
  console.log(`${level.name.padEnd(18)} ${tallyLine(outcome)}, ${seconds.toFixed(1)} s`);
  for (const line of outcome.failures.slice(0, FAILURES_SHOWN))
    console.log(`  failed: ${line.replaceAll(`${root}/`, '')}`);
  for (const line of new Set(outcome.reasons)) console.log(`  skipped: ${line}`);
  if (outcome.failed === 0 || !existsSync(logOf(level))) return;
  console.log(`  the whole output is in ${fromRoot(logOf(level))}, which ends:`);
  console.log(lastLines(logOf(level), LOG_LINES_SHOWN));
}

function chosen(names: readonly string[]): readonly Level[] {
  const unknown = names.filter((name) => !levels.some((level) => level.name === name));
  if (unknown.length > 0) {
    throw new Failure(
      `no level is named ${unknown.join(', ')}; the levels are ${levels.map(({ name }) => name).join(', ')}`,
    );
  }
  return names.length === 0 ? levels : levels.filter(({ name }) => names.includes(name));
}

async function runAll(chosenLevels: readonly Level[]): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const level of chosenLevels) {
    const started = performance.now();
    const outcome = await runLevel(level);
    report(level, outcome, (performance.now() - started) / 1_000);
    outcomes.push(outcome);
  }
  return addOutcomes(outcomes);
}

/** The tests use engines and directories of their own, whatever those of whoever runs them. */
function forgetSettings(): void {
  for (const name of Object.keys(process.env)) {
    if (/^SLMBX_(?!TEST_)/.test(name)) Reflect.deleteProperty(process.env, name);
  }
}

/** Runs the levels of these names, or all. Returns the exit code. */
export async function test(names: readonly string[]): Promise<number> {
  const chosenLevels = chosen(names);
  forgetSettings();
  mkdirSync(logDirectory, { recursive: true });
  const sum = await withLock(inRoot('build', 'test.lock'), 'waiting for another test run', () => runAll(chosenLevels));
  console.log(tallyLine(sum));
  return isGood(sum, isCi) ? 0 : 1;
}
