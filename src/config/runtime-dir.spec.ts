import { runtimeDirectory } from './runtime-dir';

it.each([
  [{ SLMBX_RUNTIME_DIR: '/a/b' }, 0, '/a/b'],
  [{ SLMBX_RUNTIME_DIR: '/a/b', XDG_RUNTIME_DIR: '/x', HOME: '/h' }, 1000, '/a/b'],
  [{ XDG_RUNTIME_DIR: '/x', HOME: '/h' }, 0, '/run/slmbx'],
  [{ XDG_RUNTIME_DIR: '/x', HOME: '/h' }, 1000, '/x/slmbx'],
  [{ XDG_RUNTIME_DIR: '', HOME: '/h' }, 1000, '/h/.local/state/slmbx'],
  [{ HOME: '/h' }, 1000, '/h/.local/state/slmbx'],
  [{}, 1000, undefined],
  [{ SLMBX_RUNTIME_DIR: '' }, 0, '/run/slmbx'],
])('with %p for uid %p it is %p', (env, uid, directory) => {
  expect(runtimeDirectory(env, uid)).toBe(directory);
});
