import { constants } from 'node:os';
import * as slmbx from 'slmbx-bindings';
import { startDaemon } from '../../test/support/daemon';
import { startProcessDaemon } from '../../test/support/process-daemon';
import { inChild } from './support/child';
import { codeOf, failure } from './support/expect';

/* An engine that is absent, gone, full, closed to the caller, or misnamed. */

const NOBODY = 65534;
const itAsRoot = process.getuid!() === 0 ? it : it.skip;

const calls: Record<string, () => unknown> = {
  slmbx_init: () => slmbx.init(8, 2),
  slmbx_shutdown: () => slmbx.shutdown(),
  slmbx_create: () => slmbx.create(9),
  slmbx_destroy: () => slmbx.destroy(1),
  slmbx_count: () => slmbx.count(1),
  slmbx_send: () => slmbx.send(1, Buffer.from('x')),
  slmbx_recv: () => slmbx.recv(1),
  slmbx_length: () => slmbx.length(1),
  slmbx_stat: () => slmbx.stat(1),
};

describe('a daemon that was killed', () => {
  it('is ECONNREFUSED on every call, and any call works once there is another', async () => {
    const daemon = await startProcessDaemon();
    try {
      slmbx.init(8, 2);
      slmbx.create(1);
      slmbx.send(1, Buffer.from('lost with the daemon'));
      await daemon.kill();

      for (const [syscall, call] of Object.entries(calls)) {
        expect(failure(call)).toMatchObject({
          name: 'SlmbxError',
          code: 'ECONNREFUSED',
          errno: -constants.errno.ECONNREFUSED,
          syscall,
          message: expect.stringMatching(/^ECONNREFUSED: no daemon listens on the socket; start slmbxd, /) as string,
        });
      }
      expect(codeOf(() => slmbx.count(1, { uid: NOBODY }))).toBe('ECONNREFUSED');
      expect(codeOf(() => slmbx.recvInto(1, Buffer.alloc(1)))).toBe('ECONNREFUSED');
      expect(slmbx.engine()).toBeUndefined();

      const again = await startDaemon({ socket: daemon.socket });
      try {
        expect(slmbx.engine()).toBe('daemon');
        expect(codeOf(() => slmbx.count(1))).toBe('ENODEV');
        slmbx.init(8, 2);
        slmbx.create(1);
        slmbx.send(1, Buffer.from('hello'));
        expect(slmbx.recv(1).toString()).toBe('hello');
        expect(slmbx.stat(1).owner).toBe(process.getuid!());
      } finally {
        await again.stop();
      }
    } finally {
      await daemon.stop();
    }
  });

  it('is noticed between two calls of a loop, and replaced', async () => {
    const first = await startProcessDaemon();
    try {
      slmbx.init(8, 2);
      slmbx.create(1);
      await first.kill();
      const second = await startDaemon({ socket: first.socket });
      try {
        // The connection to the first is dead; the call goes out on a new one.
        expect(codeOf(() => slmbx.send(1, Buffer.alloc(100_000)))).toBe('ENODEV');
      } finally {
        await second.stop();
      }
    } finally {
      await first.stop();
    }
  });
});

describe('a socket', () => {
  it('that nobody listens on is ECONNREFUSED', async () => {
    expect(
      await inChild('/nonexistent/slmbxd.sock', `return [codeOf(() => slmbx.count(1)), slmbx.engine() ?? null];`),
    ).toEqual(['ECONNREFUSED', null]);
  });

  itAsRoot('that is closed to the caller is EACCES', async () => {
    const daemon = await startDaemon({ args: ['--mode', '0600'] });
    try {
      const seen = await inChild(daemon.socket, `return [codeOf(() => slmbx.count(1)), slmbx.engine() ?? null];`, {
        uid: NOBODY,
      });
      expect(seen).toEqual(['EACCES', null]);
    } finally {
      await daemon.stop();
    }
  });

  it('whose path is too long is ENAMETOOLONG', async () => {
    expect(await inChild(`/${'x'.repeat(200)}`, `return codeOf(() => slmbx.count(1));`)).toBe('ENAMETOOLONG');
  });

  it('for which no file descriptor is left is EMFILE, and fine once there is one', async () => {
    const daemon = await startDaemon();
    try {
      const codes = await inChild(
        daemon.socket,
        `const fs = require('node:fs');
         require('node:child_process').execFileSync('prlimit', ['--pid', String(process.pid), '--nofile=64:']);
         const files = [];
         try {
           for (;;) files.push(fs.openSync('/dev/null'));
         } catch (error) {
           if (error.code !== 'EMFILE') throw error;
         }
         const codes = [codeOf(() => slmbx.count(1))];
         for (const fd of files) fs.closeSync(fd);
         return [...codes, codeOf(() => slmbx.count(1))];`,
      );
      expect(codes).toEqual(['EMFILE', 'ENODEV']);
    } finally {
      await daemon.stop();
    }
  });
});

it('a daemon without a connection left is EUSERS', async () => {
  const daemon = await startProcessDaemon({ args: ['--max-connections', '1'] });
  try {
    slmbx.init(8, 2);
    expect(await inChild(daemon.socket, `return codeOf(() => slmbx.shutdown());`)).toBe('EUSERS');
    expect(codeOf(() => slmbx.count(1))).toBe('ENOENT');
  } finally {
    await daemon.stop();
  }
});

describe('SLMBX_ENGINE', () => {
  const look = `
    const message = (call) => {
      try {
        return call();
      } catch (error) {
        return error.message;
      }
    };
    return [message(() => slmbx.create(0)), message(() => slmbx.count(1)), slmbx.engine() ?? null];`;

  it.each(['syscall', 'device'])('that is %s is ENOSYS', async (engine) => {
    const text = 'ENOSYS: this machine lacks the engine that SLMBX_ENGINE names';
    expect(await inChild('/nonexistent', look, { env: { SLMBX_ENGINE: engine } })).toEqual([
      `${text}, slmbx_create 0`,
      `${text}, slmbx_count 1`,
      null,
    ]);
  });

  it('that is no engine is EINVAL, and says so', async () => {
    const text = 'EINVAL: SLMBX_ENGINE must be auto, syscall, device or daemon';
    expect(await inChild('/nonexistent', look, { env: { SLMBX_ENGINE: 'deamon' } })).toEqual([
      `${text}, slmbx_create 0`,
      `${text}, slmbx_count 1`,
      null,
    ]);
  });
});
