import { inPool, oneByOne } from './pool';

/** Tasks that end when they are told to, and what they did. */
function tasks(count: number) {
  const begun: number[] = [];
  const ends: PromiseWithResolvers[] = [];
  const list = Array.from({ length: count }, (_, index) => {
    const end = withResolvers();
    ends.push(end);
    return (): Promise<void> => {
      begun.push(index);
      return end.promise;
    };
  });
  return { begun, ends, list };
}

interface PromiseWithResolvers {
  promise: Promise<void>;
  resolve: () => void;
  reject: (error: Error) => void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { promise, resolve, reject };
}

/** All that is ready to happen has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('inPool', () => {
  it('begins as many as it is wide, in their order, and the next when one has ended', async () => {
    const { begun, ends, list } = tasks(4);
    const all = inPool(list, 2);
    await settled();
    expect(begun).toEqual([0, 1]);
    ends[1]!.resolve();
    await settled();
    expect(begun).toEqual([0, 1, 2]);
    for (const { resolve } of ends) resolve();
    await all;
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('begins none after a failure, and ends when those that run have', async () => {
    const { begun, ends, list } = tasks(3);
    let ended = false;
    const all = inPool(list, 2).finally(() => (ended = true));
    // Someone listens before it fails.
    const outcome = expect(all).rejects.toThrow('no');
    ends[0]!.reject(new Error('no'));
    await settled();
    expect([begun, ended]).toEqual([[0, 1], false]);
    ends[1]!.resolve();
    await outcome;
    expect(begun).toEqual([0, 1]);
  });

  it('has nothing to wait for without tasks', async () => {
    await expect(inPool([])).resolves.toBeUndefined();
  });
});

describe('oneByOne', () => {
  it('keeps each waiting for the one before, and returns what it returns', async () => {
    const { begun, ends, list } = tasks(2);
    const turn = oneByOne();
    const all = Promise.all(list.map((task, index) => turn(() => task().then(() => index))));
    await settled();
    expect(begun).toEqual([0]);
    ends[0]!.resolve();
    ends[1]!.resolve();
    expect(await all).toEqual([0, 1]);
  });

  it('goes on after a failure, which is told to who asked', async () => {
    const turn = oneByOne();
    const bad = turn(() => Promise.reject(new Error('no')));
    const good = turn(() => Promise.resolve('yes'));
    await expect(bad).rejects.toThrow('no');
    expect(await good).toBe('yes');
  });
});
