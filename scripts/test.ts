import { existsSync, mkdirSync } from 'node:fs';
import { tryPackages } from './debian';
import { Failure } from './failure';
import { jobsOf, type LevelWork } from './jobs';
import type { Level } from './level';
import { logOf, makeReady, reasonToSkip, runCommand } from './level-run';
import { levels } from './levels';
import { withLock } from './lock';
import { fromRoot, inRoot, logDirectory, root } from './paths';
import { inPool } from './pool';
import { addOutcomes, isGood, type Outcome, tallyLine } from './tally';
import { lastLines } from './text';

const isCi = (process.env['CI'] ?? 'false') !== 'false';
/** Failures told by name; the log has them all. */
const FAILURES_SHOWN = 20;
const LOG_LINES_SHOWN = isCi ? 120 : 15;

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

/** As many jobs at a time as there are CPUs. */
async function runAll(chosenLevels: readonly Level[]): Promise<Outcome> {
  const able = chosenLevels.filter((level) => reasonToSkip(level) === undefined);
  await tryPackages(able.flatMap(({ packages }) => packages));
  const outcomes: Outcome[] = [];
  const ended: LevelWork['ended'] = (level, outcome, seconds) => {
    report(level, outcome, seconds);
    outcomes.push(outcome);
  };
  await inPool(jobsOf(chosenLevels, { makeReady, runCommand, ended }).map((job) => job.run));
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
  const started = performance.now();
  const sum = await withLock(inRoot('build', 'test.lock'), 'waiting for another test run', () => runAll(chosenLevels));
  console.log(`all levels took ${((performance.now() - started) / 1_000).toFixed(1)} s`);
  console.log(tallyLine(sum));
  return isGood(sum, isCi) ? 0 : 1;
}
