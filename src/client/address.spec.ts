import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DEFAULT_TCP_ADDRESS, defaultAddress, runtimeDirectory, toGrpcTarget } from './address';

describe('the runtime directory', () => {
  const HOME = '/home/u';
  const XDG_RUNTIME_DIR = '/run/user/7';

  it.each([
    [{ SLMBX_RUNTIME_DIR: '/a', XDG_RUNTIME_DIR, HOME }, 7, '/a'],
    [{ SLMBX_RUNTIME_DIR: '/a', XDG_RUNTIME_DIR, HOME }, 0, '/a'],
    [{ XDG_RUNTIME_DIR, HOME }, 0, '/run/slmbx'],
    [{ XDG_RUNTIME_DIR, HOME }, 7, '/run/user/7/slmbx'],
    [{ SLMBX_RUNTIME_DIR: '', XDG_RUNTIME_DIR: '', HOME }, 7, '/home/u/.local/state/slmbx'],
    [{}, 7, undefined],
  ])('of %p for uid %p is %p', (env, uid, directory) => {
    expect(runtimeDirectory(env, uid)).toBe(directory);
  });
});

describe('the default address', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'slmbx-client-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('is what the environment says', () => {
    expect(defaultAddress({ SLMBX_ADDRESS: '127.0.0.1:7', SLMBX_RUNTIME_DIR: directory }, 7)).toBe('127.0.0.1:7');
  });

  it('is the socket if it is there', () => {
    const socket = join(directory, 'slmbx.sock');
    expect(defaultAddress({ SLMBX_RUNTIME_DIR: directory }, 7)).toBe(DEFAULT_TCP_ADDRESS);
    writeFileSync(socket, '');
    expect(defaultAddress({ SLMBX_RUNTIME_DIR: directory }, 7)).toBe(`unix:${socket}`);
    expect(defaultAddress({ SLMBX_RUNTIME_DIR: directory, SLMBX_ADDRESS: '' }, 7)).toBe(`unix:${socket}`);
  });

  it('is loopback if the environment names no directory', () => {
    expect(defaultAddress({}, 7)).toBe('127.0.0.1:50051');
  });
});

describe('an address', () => {
  it.each([
    ['unix:/run/slmbx/slmbx.sock', 'unix:/run/slmbx/slmbx.sock'],
    ['unix:///run/slmbx/slmbx.sock', 'unix:/run/slmbx/slmbx.sock'],
    ['unix:a/b.sock', `unix:${resolve('a/b.sock')}`],
    ['127.0.0.1:50051', '127.0.0.1:50051'],
    ['[::1]:1', '[::1]:1'],
    ['localhost:65535', 'localhost:65535'],
  ])('%p is the target %p', (address, target) => {
    expect(toGrpcTarget(address)).toBe(target);
  });

  it.each(['', 'unix:', 'unix:/a\0b', 'localhost', '127.0.0.1:', ':50051', '127.0.0.1:0', '127.0.0.1:65536'])(
    'may not be %p',
    (address) => {
      expect(() => toGrpcTarget(address)).toThrow(TypeError);
    },
  );

  it.each(['127.0.0.1:x', '127.0.0.1:-1', '127.0.0.1:5e4', '::1:50051', 'http://a:1', 'dns:a:1', 'a b:1', 'a:1/x'])(
    'may not be %p either',
    (address) => {
      expect(() => toGrpcTarget(address)).toThrow(TypeError);
    },
  );

  it.each([undefined, null, 50051, {}])('must be a string, not %p', (address) => {
    expect(() => toGrpcTarget(address)).toThrow(TypeError);
  });

  it('may be no longer than a socket can have', () => {
    expect(toGrpcTarget(`unix:/${'a'.repeat(106)}`)).toHaveLength('unix:'.length + 107);
    expect(() => toGrpcTarget(`unix:/${'a'.repeat(107)}`)).toThrow(RangeError);
    // Counted in bytes.
    expect(() => toGrpcTarget(`unix:/${'ü'.repeat(54)}`)).toThrow(RangeError);
  });
});
