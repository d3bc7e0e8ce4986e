import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build-steps';
import { ensurePackages, tryPackages } from './debian';
import { Failure } from './failure';
import { type Linter, linters } from './linters';
import { fromRoot, logDirectory } from './paths';
import { CPUS, inPool, oneByOne } from './pool';
import { addOutcomes, emptyOutcome, failure, isGood, type Outcome, tallyLine } from './tally';
import { lastLines } from './text';

const LINES_SHOWN = 60;

/** One linter at a time installs and builds. */
const turn = oneByOne();

async function objections(linter: Linter, log: string, fix: boolean): Promise<string[]> {
  try {
    await turn(async () => {
      await ensurePackages(linter.packages, linter.name);
      await ensureBuilt(linter.needs);
    });
    return await linter.run({ log, fix });
  } catch (error) {
    if (error instanceof Failure) return [error.message];
    throw error;
  }
}

async function runLinter(linter: Linter, fix: boolean): Promise<Outcome> {
  const log = join(logDirectory, `lint-${linter.name.replace(' ', '-')}.log`);
  rmSync(log, { force: true });
  const started = performance.now();
  const found = await objections(linter, log, fix);
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`${linter.name.padEnd(18)} ${found.length === 0 ? 'passed' : 'failed'}, ${seconds} s`);
  if (found.length === 0) return { ...emptyOutcome(), passed: 1 };
  for (const line of found.slice(0, LINES_SHOWN)) console.log(`  ${line}`);
  const shown = lastLines(log, LINES_SHOWN);
  if (shown !== '') console.log(`  the whole output is in ${fromRoot(log)}, which ends:\n${shown}`);
  return failure(linter.name);
}

/** Runs the linters of these names, or all; `--fix` mends what can be mended. Returns the exit code. */
export async function lint(args: readonly string[]): Promise<number> {
  const names = args.filter((argument) => argument !== '--fix');
  const unknown = names.filter((name) => !linters.some((linter) => linter.name === name));
  if (unknown.length > 0) {
    throw new Failure(
      `no linter is named ${unknown.join(', ')}; they are ${linters.map(({ name }) => name).join(', ')}`,
      2,
    );
  }
  mkdirSync(logDirectory, { recursive: true });
  const fix = args.includes('--fix');
  const chosen = linters.filter(({ name }) => names.length === 0 || names.includes(name));
  await tryPackages(chosen.flatMap(({ packages }) => packages));
  const outcomes: Outcome[] = [];
  const tasks = chosen.map((linter) => async () => {
    outcomes.push(await runLinter(linter, fix));
  });
  // Two may mend the same file.
  await inPool(tasks, fix ? 1 : CPUS);
  const sum = addOutcomes(outcomes);
  console.log(tallyLine(sum));
  return isGood(sum, true) ? 0 : 1;
}
