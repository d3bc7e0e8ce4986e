import * as slmbx from 'slmbx-bindings';
import { type Daemon, startDaemon } from '../../test/support/daemon';
import { startProcessDaemon } from '../../test/support/process-daemon';
import { inChild } from './support/child';
import { codeOf, failure } from './support/expect';

/* Who a call is made as: options.uid, and processes of two uids, which only root can start. */

const NOBODY = 65534;
/** Two more, neither root nor anyone who runs this. */
const ONE = 61234;
const OTHER = 61235;
const SELF = process.getuid!();
const describeAsRoot = SELF === 0 ? describe : describe.skip;
const nobody = { uid: NOBODY };
const one = { uid: ONE };
const other = { uid: OTHER };

let daemon: Daemon;

beforeAll(async () => {
  daemon = await startProcessDaemon();
});
afterAll(() => daemon.stop());
beforeEach(() => slmbx.init(8, 2));
afterEach(() => slmbx.shutdown());

describe('options.uid', () => {
  it("makes a lease nobody else's", () => {
    slmbx.create(1, false, one);
    slmbx.send(1, Buffer.from('abc'), one);
    const [leased] = slmbx.recvBatch(1, { ...one, lease: 10n ** 15n });
    const items = [{ sequence: leased!.sequence, token: leased!.token, action: 'acknowledge' as const }];
    expect(slmbx.settle(1, items, other).map((error) => error?.code)).toEqual(['ESTALE']);
    expect(slmbx.stat(1)).toMatchObject({ count: 0n, leased: 1n });
    expect(slmbx.settle(1, items, one)).toEqual([undefined]);
    expect(slmbx.stat(1)).toMatchObject({ count: 0n, leased: 0n });
  });

  it('acts for the uid on every call', () => {
    slmbx.create(1, true, one);
    expect(slmbx.stat(1, one).owner).toBe(ONE);
    slmbx.send(1, Buffer.from('abc'), one);
    slmbx.send(1, Buffer.from('def'), one);
    expect(slmbx.count(1, one)).toBe(2);
    expect(slmbx.length(1, one)).toBe(3);
    expect(slmbx.recv(1, one).toString()).toBe('abc');
    expect(slmbx.recvInto(1, Buffer.alloc(3), one)).toBe(3);
    slmbx.sendBatch(1, [{ data: Buffer.from('x') }, { data: Buffer.from('y') }], one);
    const [leased] = slmbx.recvBatch(1, { ...one, lease: 10n ** 15n });
    const items = [{ sequence: leased!.sequence, token: leased!.token, action: 'acknowledge' as const }];
    expect(slmbx.settle(1, items, one)).toEqual([undefined]);
    expect(slmbx.list(one)).toEqual([1]);
    slmbx.setAttributes(1, { maxMessages: 9n }, one);
    expect(slmbx.purge(1, one)).toBe(1n);
    slmbx.destroy(1, one);
    expect(codeOf(() => slmbx.count(1))).toBe('ENOENT');
  });

  it('keeps two uids apart', () => {
    slmbx.create(1, true, one);
    slmbx.send(1, Buffer.from('private'), one);
    for (const call of [
      () => slmbx.count(1, other),
      () => slmbx.send(1, Buffer.from('x'), other),
      () => slmbx.recv(1, other),
      () => slmbx.recvInto(1, Buffer.alloc(9), other),
      () => slmbx.length(1, other),
      () => slmbx.stat(1, other),
      () => slmbx.destroy(1, other),
    ]) {
      expect(codeOf(call)).toBe('EPERM');
    }
    expect(slmbx.stat(1, one)).toMatchObject({ count: 1n, bytes: 7n });
  });

  it('refuses init and shutdown for another than root', () => {
    expect(failure(() => slmbx.init(8, 2, one))).toMatchObject({
      message: 'EPERM: only root, or the uid the daemon runs as, may do this, slmbx_init',
    });
    expect(failure(() => slmbx.shutdown(one))).toMatchObject({
      message: 'EPERM: only root, or the uid the daemon runs as, may do this, slmbx_shutdown',
    });
    slmbx.create(1);
  });

  it('takes the highest uid there is', () => {
    slmbx.create(1, true, { uid: 4294967294 });
    expect(slmbx.stat(1, { uid: 4294967294 }).owner).toBe(4294967294);
  });

  it('ends with the call, whether it succeeds, fails or is refused', () => {
    slmbx.create(1, false, one);
    slmbx.create(2);
    expect(codeOf(() => slmbx.recv(1, one))).toBe('ESRCH');
    slmbx.create(3);
    expect(codeOf(() => slmbx.send(99, Buffer.from('x'), one))).toBe('ENOENT');
    slmbx.create(4);
    expect(() => slmbx.send(1, 'x' as unknown as Buffer, one)).toThrow(TypeError);
    slmbx.create(5);
    expect([1, 2, 3, 4, 5].map((id) => slmbx.stat(id).owner)).toEqual([ONE, SELF, SELF, SELF, SELF]);
  });
});

describeAsRoot('a process of another uid', () => {
  it('is that uid, and may not name another', async () => {
    slmbx.create(1, true);
    slmbx.create(2, true, nobody);
    const seen = await inChild(
      daemon.socket,
      `slmbx.create(3, true);
       return {
         root: codeOf(() => slmbx.count(1)),
         own: codeOf(() => slmbx.send(2, Buffer.from('mine'))),
         owner: slmbx.stat(3).owner,
         init: codeOf(() => slmbx.init(8, 2)),
         shutdown: codeOf(() => slmbx.shutdown()),
         asRoot: codeOf(() => slmbx.count(1, { uid: 0 })),
         asOther: codeOf(() => slmbx.create(4, false, { uid: ${OTHER} })),
         after: codeOf(() => slmbx.count(2)),
       };`,
      { uid: NOBODY },
    );
    expect(seen).toEqual({
      root: 'EPERM',
      own: 'ok',
      owner: NOBODY,
      init: 'EPERM',
      shutdown: 'EPERM',
      asRoot: 'EACCES',
      asOther: 'EACCES',
      after: 'ok',
    });
    expect(slmbx.recv(2, nobody).toString()).toBe('mine');
    expect(codeOf(() => slmbx.count(3))).toBe('EPERM');
    expect(codeOf(() => slmbx.count(4))).toBe('ENOENT');
  });

  it('follows a change of its uid', async () => {
    const owners = await inChild(
      daemon.socket,
      `slmbx.create(1);
       process.seteuid(${NOBODY});
       slmbx.create(2);
       process.seteuid(0);
       slmbx.create(3);
       return [1, 2, 3].map((id) => slmbx.stat(id).owner);`,
    );
    expect(owners).toEqual([0, NOBODY, 0]);
  });

  it('may act for others where the daemon runs as it', async () => {
    const own = await startDaemon({ uid: NOBODY });
    try {
      const owner = await inChild(
        own.socket,
        `slmbx.init(8, 2);
         slmbx.create(1, true, { uid: ${OTHER} });
         return slmbx.stat(1, { uid: ${OTHER} }).owner;`,
        { uid: NOBODY },
      );
      expect(owner).toBe(OTHER);
    } finally {
      await own.stop();
    }
  });
});
