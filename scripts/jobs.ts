import { secondsOf } from './durations';
import type { Level, LevelCommand } from './level';
import { oneByOne } from './pool';
import { addOutcomes, type Outcome } from './tally';

/** Part of a level that may run beside any other: one of its commands, or all of them, one after the other. */
export interface Job {
  /** About how long it takes. */
  readonly seconds: number;
  readonly run: () => Promise<void>;
}

/** What jobs do, but for the order. */
export interface LevelWork {
  /** Leaves there what the level's commands need. Returns what keeps them from running, if anything does. */
  makeReady(level: Level): Promise<Outcome | undefined>;
  runCommand(level: Level, command: LevelCommand): Promise<Outcome>;
  /** The level has ended; `seconds` is the sum of what its builds and commands took. */
  ended(level: Level, outcome: Outcome, seconds: number): void;
}

/** The jobs of these levels, the longest first: so none is left alone at the end. One level at a time is made ready. */
export function jobsOf(levels: readonly Level[], work: LevelWork): Job[] {
  const turn = oneByOne();
  return levels.flatMap((level) => jobsOfLevel(level, work, turn)).sort((a, b) => b.seconds - a.seconds);
}

function jobsOfLevel(level: Level, work: LevelWork, turn: ReturnType<typeof oneByOne>): Job[] {
  const lists = level.parallel ? level.commands.map((command) => [command]) : [level.commands];
  const outcomes: Outcome[] = [];
  let left = lists.length;
  let seconds = 0;
  const timed = async <T>(task: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await task();
    seconds += (performance.now() - started) / 1_000;
    return result;
  };

  let ready: Promise<Outcome | undefined> | undefined;
  const run = async (commands: readonly LevelCommand[]): Promise<void> => {
    ready ??= turn(() => timed(() => work.makeReady(level)));
    const obstacle = await ready;
    if (obstacle === undefined) {
      for (const command of commands) outcomes.push(await timed(() => work.runCommand(level, command)));
    }
    left -= 1;
    if (left === 0) work.ended(level, obstacle ?? addOutcomes(outcomes), seconds);
  };
  return lists.map((commands) => ({
    seconds: commands.reduce((sum, command) => sum + secondsOf(command.name), 0),
    run: () => run(commands),
  }));
}
