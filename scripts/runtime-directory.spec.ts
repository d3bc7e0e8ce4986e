import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { daemonSockets, ensureRuntimeDirectory, runtimeDirectory } from './runtime-directory';

describe('the runtime directory', () => {
  const asUser = (uid: number): void => {
    jest.spyOn(process, 'getuid').mockReturnValue(uid);
  };

  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('is what SLMBX_RUNTIME_DIR says, for everybody', () => {
    const env = { SLMBX_RUNTIME_DIR: '/x', XDG_RUNTIME_DIR: '/run/user/1000' };
    for (const uid of [0, 1000]) {
      asUser(uid);
      expect(runtimeDirectory(env)).toBe('/x');
      expect(daemonSockets(env)).toEqual(['/x/slmbxd.sock']);
    }
  });

  it("is the system's for root", () => {
    asUser(0);
    expect(runtimeDirectory({ XDG_RUNTIME_DIR: '/run/user/0' })).toBe('/run/slmbx');
    expect(daemonSockets({})).toEqual(['/run/slmbx/slmbxd.sock']);
  });

  it("is a user's own, and the system's daemon the second choice", () => {
    asUser(1000);
    expect(runtimeDirectory({ XDG_RUNTIME_DIR: '/run/user/1000' })).toBe('/run/user/1000/slmbx');
    expect(runtimeDirectory({})).toMatch(/\.local\/state\/slmbx$/);
    expect(daemonSockets({ XDG_RUNTIME_DIR: '/r' })).toEqual(['/r/slmbx/slmbxd.sock', '/run/slmbx/slmbxd.sock']);
    expect(daemonSockets({ SLMBX_SOCKET: '/s' })).toEqual(['/s']);
  });

  describe('made', () => {
    let directory: string;

    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'slmbx-runtime-'));
    });

    afterEach(() => {
      rmSync(directory, { recursive: true });
    });

    it.each([
      [0, 0o755],
      [1000, 0o700],
    ])('for uid %i has its mode', (uid, mode) => {
      asUser(uid);
      ensureRuntimeDirectory(join(directory, 'a', 'b'));
      expect(statSync(join(directory, 'a', 'b')).mode & 0o777).toBe(mode);
    });

    it('may be there already', () => {
      ensureRuntimeDirectory(directory);
      ensureRuntimeDirectory(directory);
    });

    it('is refused in a sentence where a file is in its way', () => {
      writeFileSync(join(directory, 'file'), '');
      expect(() => {
        ensureRuntimeDirectory(join(directory, 'file'));
      }).toThrow(/can't be used: it is there and not a directory; set SLMBX_RUNTIME_DIR/);
      expect(() => {
        ensureRuntimeDirectory(join(directory, 'file', 'below'));
      }).toThrow(/not a directory/);
    });

    it('is refused in a sentence where nothing can be written', () => {
      expect(() => {
        ensureRuntimeDirectory('/proc/slmbx');
      }).toThrow(/the runtime directory \/proc\/slmbx can't be used/);
    });

    it('is refused in a sentence if too long for a socket', () => {
      expect(() => {
        ensureRuntimeDirectory(join(directory, 'x'.repeat(100)));
      }).toThrow(/too long a path/);
    });
  });
});
