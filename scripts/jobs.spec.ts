import { DURATIONS, secondsOf } from './durations';
import { jobsOf, type LevelWork } from './jobs';
import type { Level, LevelCommand } from './level';
import { levels } from './levels';
import { inPool } from './pool';
import { emptyOutcome, failure, type Outcome } from './tally';

const LONG = 'jest-uml-1';
const SHORT = 'man';

function level(name: string, commands: readonly string[], parallel = false): Level {
  return {
    name,
    packages: [],
    needs: [],
    prepare: [],
    commands: commands.map((word) => ({ name: word, argv: [], reads: 'exit' })),
    parallel,
    timeoutSeconds: 1,
  };
}

/** What the jobs of these levels do, `width` at a time; nothing in it takes time. */
async function done(levels: readonly Level[], width: number, work: Partial<LevelWork> = {}): Promise<string[]> {
  const events: string[] = [];
  const jobs = jobsOf(levels, {
    makeReady: ({ name }) => {
      events.push(`ready ${name}`);
      return Promise.resolve(undefined);
    },
    runCommand: (_, { name }) => {
      events.push(name);
      return Promise.resolve({ ...emptyOutcome(), passed: 1 });
    },
    ended: ({ name }, { passed, failed }) => events.push(`ended ${name}: ${passed} passed, ${failed} failed`),
    ...work,
  });
  await inPool(
    jobs.map((job) => job.run),
    width,
  );
  return events;
}

it('the longest begins first, and a level is made ready once, before its first', async () => {
  const levels = [level('a', [SHORT, LONG], true), level('b', ['b1', 'b2'])];
  expect(await done(levels, 1)).toEqual([
    ...['ready a', LONG],
    ...['ready b', 'b1', 'b2', 'ended b: 2 passed, 0 failed'],
    ...[SHORT, 'ended a: 2 passed, 0 failed'],
  ]);
});

it('those that take as long keep their order', async () => {
  const events = await done([level('a', ['a1']), level('b', ['b1'])], 1);
  expect(events.filter((event) => event.startsWith('ready'))).toEqual(['ready a', 'ready b']);
});

it('one level at a time is made ready', async () => {
  let now = 0;
  let most = 0;
  const makeReady = async (): Promise<undefined> => {
    most = Math.max(most, (now += 1));
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
  };
  await done([level('a', ['a1']), level('b', ['b1']), level('c', ['c1'])], 3, { makeReady });
  expect([most, now]).toEqual([1, 0]);
});

it('commands of a level that is not parallel never meet', async () => {
  const running = new Set<string>();
  const runCommand = async (_: Level, { name }: LevelCommand): Promise<Outcome> => {
    expect([...running]).toEqual([]);
    running.add(name);
    await new Promise((resolve) => setImmediate(resolve));
    running.delete(name);
    return { ...emptyOutcome(), passed: 1 };
  };
  const events = await done([level('a', ['a1', 'a2', 'a3'])], 3, { runCommand });
  expect(events.at(-1)).toBe('ended a: 3 passed, 0 failed');
});

it('what a level lacks is told once, and none of its commands runs', async () => {
  const makeReady = (): Promise<Outcome> => Promise.resolve(failure('no compiler'));
  const events = await done([level('a', ['a1', 'a2'], true)], 2, { makeReady });
  expect(events).toEqual(['ended a: 0 passed, 1 failed']);
});

it('what is said to take long is there, and no two commands are told apart by nothing', () => {
  const names = levels.flatMap(({ commands }) => commands.map(({ name }) => name));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(Object.keys(DURATIONS).filter((name) => !names.includes(name))).toEqual([]);
  expect(secondsOf(LONG)).toBeGreaterThan(secondsOf(SHORT));
});
